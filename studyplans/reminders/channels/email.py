"""Hand one letter to the mail server, and understand its answer."""

import smtplib
import traceback
from dataclasses import dataclass
from enum import Enum

from django.core.mail import EmailMessage


class Verdict(Enum):
    TAKEN = "the server has it"
    LATER = "the server does not have it, and may take it another time"
    REFUSED = "the server will never take it"
    UNKNOWN = "only the server knows"


@dataclass(frozen=True, slots=True)
class Answer:
    verdict: Verdict
    reason: str = ""


def post(letter: EmailMessage) -> Answer:
    """Send a letter to its one recipient over a connection of its own."""
    try:
        letter.send()
    except smtplib.SMTPRecipientsRefused as error:
        [(code, text)] = error.recipients.values()
        return _refusal(code, text)
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        return _refusal(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return _broken(error)
    return Answer(Verdict.TAKEN)


def _refusal(code: int, text: bytes | str) -> Answer:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    reason = f"the mail server said: {code} {words}"
    return Answer(Verdict.LATER if code < 500 else Verdict.REFUSED, reason)


def _broken(error: Exception) -> Answer:
    if _was_under_way(error):
        return Answer(Verdict.UNKNOWN, "the mail server fell silent before it confirmed the mail")
    # A wrong password is a refusal too, but of us, not of the letter: it is worth another try.
    return Answer(Verdict.LATER, f"the mail server could not be used: {error}")


def _was_under_way(error: Exception) -> bool:
    """Say whether the connection broke while the content was on its way.

    Then a second try might be a second mail.  smtplib does not tell in which step it was; only
    its `data` sends content.
    """
    steps = (frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__))
    return smtplib.SMTP.data.__code__ in steps

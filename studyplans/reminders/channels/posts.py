"""What channels that post over https have in common: the address, the post, the answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from http import HTTPStatus
from http.client import HTTPException

from django import forms

from common import fetching
from common.outside import CannotFetch, NotPublic, addresses_of
from studyplans.reminders.channels.answer import TAKEN, Answer, Verdict

SECONDS = 5.0
# What a server answers beyond its status is of no interest.
MOST_BYTES = 1024
# Too early, too many, took too long: another time it may well work.
FOR_NOW = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}

SCHEMES = {"https"}
NOT_AN_ADDRESS = "Write an address that begins with https://."
NOT_PUBLIC = "This address leads into a private network. Give one that the whole web can reach."
NOT_FOUND = "There is no such server. Look for a slip of the pen."


def post(
    url: str, *, headers: Mapping[str, str], body: bytes, gone: Collection[int] = (HTTPStatus.GONE,)
) -> Answer:
    """Post once, to a public address alone, and say what came of it.

    `gone` are the statuses by which the server says that nobody will ever be there again.
    """
    try:
        answer = fetching.ask(
            "POST",
            fetching.web_address(url),
            headers=headers,
            timeout=SECONDS,
            most_bytes=MOST_BYTES,
            body=body,
        )
    except NotPublic as error:
        return Answer(Verdict.REFUSED, _in_short(str(error)))
    except CannotFetch as error:
        return Answer(Verdict.LATER, _in_short(str(error)))
    except HTTPException as error:
        return Answer(Verdict.LATER, _in_short(fetching.no_proper_answer(error)))
    return _understood(answer.status, gone)


def _in_short(sentence: str) -> str:
    """Return it as the outbox gives reasons: within a sentence."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def _understood(status: int, gone: Collection[int]) -> Answer:
    """Say what a status means.  A redirect is no yes: whoever answers there was never named."""
    reason = f"the server answered {status}"
    if 200 <= status < 300:
        return TAKEN
    if status in gone:
        return Answer(Verdict.REFUSED, reason, is_mailbox_dead=True)
    if status >= 500 or status in FOR_NOW:
        return Answer(Verdict.LATER, reason)
    return Answer(Verdict.REFUSED, reason)


def require_public_address(url: str) -> None:
    """Raise ValidationError for anything but a public https address.

    Each post looks again, since names move.
    """
    try:
        address = fetching.web_address(url)
    except CannotFetch as error:
        raise forms.ValidationError(NOT_AN_ADDRESS) from error
    if address.scheme not in SCHEMES or "@" in url.split("/")[2] or "#" in url:
        raise forms.ValidationError(NOT_AN_ADDRESS)
    try:
        addresses_of(address.host, address.port, may_be_private=False)
    except NotPublic as error:
        raise forms.ValidationError(NOT_PUBLIC) from error
    except (OSError, UnicodeError) as error:
        raise forms.ValidationError(NOT_FOUND) from error

"""Write the digest as a letter: a text and its HTML twin, and the headers that mail asks for."""

from email.charset import QP, Charset
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from studyplans.reminders.models import Delivery, Kind
from studyplans.reminders.selectors import Digest
from studyplans.reminders.unsubscribing import token_for

# Django would send eight-bit text without asking the server whether it takes it.
SEVEN_BIT = Charset("utf-8")
SEVEN_BIT.body_encoding = QP


def digest_letter(digest: Digest, delivery: Delivery) -> EmailMultiAlternatives:
    """Write the letter of a delivery; a second try writes it under the same Message-ID."""
    learner = digest.learner
    token = token_for(learner_id=learner.pk, kind=Kind.DIGEST)
    unsubscribe_url = _absolute("reminder_unsubscribe", token)
    context = {
        "digest": digest,
        "is_test": delivery.kind == Kind.TEST,
        "site_url": settings.SITE_URL,
        "current_site": {"domain": settings.SITE_HOST},  # what the frame of all mails names
        "today_url": _absolute("today"),
        "settings_url": _absolute("reminder_settings"),
        "unsubscribe_url": unsubscribe_url,
    }
    with timezone.override(learner.zone):
        subject = render_to_string("emails/reminders/digest_subject.txt", context)
        text = render_to_string("emails/reminders/digest.txt", context)
        html = render_to_string("emails/reminders/digest.html", context)
    letter = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        to=[learner.email],
        headers=_headers(delivery, token=token, unsubscribe_url=unsubscribe_url),
    )
    letter.encoding = SEVEN_BIT
    letter.attach_alternative(html, "text/html")
    return letter


def _absolute(name: str, *args: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def message_id(delivery: Delivery) -> str:
    """Name the letter by what makes its delivery unique, the same at each attempt."""
    key = f"{delivery.kind}.{delivery.occurrence}.{delivery.learner_id}"
    return f"<{key}@{settings.SITE_HOST}>"


def _headers(delivery: Delivery, *, token: str, unsubscribe_url: str) -> dict[str, str]:
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    mailto = f"mailto:{address}?subject={quote(f'unsubscribe {token}')}"
    return {
        "Message-ID": message_id(delivery),
        "Date": format_datetime(timezone.now()),
        "Auto-Submitted": "auto-generated",
        "List-Id": f"Milepost daily digest <digest.{settings.SITE_HOST}>",
        "List-Unsubscribe": f"<{unsubscribe_url}>, <{mailto}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }

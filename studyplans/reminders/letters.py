"""A kind's wording becomes a letter: its address, its name for ever, the ways out of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.charset import QP, Charset
from email.utils import format_datetime, parseaddr
from functools import cache
from urllib.parse import quote

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils import timezone

from common import clock
from studyplans.reminders import signing
from studyplans.reminders.kinds import KINDS
from studyplans.reminders.kinds.kind import Brief, Links, News, Wording
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import ALL
from studyplans.reminders.unsubscribing import token_for

SALT = "studyplans.reminders.letters"
LONGEST_SUBJECT = 150
# Line ends and other controls, and the marks that turn the rest of a line about.
CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
PLAIN = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+|\"[A-Za-z0-9 .!#$%&'*+/=?^_`{|}~,:;()@-]+\"")
DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
NAME = re.compile(r"<([\w.%+-]+)\.(\d+)\.([0-9a-f]{10})@")

# Django would send eight-bit text without asking the server whether it takes it.
SEVEN_BIT = Charset("utf-8")
SEVEN_BIT.body_encoding = QP


class CannotAddress(ValueError):
    """No mail server we know of would understand this address."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, still in words.  Everything that goes into a header is safe to go there."""

    delivery_id: int
    return_path: str
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    list_id: str
    list_unsubscribe: tuple[str, str]


def letter_for(delivery: Delivery, news: News, also: Sequence[Brief] = ()) -> Letter:
    """Write the letter of a delivery; a second try writes it under the same Message-ID."""
    kind = KINDS[delivery.kind]
    token = token_for(learner_id=delivery.learner_id, kind=kind.schedule)
    links = links_for(delivery, token)
    wording: Wording = news.wording(links, also)
    return Letter(
        delivery_id=delivery.pk,
        return_path=return_path(delivery.pk),
        recipient=ascii_address(delivery.learner.email),
        subject=one_line(wording.subject),
        text=wording.text,
        html=wording.html,
        message_id=message_id(delivery),
        list_id=f"{kind.list_title} <{kind.schedule}.{settings.SITE_HOST}>",
        list_unsubscribe=(links.unsubscribe, _mailto(token)),
    )


def one_line(subject: str) -> str:
    """Return a subject without line ends and other controls, cut to what is ever shown."""
    clean = CONTROLS.sub(" ", subject).strip()
    return clean if len(clean) <= LONGEST_SUBJECT else f"{clean[: LONGEST_SUBJECT - 1]}…"


def ascii_address(address: str) -> str:
    """Return the address as SMTP wants it; raises CannotAddress."""
    local, _, domain = address.rpartition("@")
    if not domain.isascii():
        domain = _idna(domain)
    if not (PLAIN.fullmatch(local) and DOMAIN.fullmatch(domain)):
        raise CannotAddress(f"{address!r} cannot be written on a mail")
    return f"{local}@{domain}"


def _idna(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def links_for(delivery: Delivery, token: str) -> Links:
    """Return the links of a delivery's letter; the token is the one that unsubscribes from it."""
    addresses = _addresses(settings.SITE_URL)
    everything = token_for(learner_id=delivery.learner_id, kind=ALL)
    return Links(
        site=settings.SITE_URL,
        today=addresses["today"],
        settings=addresses["reminder_settings"],
        mails=addresses["reminder_mails"],
        unsubscribe=f"{addresses['reminder_unsubscribe']}{token}/",
        unsubscribe_all=f"{addresses['reminder_unsubscribe']}{everything}/",
        acts=addresses["reminder_act"],
        learner_id=delivery.learner_id,
        kind=KINDS[delivery.kind].schedule,
        day=clock.wall_date(delivery.due_at, delivery.learner),
    )


@cache
def _addresses(site: str) -> dict[str, str]:
    pages = ("today", "reminder_settings", "reminder_mails")
    doors = ("reminder_unsubscribe", "reminder_act")
    paths = {name: reverse(name) for name in pages}
    paths |= {name: reverse(name, args=["-"]).removesuffix("-/") for name in doors}
    return {name: f"{site}{path}" for name, path in paths.items()}


def _mailto(token: str) -> str:
    # All that `quote` would find to do in a token.
    return f"mailto:{_desk()}?subject=unsubscribe%20{token.replace(':', '%3A')}"


def _desk() -> str:
    """Return the address that returned mail and opt-outs go to."""
    return _bare(settings.REMINDERS_BOUNCE_ADDRESS or settings.DEFAULT_FROM_EMAIL)


@cache
def _bare(address: str) -> str:
    return parseaddr(address)[1]


# --- the names by which a mail is known again -------------------------------------------------


def message_id(delivery: Delivery) -> str:
    """Name the letter by what makes its delivery unique, the same at each attempt.

    The seal at its end tells our own names from guessed ones: a bounce that quotes one is real.
    """
    thing = quote(f"{delivery.kind}.{delivery.occurrence}", safe="").replace("~", "%7E")
    name = f"{thing}.{delivery.learner_id}"
    return f"<{name}.{seal(name)}@{settings.SITE_HOST}>"


def named_in(message_id: str) -> str | None:
    """Return the name in a Message-ID of ours, without seal and site; None for any other."""
    found = NAME.search(message_id)
    if not found:
        return None
    name = f"{found[1]}.{found[2]}"
    return name if seal(name) == found[3] else None


def return_path(delivery_id: int) -> str:
    """Return where bounces go: an address per delivery where the operator named one."""
    if not settings.REMINDERS_BOUNCE_ADDRESS:
        return _desk()
    local, _, domain = _desk().rpartition("@")
    return f"{local}+{delivery_id}-{seal(str(delivery_id))}@{domain}"


def seal(name: str) -> str:
    return signing.seal(SALT, name)[:10]


# --- for backends that are not SMTP -----------------------------------------------------------


def as_django_mail(letter: Letter) -> EmailMultiAlternatives:
    web, mail = letter.list_unsubscribe
    mail_out = EmailMultiAlternatives(
        subject=letter.subject,
        body=letter.text,
        to=[letter.recipient],
        headers={
            "Message-ID": letter.message_id,
            "Date": format_datetime(timezone.now()),
            "Auto-Submitted": "auto-generated",
            "List-Id": letter.list_id,
            "List-Unsubscribe": f"<{web}>, <{mail}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    mail_out.encoding = SEVEN_BIT
    mail_out.attach_alternative(letter.html, "text/html")
    return mail_out

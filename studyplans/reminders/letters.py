"""A kind's wording becomes a letter: its address, its name for ever, the ways out of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from email.charset import QP, Charset
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from common import clock
from studyplans.reminders import signing
from studyplans.reminders.kinds import KINDS
from studyplans.reminders.kinds.kind import Brief, Links, News, act
from studyplans.reminders.kinds.templates import Address, Html
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import ALL
from studyplans.reminders.site import this_site
from studyplans.reminders.tokens import Ask, Purpose
from studyplans.reminders.unsubscribing import token_for
from tracker.accounts.models import User

SALT = "studyplans.reminders.letters"
LONGEST_SUBJECT = 150
PAUSE = timedelta(days=7)
# Line ends and other controls, and the marks that turn the rest of a line about.
CONTROLS = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
ADDRESS = re.compile(
    r"([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+|\"[A-Za-z0-9 .!#$%&'*+/=?^_`{|}~,:;()@-]+\")"
    r"@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
)
NAME = re.compile(r"<([\w.%+-]+)\.(\d+)\.([0-9a-f]{10})@")

# Django would send eight-bit text without asking the server whether it takes it.
SEVEN_BIT = Charset("utf-8")
SEVEN_BIT.body_encoding = QP


class CannotAddress(ValueError):
    """No mail server we know of would understand this address."""


class Letter(NamedTuple):
    """One mail, still in words.  Everything that goes into a header is safe to go there."""

    delivery_id: int
    return_path: str
    recipient: str
    subject: str
    text: str
    html: Html
    message_id: str
    list_id: str
    list_unsubscribe: tuple[str, str]


def letter_for(delivery: Delivery, news: News, also: Sequence[Brief] = ()) -> Letter:
    """Write the letter of a delivery; a second try writes it under the same Message-ID."""
    learner = delivery.learner
    kind = KINDS[delivery.kind]
    schedule = str(kind.schedule)
    token = token_for(learner_id=delivery.learner_id, kind=schedule)
    links = links_for(delivery, learner, schedule, token)
    subject, text, html = news.wording(links, also)
    return Letter(
        delivery_id=delivery.pk,
        return_path=return_path(delivery.pk),
        recipient=ascii_address(learner.email),
        subject=one_line(subject),
        text=text,
        html=html,
        message_id=message_id(delivery),
        list_id=f"{kind.list_title} <{schedule}.{this_site().host}>",
        list_unsubscribe=(links.unsubscribe, _mailto(token)),
    )


@lru_cache(maxsize=256)
def one_line(subject: str) -> str:
    """Return a subject without line ends and other controls, cut to what is ever shown."""
    clean = CONTROLS.sub(" ", subject).strip()
    return clean if len(clean) <= LONGEST_SUBJECT else f"{clean[: LONGEST_SUBJECT - 1]}…"


def ascii_address(address: str) -> str:
    """Return the address as SMTP wants it; raises CannotAddress."""
    if ADDRESS.fullmatch(address):
        return address
    local, _, domain = address.rpartition("@")
    local_and_domain = f"{local}@{_idna(domain)}"
    if ADDRESS.fullmatch(local_and_domain):
        return local_and_domain
    raise CannotAddress(f"{address!r} cannot be written on a mail")


def _idna(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def links_for(delivery: Delivery, learner: User, schedule: str, token: str) -> Links:
    """Return the links of a delivery's letter; the token is the one that unsubscribes from it."""
    learner_id = delivery.learner_id
    pause_until = clock.wall_date(delivery.due_at, learner) + PAUSE
    everything = token_for(learner_id=learner_id, kind=ALL)
    return Links(
        learner_id=learner_id,
        pause=act(Ask(Purpose.PAUSE, learner_id, pause_until.isoformat())),
        fewer=act(Ask(Purpose.FEWER, learner_id, schedule)),
        unsubscribe=_opt_out(token),
        unsubscribe_all=_opt_out(everything),
    )


def _opt_out(token: str) -> Address:
    return Address(f"{this_site().opt_outs}{token}/")


def _mailto(token: str) -> str:
    # All that `quote` would find to do in a token.
    return f"mailto:{this_site().desk}?subject=unsubscribe%20{token.replace(':', '%3A')}"


# --- the names by which a mail is known again -------------------------------------------------


def message_id(delivery: Delivery) -> str:
    """Name the letter by what makes its delivery unique, the same at each attempt.

    The seal at its end tells our own names from guessed ones: a bounce that quotes one is real.
    """
    name = f"{_thing(delivery.kind, delivery.occurrence)}.{delivery.learner_id}"
    return f"<{name}.{seal(name)}@{this_site().host}>"


@lru_cache(maxsize=256)
def _thing(kind: str, occurrence: str) -> str:
    return quote(f"{kind}.{occurrence}", safe="").replace("~", "%7E")


def named_in(message_id: str) -> str | None:
    """Return the name in a Message-ID of ours, without seal and site; None for any other."""
    found = NAME.search(message_id)
    if not found:
        return None
    name = f"{found[1]}.{found[2]}"
    return name if seal(name) == found[3] else None


def return_path(delivery_id: int) -> str:
    """Return where bounces go: an address per delivery where the operator named one."""
    site = this_site()
    if not site.reads_bounces:
        return site.desk
    local, _, domain = site.desk.rpartition("@")
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

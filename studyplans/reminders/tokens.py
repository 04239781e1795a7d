"""Signed links of mails: each does one thing for one learner, once, without a login.

Unsubscribing is apart: its link stays good however often it is followed.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from django.core.signing import BadSignature, SignatureExpired

from studyplans.reminders.signing import signer_for
from studyplans.reminders.unsubscribing import BadToken, ExpiredToken

SALT = "studyplans.reminders.tokens"


class Purpose(StrEnum):
    DONE = "done"
    TOMORROW = "tomorrow"
    PAUSE = "pause"
    FEWER = "fewer"


LIFETIMES = {
    Purpose.DONE: timedelta(days=14),
    Purpose.TOMORROW: timedelta(days=3),
    Purpose.PAUSE: timedelta(days=7),
    Purpose.FEWER: timedelta(days=90),
}


@dataclass(frozen=True, slots=True)
class Ask:
    """What a link asks for: `thing` is a milestone key, a session, a date or a kind."""

    purpose: Purpose
    learner_id: int
    thing: str


def digest_of(token: str) -> str:
    """Return the hash a link is known by once it has been used."""
    return sha256(token.encode()).hexdigest()


def token_of(ask: Ask) -> str:
    plain = f"{ask.purpose} {ask.learner_id} {ask.thing}".encode()
    return signer_for(SALT).sign(urlsafe_b64encode(plain).decode().rstrip("="))


def read_ask(token: str) -> Ask:
    """Return what the link asks for; raises BadToken or ExpiredToken."""
    try:
        packed = signer_for(SALT).unsign(token)
        plain = urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
        purpose, learner_id, thing = plain.split(" ", 2)
        ask = Ask(Purpose(purpose), int(learner_id), thing)
        signer_for(SALT).unsign(token, max_age=LIFETIMES[ask.purpose])
    except SignatureExpired as error:
        raise ExpiredToken(token) from error
    except (BadSignature, ValueError, binascii.Error) as error:
        raise BadToken(token) from error
    return ask

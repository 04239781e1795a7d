"""Signed links of mails: each does one thing for one learner, once, without a login.

Unsubscribing is apart: its link stays good however often it is followed.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from django.core.signing import BadSignature, SignatureExpired, TimestampSigner

from studyplans.reminders.signing import sign, url_safe
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


class Ask(NamedTuple):
    """What a link asks for: `thing` is a milestone key, a session, a date or a kind."""

    purpose: Purpose
    learner_id: int
    thing: str


def digest_of(token: str) -> str:
    """Return the hash a link is known by once it has been used."""
    return sha256(token.encode()).hexdigest()


def token_of(ask: Ask) -> str:
    purpose, learner_id, thing = ask
    plain = " ".join((purpose, str(learner_id), thing))
    return sign(SALT, url_safe(plain.encode()))


def read_ask(token: str) -> Ask:
    """Return what the link asks for; raises BadToken or ExpiredToken."""
    signer = TimestampSigner(salt=SALT)
    try:
        packed = signer.unsign(token)
        plain = urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
        purpose, learner_id, thing = plain.split(" ", 2)
        ask = Ask(Purpose(purpose), int(learner_id), thing)
        signer.unsign(token, max_age=LIFETIMES[ask.purpose])
    except SignatureExpired as error:
        raise ExpiredToken(token) from error
    except (BadSignature, ValueError, binascii.Error) as error:
        raise BadToken(token) from error
    return ask

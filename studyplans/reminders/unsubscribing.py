"""Signed links that switch a reminder off without logging in."""

from datetime import timedelta

from django.core import signing

from studyplans.reminders.signing import signer_for

LIFETIME = timedelta(days=90)
SALT = "studyplans.reminders.unsubscribe"


class BadToken(ValueError):
    """We never made it."""


class ExpiredToken(ValueError):
    """We made it, too long ago."""


def token_for(*, learner_id: int, kind: str) -> str:
    return signer_for(SALT).sign_object([learner_id, kind])


def read_token(token: str) -> tuple[int, str]:
    """Return learner and kind; raises BadToken or ExpiredToken."""
    try:
        learner_id, kind = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.SignatureExpired as error:
        raise ExpiredToken(token) from error
    except signing.BadSignature as error:
        raise BadToken(token) from error
    return learner_id, kind

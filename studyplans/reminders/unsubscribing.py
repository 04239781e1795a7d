"""Signed links that switch a reminder off without logging in."""

from datetime import timedelta

from django.core import signing

from studyplans.reminders.signing import sign, url_safe

LIFETIME = timedelta(days=90)
SALT = "studyplans.reminders.unsubscribe"


class BadToken(ValueError):
    """We never made it."""


class ExpiredToken(ValueError):
    """We made it, too long ago."""


def token_for(*, learner_id: int, kind: str) -> str:
    # What `sign_object` does; a JSON encoder of its own for each would take longer than the rest.
    return sign(SALT, url_safe(f'[{learner_id},"{kind}"]'.encode()))


def read_token(token: str) -> tuple[int, str]:
    """Return learner and kind; raises BadToken or ExpiredToken."""
    try:
        learner_id, kind = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.SignatureExpired as error:
        raise ExpiredToken(token) from error
    except signing.BadSignature as error:
        raise BadToken(token) from error
    return learner_id, kind

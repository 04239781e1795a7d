"""The private address of a feed: whoever knows it may read the plan, so nobody can guess it.

Half of it is random and stored, half is a signature that only this site can make: a copy of the
database alone opens no feed.  Another SECRET_KEY makes other addresses, unless the old one stays
among SECRET_KEY_FALLBACKS.
"""

from __future__ import annotations

import secrets

from django.core.signing import BadSignature, Signer


def new_secret() -> str:
    return secrets.token_urlsafe(24)


def token_of(secret: str) -> str:
    return _signer().sign(secret)


def secret_of(token: str) -> str | None:
    """Return what a feed is found by; None for an address that we never made."""
    try:
        return _signer().unsign(token)
    except BadSignature:
        return None


def _signer() -> Signer:
    return Signer(sep="~", salt="studyplans.calendars.feed")

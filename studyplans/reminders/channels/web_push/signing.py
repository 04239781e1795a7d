"""Say to a push service who we are (RFC 8292)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

# They take no more than 24 hours, by their clock.
LIFETIME = timedelta(hours=12)


def authorization(endpoint: str, *, at: datetime) -> str:
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((at + LIFETIME).timestamp()),
        # Whom the push service may write to when something is wrong.
        "sub": f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
    }
    header: str = _signer(settings.VAPID_PRIVATE_KEY).sign(claims)["Authorization"]
    return header


def public_key() -> str:
    key = _signer(settings.VAPID_PRIVATE_KEY).public_key
    point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return urlsafe_b64encode(point).decode().rstrip("=")


@cache
def _signer(private_key: str) -> Vapid02:
    return Vapid02.from_raw(private_key.encode())

"""Keys and signatures as Standard Webhooks wants them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

PREFIX = "whsec_"
KEY_BYTES = 32
# For so long the key before signs as well, so that its owner can exchange it without a gap.
OVERLAP = timedelta(hours=24)


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def fresh_keys(former: dict[str, str], *, at: datetime) -> dict[str, str]:
    """Return a new secret, and until when the one before signs beside it."""
    keys = {"secret": new_secret()}
    if former:
        keys |= {"former": former["secret"], "former_until": (at + OVERLAP).isoformat()}
    return keys


def signed_headers(
    keys: dict[str, str], *, message_id: str, body: bytes, at: datetime
) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    signed = b".".join([message_id.encode(), timestamp.encode(), body])
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(secret, signed) for secret in _valid(keys, at)),
    }


def _valid(keys: dict[str, str], at: datetime) -> list[str]:
    is_former_valid = "former" in keys and at < datetime.fromisoformat(keys["former_until"])
    return [keys["secret"], keys["former"]] if is_former_valid else [keys["secret"]]


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()

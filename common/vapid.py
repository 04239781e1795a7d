"""The private key that a site signs its web pushes with (RFC 8292): a number below a bound."""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

ORDER = 0xFFFFFFFF_00000000_FFFFFFFF_FFFFFFFF_BCE6FAAD_A7179E84_F3B9CAC2_FC632551
KEY_BYTES = 32


def new_key() -> str:
    """Return a private key as text, without the padding that nobody writes."""
    number = secrets.randbelow(ORDER - 1) + 1
    return urlsafe_b64encode(number.to_bytes(KEY_BYTES)).decode().rstrip("=")


def is_key(text: str) -> bool:
    try:
        key = unpadded(text)
    except ValueError:
        return False
    return len(key) == KEY_BYTES and 0 < int.from_bytes(key) < ORDER


def unpadded(text: str) -> bytes:
    """Decode base64 of the web's alphabet, with its padding or without; raises ValueError."""
    bare = text.rstrip("=")
    if not bare.isascii() or not bare.replace("-", "").replace("_", "").isalnum():
        raise ValueError("It is no base64 of the web's alphabet.")
    return urlsafe_b64decode(bare + "=" * (-len(bare) % 4))

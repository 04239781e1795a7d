"""Django's own signatures, several times as fast: the key is taken in once, not for every link.

Whoever reads a link does it by Django's own means.
"""

from __future__ import annotations

import hashlib
import time
from binascii import b2a_base64
from functools import cache, lru_cache

from django.conf import settings
from django.core.signing import b62_encode

URL_SAFE = bytes.maketrans(b"+/", b"-_")
# What HMAC (RFC 2104) mixes into its key.
INNER, OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))

second_in_letters = lru_cache(maxsize=4)(b62_encode)


class Keyed:
    """An HMAC that has taken in its key: what is left to do is each message's own part."""

    def __init__(self, key: bytes, algorithm: str) -> None:
        block = hashlib.new(algorithm).block_size
        padded = key.ljust(block, b"\0")
        self._inner = hashlib.new(algorithm, padded.translate(INNER))
        self._outer = hashlib.new(algorithm, padded.translate(OUTER))

    def seal(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


def sign(salt: str, value: str) -> str:
    """Sign as Django's `TimestampSigner` does, to the letter."""
    stamped = f"{value}:{second_in_letters(int(time.time()))}"
    seal = keyed(f"{salt}signer", "sha256").seal(stamped.encode())
    return f"{stamped}:{url_safe(seal)}"


def seal(salt: str, name: str) -> str:
    """Return what Django's `salted_hmac` does, in hexadecimal digits."""
    return keyed(salt, "sha1").seal(name.encode()).hex()


def url_safe(content: bytes) -> str:
    return b2a_base64(content, newline=False).translate(URL_SAFE).rstrip(b"=").decode()


@cache
def keyed(salt: str, algorithm: str) -> Keyed:
    """Take in this site's key, which stays as it is while a process runs."""
    # It is as long as a digest, as `salted_hmac` makes it, and so fits into a block.
    key = hashlib.new(algorithm, f"{salt}{settings.SECRET_KEY}".encode()).digest()
    return Keyed(key, algorithm)

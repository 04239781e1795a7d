"""Encrypt for one browser (RFC 8291): the push service in between reads nothing."""

from __future__ import annotations

from collections.abc import Mapping

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from common.vapid import unpadded


def sealed(body: bytes, keys: Mapping[str, str]) -> bytes:
    ciphertext: bytes = http_ece.encrypt(
        body,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=unpadded(keys["p256dh"]),
        auth_secret=unpadded(keys["auth"]),
        version="aes128gcm",
    )
    return ciphertext

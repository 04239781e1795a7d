"""Django's own signatures, several times as fast: the key is derived once, not for every link."""

from __future__ import annotations

from functools import cache

from django.core.signing import TimestampSigner, b64_encode
from django.utils.crypto import salted_hmac


class KeyedSigner(TimestampSigner):
    """Sign as `TimestampSigner` does, to the letter."""

    def __init__(self, *, salt: str) -> None:
        super().__init__(salt=salt)
        self._keyed = salted_hmac(f"{salt}signer", b"", self.key, algorithm=self.algorithm)

    def signature(self, value: str | bytes, key: str | bytes | None = None) -> str:
        if key is not None:  # a former one, to check an old link
            return super().signature(value, key)
        seal = self._keyed.copy()
        seal.update(value if isinstance(value, bytes) else value.encode())
        return b64_encode(seal.digest()).decode()


@cache
def signer_for(salt: str) -> KeyedSigner:
    return KeyedSigner(salt=salt)

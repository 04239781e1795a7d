"""A connection to the address that was checked, and to no other."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Networks that carry IPv4 addresses in their last 32 bits.
NAT64 = IPv6Network("64:ff9b::/96")
# A server may take so many times the time-out for the whole of its answer.
PATIENCE = 3


class CannotFetch(Exception):
    """There is no answer; says why, in words anyone understands."""


class NotPublic(CannotFetch):
    """The host leads into a private network, or to this very machine."""


def addresses_of(host: str, port: int, *, may_be_private: bool) -> list[str]:
    """Return the addresses of a host; one that is not public spoils them all."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not may_be_private and not all(map(is_public, addresses)):
        raise NotPublic("It leads into a private network, where we do not look.")
    return addresses


def is_public(address: str) -> bool:
    # An address may name the interface it is reached by: fe80::1%eth0.
    bare = _unwrapped(ip_address(address.partition("%")[0]))
    return bare.is_global and not bare.is_multicast


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


class Connection(HTTPConnection):
    """Take the first of these addresses that answers: asking for the name a second time could
    lead elsewhere, into our own network.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        addresses: Sequence[str],
        tls: ssl.SSLContext | None,
        timeout: float,
    ) -> None:
        super().__init__(host, port, timeout=timeout)
        self._addresses, self._tls, self._seconds = addresses, tls, timeout
        self._is_cut = False
        if tls:
            self.default_port = 443

    def connect(self) -> None:
        self.sock = self._dialled()
        if self._tls:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)

    def _dialled(self) -> socket.socket:
        last = OSError("it has no address")
        for address in self._addresses:
            try:
                return socket.create_connection((address, self.port), self._seconds)
            except OSError as error:
                last = error
        raise last

    @contextmanager
    def within(self, timeout: float) -> Iterator[None]:
        """Hang up afterwards, and on those who keep us waiting, a byte at a time."""
        bell = threading.Timer(PATIENCE * timeout, self._cut)
        bell.daemon = True
        bell.start()
        try:
            yield
        finally:
            bell.cancel()
            self.close()
            if self._is_cut:
                raise TimeoutError

    def _cut(self) -> None:
        self._is_cut = True
        with suppress(OSError, AttributeError):
            # Not the TLS socket's own shutdown, which takes its state from under the reader.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

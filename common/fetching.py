"""Ask a server on the web for something, and say in words why there is no answer."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from urllib.parse import quote, urljoin, urlsplit

from common.outside import CannotFetch, Connection, addresses_of

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
TOO_MANY_REDIRECTS = f"It redirects more than {MAX_REDIRECTS} times."
# What may stand in a request line as it is; everything else is escaped.
AS_IT_IS = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An http or https address, taken apart for asking."""

    scheme: str
    host: str
    port: int
    path: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def etag(self) -> str:
        return self.headers.get("ETag", "")

    @property
    def last_modified(self) -> str:
        return self.headers.get("Last-Modified", "")

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def is_redirect(self) -> bool:
        return self.status in REDIRECTS and bool(self.location)


def web_address(url: str) -> WebAddress:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise CannotFetch("It is no address of a web page.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise CannotFetch("It is no address of a web page.")
    path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    return WebAddress(parts.scheme, host, port, quote(path, safe=AS_IT_IS))


def next_address(url: str, location: str) -> str:
    """Return where a redirect leads."""
    # Headers are read as Latin-1, and servers write UTF-8.
    given = location.encode("latin-1").decode("utf-8", "replace")
    try:
        return urljoin(url, quote(given.strip(), safe=AS_IT_IS))
    except ValueError as error:
        raise CannotFetch("It redirects to no address of a web page.") from error


def conditions(etag: str, last_modified: str) -> dict[str, str]:
    """Return the headers that ask for an answer only if something has changed."""
    known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in known.items() if value}


def ask(
    method: str,
    address: WebAddress,
    *,
    headers: Mapping[str, str],
    timeout: float,
    most_bytes: int,
    body: bytes | None = None,
    may_be_private: bool = False,
) -> Answer:
    """Ask once, and read no more than so many bytes.

    Raises CannotFetch, or HTTPException where the answer is no proper one.
    """
    try:
        connection = _connection(address, timeout, may_be_private=may_be_private)
        with connection.within(timeout):
            connection.request(method, address.path, body, headers=dict(headers))
            response = connection.getresponse()
            said = response.read(most_bytes)
    # Before OSError: a connection that the server just drops is both.
    except HTTPException:
        raise
    except (OSError, ValueError) as error:
        raise CannotFetch(_in_words(error)) from error
    return Answer(response.status, dict(response.headers), said)


def fetch(url: str, *, headers: Mapping[str, str], timeout: float, most_bytes: int) -> Answer:
    """Get what is at an address and where it redirects to; raises CannotFetch.

    Every address on the way is checked anew: none may lead into a private network.
    """
    for _ in range(MAX_REDIRECTS + 1):
        try:
            answer = ask(
                "GET", web_address(url), headers=headers, timeout=timeout, most_bytes=most_bytes
            )
        except HTTPException as error:
            raise CannotFetch(no_proper_answer(error)) from error
        if not answer.is_redirect:
            return answer
        url = next_address(url, answer.location)
    raise CannotFetch(TOO_MANY_REDIRECTS)


def no_proper_answer(error: HTTPException) -> str:
    return f"It gives no proper answer ({type(error).__name__})."


def _connection(address: WebAddress, timeout: float, *, may_be_private: bool) -> Connection:
    addresses = addresses_of(address.host, address.port, may_be_private=may_be_private)
    return Connection(
        address.host,
        address.port,
        addresses=addresses,
        tls=_tls() if address.scheme == "https" else None,
        timeout=timeout,
    )


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _in_words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "It does not answer in time."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not valid: {error.verify_message}."
    return f"It cannot be reached: {getattr(error, 'strerror', None) or error}."

"""Look at links over the network: little at a time, and never inside our own network."""

from __future__ import annotations

import logging
import ssl
from collections import defaultdict, deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPException
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from tracker.curricula.link_check import Finding, Verdict, verdict_of
from tracker.curricula.link_connection import Connection, NotPublic, addresses_of
from tracker.curricula.link_pace import Pace

logger = logging.getLogger(__name__)

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})
TOO_MANY_REQUESTS = 429
FIRST_BYTES = 1024
HOSTS_AT_ONCE = 8
HOSTS_TO_BE_SURE = 3
# What may stand in a request line as it is; everything else is escaped.
AS_IT_IS = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Target:
    """A link, and what its server said to recognise the page by."""

    url: str
    etag: str = ""
    last_modified: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        known = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in known.items() if value}

    @property
    def host(self) -> str:
        try:
            return urlsplit(self.url).hostname or ""
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    etag: str
    last_modified: str
    location: str

    @property
    def is_redirect(self) -> bool:
        return self.status in REDIRECTS and bool(self.location)


class CannotVisit(Exception):
    """There is no answer; says why, in words an author understands."""

    def __init__(self, reason: str, verdict: Verdict = Verdict.FAILING) -> None:
        super().__init__(reason)
        self.verdict = verdict


class Offline(Exception):
    """Nobody answers us."""


@dataclass(frozen=True)
class Visitor:
    """Someone who looks at links, and says who they are."""

    user_agent: str
    pace: Pace
    timeout: float = 10.0
    may_go_private: bool = False

    def visit(self, target: Target) -> Finding:
        try:
            return self._follow(target)
        except CannotVisit as failure:
            return Finding(failure.verdict, str(failure))
        except Exception:  # a link that nobody thought of must not stop the rest, week after week
            logger.exception("Visiting %s failed.", target.url)
            return Finding(Verdict.UNCLEAR, "We could not find out. The log says why.")

    def _follow(self, target: Target) -> Finding:
        url, moved_to, is_permanent = target.url, "", True
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._look(url, target.conditions)
            if not answer.is_redirect:
                return _finding(answer, moved_to)
            url = _next_address(url, answer.location)
            # After a first passing redirect nothing is known for good any more.
            is_permanent = is_permanent and answer.status in PERMANENT
            moved_to = url if is_permanent else moved_to
        raise CannotVisit(f"It redirects more than {MAX_REDIRECTS} times.")

    def _look(self, url: str, conditions: Mapping[str, str]) -> Answer:
        """Ask for the head alone; where that is refused, for the page, and read its beginning."""
        try:
            answer = self._ask("HEAD", url, conditions)
        except HTTPException:
            pass
        else:
            if answer.status < 400 or answer.status == TOO_MANY_REQUESTS:
                return answer
        try:
            return self._ask("GET", url, conditions)
        except HTTPException as error:
            raise CannotVisit(f"It gives no proper answer ({type(error).__name__}).") from error

    def _ask(self, method: str, url: str, conditions: Mapping[str, str]) -> Answer:
        parts, host, port = _parts(url)
        headers = {"User-Agent": self.user_agent, "Accept": "*/*", **conditions}
        path = quote(f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}", safe=AS_IT_IS)
        with self.pace.turn(host):
            try:
                connection = self._connection(parts.scheme, host, port)
                with connection.within(self.timeout):
                    connection.request(method, path, headers=headers)
                    response = connection.getresponse()
                    if method == "GET":
                        response.read(FIRST_BYTES)
            except NotPublic as error:
                raise CannotVisit(str(error), Verdict.UNCLEAR) from error
            # Before OSError: a connection that the server just drops is both.
            except HTTPException:
                raise
            except (OSError, ValueError) as error:
                raise CannotVisit(_in_words(error)) from error
        named = ("ETag", "Last-Modified", "Location")
        return Answer(response.status, *(response.getheader(name, "") for name in named))

    def _connection(self, scheme: str, host: str, port: int) -> Connection:
        addresses = addresses_of(host, port, may_be_private=self.may_go_private)
        context = self._tls if scheme == "https" else None
        return Connection(host, port, addresses=addresses, tls=context, timeout=self.timeout)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def visit_all(
    visitor: Visitor, targets: Mapping[int, Target]
) -> Generator[tuple[int, Finding], None, None]:
    """Visit links, several hosts at once and each host's one after the other, as they come back.

    A host that says it is asked too much is left alone; the rest of its links come back never.
    """
    waiting: dict[str, deque[int]] = defaultdict(deque)
    for pk, target in targets.items():
        waiting[target.host].append(pk)
    pool = ThreadPoolExecutor(HOSTS_AT_ONCE, thread_name_prefix="link-check")
    running: dict[Future[Finding], int] = {}

    def visit_next(host: str) -> None:
        if waiting[host]:
            pk = waiting[host].popleft()
            running[pool.submit(visitor.visit, targets[pk])] = pk

    try:
        for host in list(waiting):
            visit_next(host)
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                pk, finding = running.pop(future), future.result()
                if finding.status != TOO_MANY_REQUESTS:
                    visit_next(targets[pk].host)
                yield pk, finding
    finally:
        pool.shutdown(cancel_futures=True)


def once_online(
    found: Iterable[tuple[int, Finding]], targets: Mapping[int, Target]
) -> Iterator[tuple[int, Finding]]:
    """Hold failures back until one host has answered; raise Offline when none of several does.

    Where nobody answers, our own network is the likelier culprit, and no link is to blame.
    """
    held: list[tuple[int, Finding]] = []
    is_online = False
    for pk, finding in found:
        is_online = is_online or finding.status is not None
        held.append((pk, finding))
        if is_online:
            yield from held
            held.clear()
    silent = {targets[pk].host for pk, finding in held if finding.verdict is Verdict.FAILING}
    if len(silent) >= HOSTS_TO_BE_SURE:
        raise Offline(f"None of {len(silent)} hosts answered.")
    yield from held


def _finding(answer: Answer, moved_to: str) -> Finding:
    verdict = verdict_of(answer.status)
    if verdict is not Verdict.SEEN:
        return Finding(verdict, f"It answers {answer.status}.", answer.status)
    return Finding(
        verdict,
        status=answer.status,
        etag=answer.etag,
        last_modified=answer.last_modified,
        moved_to=moved_to,
    )


def _parts(url: str) -> tuple[SplitResult, str, int]:
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise CannotVisit("It is no address of a web page.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise CannotVisit("It is no address of a web page.")
    return parts, host, port


def _next_address(url: str, location: str) -> str:
    # Headers are read as Latin-1, and servers write UTF-8.
    given = location.encode("latin-1").decode("utf-8", "replace")
    try:
        return urljoin(url, quote(given.strip(), safe=AS_IT_IS))
    except ValueError as error:
        raise CannotVisit("It redirects to no address of a web page.") from error


def _in_words(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "It does not answer in time."
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"Its certificate is not valid: {error.verify_message}."
    return f"It cannot be reached: {getattr(error, 'strerror', None) or error}."

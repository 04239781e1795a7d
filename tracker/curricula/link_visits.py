"""Look at links over the network: little at a time, and never inside our own network."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlsplit

from common.fetching import (
    MAX_REDIRECTS,
    TOO_MANY_REDIRECTS,
    Answer,
    ask,
    conditions,
    next_address,
    no_proper_answer,
    web_address,
)
from common.outside import CannotFetch, NotPublic
from tracker.curricula.link_check import Finding, Verdict, verdict_of
from tracker.curricula.link_pace import Pace

logger = logging.getLogger(__name__)

PERMANENT = frozenset({301, 308})
TOO_MANY_REQUESTS = 429
FIRST_BYTES = 1024
HOSTS_AT_ONCE = 8
HOSTS_TO_BE_SURE = 3


@dataclass(frozen=True, slots=True)
class Target:
    """A link, and what its server said to recognise the page by."""

    url: str
    etag: str = ""
    last_modified: str = ""

    @property
    def conditions(self) -> dict[str, str]:
        return conditions(self.etag, self.last_modified)

    @property
    def host(self) -> str:
        try:
            return urlsplit(self.url).hostname or ""
        except ValueError:
            return ""


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
        except NotPublic as failure:
            return Finding(Verdict.UNCLEAR, str(failure))
        except CannotFetch as failure:
            return Finding(Verdict.FAILING, str(failure))
        except Exception:  # a link that nobody thought of must not stop the rest, week after week
            logger.exception("Visiting %s failed.", target.url)
            return Finding(Verdict.UNCLEAR, "We could not find out. The log says why.")

    def _follow(self, target: Target) -> Finding:
        url, moved_to, is_permanent = target.url, "", True
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._look(url, target.conditions)
            if not answer.is_redirect:
                return _finding(answer, moved_to)
            url = next_address(url, answer.location)
            # After a first passing redirect nothing is known for good any more.
            is_permanent = is_permanent and answer.status in PERMANENT
            moved_to = url if is_permanent else moved_to
        raise CannotFetch(TOO_MANY_REDIRECTS)

    def _look(self, url: str, known: Mapping[str, str]) -> Answer:
        """Ask for the head alone; where that is refused, for the page, and read its beginning."""
        try:
            answer = self._ask("HEAD", url, known)
        except HTTPException:
            pass
        else:
            if answer.status < 400 or answer.status == TOO_MANY_REQUESTS:
                return answer
        try:
            return self._ask("GET", url, known)
        except HTTPException as error:
            raise CannotFetch(no_proper_answer(error)) from error

    def _ask(self, method: str, url: str, known: Mapping[str, str]) -> Answer:
        address = web_address(url)
        headers = {"User-Agent": self.user_agent, "Accept": "*/*", **known}
        with self.pace.turn(address.host):
            return ask(
                method,
                address,
                headers=headers,
                timeout=self.timeout,
                most_bytes=FIRST_BYTES,
                may_be_private=self.may_go_private,
            )


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

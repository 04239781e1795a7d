"""How fast links may be visited."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PER_MINUTE = 60
REST_SECONDS = 1.0


class Pace:
    """One request at a time to a host, a rest after each, and so many a minute over all hosts."""

    def __init__(
        self,
        *,
        per_minute: int = PER_MINUTE,
        rest: float = REST_SECONDS,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval, self._rest = 60 / per_minute, rest
        self._now, self._sleep = now, sleep
        self._guard = threading.Lock()
        self._hosts: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._rested_at: dict[str, float] = {}
        self._next_slot = now()

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait until the host may be asked, and keep others from asking it meanwhile."""
        with self._guard:
            lock = self._hosts[host]
        with lock:
            self._wait_until(self._rested_at.get(host, 0))
            self._wait_until(self._take_slot())
            try:
                yield
            finally:
                self._rested_at[host] = self._now() + self._rest

    def _take_slot(self) -> float:
        with self._guard:
            slot = max(self._next_slot, self._now())
            self._next_slot = slot + self._interval
        return slot

    def _wait_until(self, moment: float) -> None:
        ahead = moment - self._now()
        if ahead > 0:
            self._sleep(ahead)

"""What a sender sends next: it is read in a thread of its own while the letters before go out.

Only where the database lets two write at once.  What is read ahead is leased like everything else:
a sender that dies gives it back untouched.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, connections

from studyplans.reminders import breaker, leasing
from studyplans.reminders.breaker import Leave
from studyplans.reminders.deciding import Batch, decided

# How long a thread keeps the interpreter from the one that has a letter to hand over.
TURN_SECONDS = 0.0001

Clock = Callable[[], datetime]


class Reader:
    """Reads the batches of one sender, at most one of them ahead."""

    def __init__(self, *, owner: str, now: Clock) -> None:
        self._owner = owner
        self._now = now
        self._thread: ThreadPoolExecutor | None = None
        self._coming: Future[Batch] | None = None

    def begin_next(self) -> None:
        """Begin to read the next batch, if it can be read beside what is going on."""
        can_read = connection.features.has_select_for_update_skip_locked
        # What a transaction has written nobody else would see.
        if not can_read or connection.in_atomic_block:
            return
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1)
        self._coming = self._thread.submit(self._read_in_short_turns)

    def next(self) -> Batch:
        """Return the batch that was read ahead, or what is due now."""
        coming, self._coming = self._coming, None
        batch = coming.result() if coming else None
        return batch if batch and batch.size else self._read()

    def forget(self) -> None:
        """Wait for what has begun, so that its lease can be given back."""
        coming, self._coming = self._coming, None
        if coming:
            coming.result()

    def close(self) -> None:
        if self._thread:
            self._thread.submit(connections.close_all)
            self._thread.shutdown()

    def _read_in_short_turns(self) -> Batch:
        with short_turns():
            return self._read()

    def _read(self) -> Batch:
        at = self._now()
        leave = breaker.leave_to_send(at=at)
        if leave is Leave.WAIT:
            return decided([], at=at)
        limit = 1 if leave is Leave.PROBE else leasing.LEASED_AT_ONCE
        return decided(leasing.lease(owner=self._owner, at=at, limit=limit), at=at)


@contextmanager
def short_turns() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(TURN_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)

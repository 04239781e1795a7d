"""The sender: lease, decide, write, post, note, settle, until nothing is due.

While the server thinks about one letter the next ones are written, and the envelope of the next is
with the server; while the last letters of a batch go out the next batch is read.  No transaction is
open while a letter is on its way.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple

from studyplans.reminders import breaker, leasing, settling
from studyplans.reminders.channels.answer import Answer
from studyplans.reminders.channels.email import Line, Parcel, ServerAway, open_line
from studyplans.reminders.deciding import Batch, decided, not_now, outcomes_of, unwritable
from studyplans.reminders.journal import Journal, Mark
from studyplans.reminders.letters import letter_for
from studyplans.reminders.limits import slots_for
from studyplans.reminders.mime import Stationery
from studyplans.reminders.models import Delivery
from studyplans.reminders.reading_ahead import Reader
from studyplans.reminders.selectors import Decision
from studyplans.reminders.settling import Outcome, Settlement

# What a rate limit keeps longer than this goes back to wait in the database.
LONGEST_NAP = timedelta(seconds=10)
# Several letters in a row are written faster than one at a time between other work.
WRITTEN_AT_ONCE = 4
# While the last so many letters of a full batch go out the next is read, if the mail server leaves
# so much of the time: to read beside work takes longer than to read after it.
READ_AHEAD = 150
LEAST_IDLE = 2 / 3

Clock = Callable[[], datetime]


class Item(NamedTuple):
    """One letter ready to go, and from when on it may."""

    decision: Decision
    parcel: Parcel
    slot: datetime

    @property
    def delivery(self) -> Delivery:
        return self.decision.delivery


def send_due(*, now: Clock, seconds: float | None = None) -> int:
    """Send what is due until nothing is, or for about so long; return how many were looked at."""
    if not Delivery.objects.due(now()).by_mail().exists():
        return 0
    with Sender(now=now) as sender:
        return sender.send_for(seconds)


def send_one(delivery_id: int, *, now: Clock) -> None:
    """Send one due delivery at once, or write down why not."""
    with Sender(now=now) as sender:
        at = now()
        sender.send(decided(leasing.lease_one(delivery_id, owner=sender.owner, at=at), at=at))


class Sender:
    """One process at work on the outbox, with its journal and its line to the mail server.

    Leaving by an exception leaves the journal behind: the sweep then does what is left to do.
    """

    def __init__(self, *, now: Clock) -> None:
        self._now = now
        self._journal = Journal()
        self._line: Line = open_line()
        self.owner = self._journal.owner
        self._settlement = Settlement(owner=self.owner)
        self._batches = Reader(owner=self.owner, now=now)
        # The letter whose content the server has, and whose answer is still to come.
        self._under_way: Item | None = None
        self._is_stopped = self._has_leftovers = False
        self._is_server_proven = False
        self._trouble = ""

    def __enter__(self) -> Sender:
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        # First: a lease that comes after the journal has gone would be nobody's.
        self._batches.close()
        if self._under_way:
            # The database may be gone, but the mail server and the journal are not.
            self._conclude_by(self._line.answer(), self._under_way)
        self._line.close()
        if error is None:
            self._journal.close()
        else:
            self._journal.abandon()

    def send_for(self, seconds: float | None) -> int:
        end = None if seconds is None else time.monotonic() + seconds
        count, is_more_due = 0, True
        while is_more_due and not self._is_stopped and (end is None or time.monotonic() < end):
            with gc_later():
                size = self._send_next()
            count, is_more_due = count + size, size > 0
        self._give_back()
        return count

    def _send_next(self) -> int:
        """Send the next batch and let go of it; return how many were in it."""
        batch = self._batches.next()
        if batch.size:
            self.send(batch)
        return batch.size

    def send(self, batch: Batch) -> None:
        """Bring each delivery of a fresh lease to its outcome, or give it back."""
        begun, at = time.monotonic(), self._now()
        last_start = batch.leased_at + leasing.LEASE - leasing.LAST_START_BEFORE_END
        for item, following in with_next(some_ahead(self._items(batch, at=at))):
            self._hear_answer()
            if self._is_stopped or self._now() >= last_start:
                self._has_leftovers = True
                break
            self._wait_for(item, at=at, begun=begun)
            self._under_way = self._offer(item, following)
            # While the server thinks about it.
            self._settle_if_due()
        self._hear_answer()
        self._settlement.write(at=self._now())
        if self._has_leftovers:
            self._give_back()

    def _give_back(self) -> None:
        """Give back what this lease has not come to, and what has been read ahead."""
        self._batches.forget()
        leasing.give_back(owner=self.owner, reason=self._trouble)
        self._has_leftovers = False

    # --- from deliveries to letters ---

    def _items(self, batch: Batch, *, at: datetime) -> Iterator[Item]:
        """Yield letters one by one, each written only when it is asked for."""
        self._stationery = Stationery(at=at)
        for delivery, outcome in batch.broken:
            self._conclude(delivery, outcome)
        useful = [decision for decision in batch.decisions if self._is_useful(decision)]
        slots = slots_for([decision.delivery for decision in useful], at=at)
        in_turn = sorted(useful, key=lambda each: slots[each.delivery.pk])
        idle = Idle()
        for place, decision in enumerate(in_turn):
            if place == len(in_turn) - READ_AHEAD:
                self._read_ahead(batch, idle)
            delivery = decision.delivery
            if slots[delivery.pk] > at + LONGEST_NAP:
                wait = settling.not_before(slots[delivery.pk], has_slot=True)
                self._let_wait(decision, wait)
            elif parcel := self._parcel(decision):
                yield Item(decision, parcel, slots[delivery.pk])

    def _read_ahead(self, batch: Batch, idle: Idle) -> None:
        """Begin to read the next batch if there is likely to be one, and time for it."""
        if batch.size == leasing.LEASED_AT_ONCE and idle.share > LEAST_IDLE:
            self._batches.begin_next()

    def _is_useful(self, decision: Decision) -> bool:
        """Settle what is not to be sent now."""
        outcome = not_now(decision)
        if outcome:
            self._settlement.add(decision.delivery.pk, outcome)
        return outcome is None

    def _parcel(self, decision: Decision) -> Parcel | None:
        """Write the letter; what goes wrong for one learner stays with that one."""
        self._journal.note(decision.delivery.pk, Mark.WRITING)
        try:
            # Most letters carry nobody else's news.
            extra = (decision.also,) if decision.riders else ()
            letter = letter_for(decision.delivery, decision.news, *extra)
            return self._line.pack(letter, self._stationery)
        except Exception:
            self._fail_carrier(decision)
            return None

    def _let_wait(self, decision: Decision, wait: Outcome) -> None:
        for delivery in decision.aboard:
            self._settlement.add(delivery.pk, wait)

    def _fail_carrier(self, decision: Decision) -> None:
        """Give up on a letter; what it was to carry along goes by itself."""
        self._let_wait(decision, settling.not_before(self._now(), has_slot=False))
        self._conclude(decision.delivery, unwritable(decision.delivery))

    # --- from letters to answers ---

    def _offer(self, item: Item, following: Item | None) -> Item | None:
        """Hand the letter over; return it when its answer is still to come."""

        def note() -> None:
            for delivery in item.decision.aboard:
                self._journal.note(delivery.pk, Mark.CONTENT)

        try:
            early = self._line.offer(
                item.parcel, following=following.parcel if following else None, note=note
            )
        except ServerAway as away:
            self._count_failure(str(away))
            self._has_leftovers = True
            return None
        except Exception:
            self._fail_carrier(item.decision)
            self._line.close()
            return None
        letter = item.parcel.letter
        self._settlement.keep_text(item.delivery.pk, subject=letter.subject, text=letter.text)
        if early is None:
            return item
        self._take_answer(item, early)
        return None

    def _hear_answer(self) -> None:
        if self._under_way:
            item, self._under_way = self._under_way, None
            self._take_answer(item, self._line.answer())

    def _take_answer(self, item: Item, answer: Answer) -> None:
        self._conclude_by(answer, item)
        if answer.is_mailbox_dead:
            self._settlement.report_dead(item.delivery, answer.reason)
        if answer.is_server_down:
            self._count_failure(answer.reason)
        elif not self._is_server_proven:
            self._is_server_proven = True
            breaker.note_success()

    def _conclude_by(self, answer: Answer, item: Item) -> None:
        for delivery, outcome in outcomes_of(item.decision, answer, at=self._now()):
            self._conclude(delivery, outcome)

    def _count_failure(self, reason: str) -> None:
        self._trouble = reason
        self._is_server_proven = False
        self._is_stopped = breaker.note_failure(reason=reason, at=self._now())

    def _conclude(self, delivery: Delivery, outcome: Outcome) -> None:
        self._journal.note(delivery.pk, _mark_of(outcome), outcome.reason)
        self._settlement.add(delivery.pk, outcome)

    def _wait_for(self, item: Item, *, at: datetime, begun: float) -> None:
        """Sleep until a rate limit lets the letter go; what is known by then is settled first."""
        if item.slot <= at:
            return
        passed = time.monotonic() - begun
        if (left := (item.slot - at).total_seconds() - passed) > 0:
            self._settlement.write(at=self._now())
            time.sleep(left)

    def _settle_if_due(self) -> None:
        if self._settlement.is_due():
            # The answer to the letter under way is still to be written: with it, all this is safe.
            write = self._settlement.write_soon if self._under_way else self._settlement.write
            write(at=self._now())


MARKS: dict[str, Mark] = {
    Delivery.Status.SENT: Mark.SENT,
    Delivery.Status.PENDING: Mark.LATER,
    Delivery.Status.FAILED: Mark.FAILED,
}


def _mark_of(outcome: Outcome) -> Mark:
    return Mark.IN_DOUBT if outcome.doubts else MARKS[outcome.status]


class Idle:
    """How much of the time since this was made the thread that asks has waited."""

    def __init__(self) -> None:
        self._begun, self._worked = time.monotonic(), time.thread_time()

    @property
    def share(self) -> float:
        passed = time.monotonic() - self._begun
        return 1 - (time.thread_time() - self._worked) / passed if passed else 0.0


@contextmanager
def gc_later() -> Iterator[None]:
    """Put off looking for cycles: a batch leaves hardly any, and all of Django is gone through."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def some_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items, several made in a row."""
    while made := list(islice(items, WRITTEN_AT_ONCE)):
        yield from made


def with_next(items: Iterator[Item]) -> Iterator[tuple[Item, Item | None]]:
    """Pair each item with the one after it."""
    item = next(items, None)
    while item is not None:
        following = next(items, None)
        yield item, following
        item = following

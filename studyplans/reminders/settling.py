"""Write down what became of deliveries, many at a time.  Doing it twice changes nothing."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F

from studyplans.reminders.addresses import note_dead_mailbox
from studyplans.reminders.durability import commit_soon
from studyplans.reminders.kinds import KINDS
from studyplans.reminders.models import Delivery, DeliveryText
from studyplans.reminders.rowset import insert_new
from studyplans.reminders.rules import retry_at

LONGEST_WAIT_SECONDS = 0.25
LONGEST_REASON = 300
MOST_DOUBTS = 2


class Outcome(NamedTuple):
    """What became of one delivery; `due_at` where it waits again."""

    status: str
    reason: str = ""
    due_at: datetime | None = None
    attempts: int = 1
    doubts: int = 0
    has_slot: bool = False


SENT = Outcome(Delivery.Status.SENT)


def skipped(delivery: Delivery, reason: str) -> Outcome:
    """Skip it; what kept it until now is said as well."""
    before = f"; before, {delivery.reason}" if delivery.reason else ""
    return Outcome(Delivery.Status.SKIPPED, f"{reason}{before}", attempts=0)


def failed(reason: str) -> Outcome:
    return Outcome(Delivery.Status.FAILED, reason)


def not_before(moment: datetime, *, has_slot: bool, reason: str = "") -> Outcome:
    """Let it wait without counting an attempt."""
    return Outcome(Delivery.Status.PENDING, reason, moment, attempts=0, has_slot=has_slot)


def later(delivery: Delivery, reason: str, *, at: datetime) -> Outcome:
    """Try again after a while, or fail when that would be too late."""
    due_at = retry_at(attempts=delivery.attempts + 1, at=at, chance=random.random())  # noqa: S311
    if due_at >= delivery.stale_at:
        return failed(reason)
    return Outcome(Delivery.Status.PENDING, reason, due_at)


def in_doubt(delivery: Delivery, reason: str, *, at: datetime) -> Outcome:
    """Only the server knows.  The kind decides whether a second copy does less harm than none."""
    again = later(delivery, f"perhaps sent before: {reason}", at=at)
    is_repeated = KINDS[delivery.kind].is_repeated_in_doubt and delivery.doubts + 1 < MOST_DOUBTS
    if is_repeated and again.due_at:
        return Outcome(again.status, again.reason, again.due_at, doubts=1)
    return Outcome(Delivery.Status.IN_DOUBT, reason, doubts=1)


def settle(outcomes: dict[int, Outcome], *, owner: str, at: datetime) -> int:
    """Write outcomes of this owner's leases and return how many rows that changed.

    One that is settled already stays as it is.
    """
    alike: dict[Outcome, list[int]] = defaultdict(list)
    for delivery_id, outcome in outcomes.items():
        alike[outcome].append(delivery_id)
    return sum(_write(outcome, ids, owner=owner, at=at) for outcome, ids in alike.items())


def _write(outcome: Outcome, ids: Sequence[int], *, owner: str, at: datetime) -> int:
    changes: dict[str, object] = {
        "status": outcome.status,
        "reason": outcome.reason[:LONGEST_REASON],
        "attempts": F("attempts") + outcome.attempts,
        "doubts": F("doubts") + outcome.doubts,
        "has_slot": outcome.has_slot,
        "lease_until": None,
        "lease_owner": "",
    }
    is_over = outcome.due_at is None
    changes |= {"settled_at": at} if is_over else {"due_at": outcome.due_at, "settled_at": None}
    return Delivery.objects.leased_by(owner).of_ids(ids).update(**changes)


class Settlement:
    """Outcomes on their way to the database, those of a quarter of a second together."""

    def __init__(self, *, owner: str) -> None:
        self._owner = owner
        self._outcomes: dict[int, Outcome] = {}
        self._texts: dict[int, tuple[str, str]] = {}
        self._dead: list[tuple[Delivery, str]] = []
        self._since = 0.0

    def add(self, delivery_id: int, outcome: Outcome) -> None:
        if not self._outcomes:
            self._since = time.monotonic()
        self._outcomes[delivery_id] = outcome

    def keep_text(self, delivery_id: int, *, subject: str, text: str) -> None:
        self._texts[delivery_id] = (subject, text)

    def report_dead(self, delivery: Delivery, reason: str) -> None:
        self._dead.append((delivery, reason))

    def is_due(self) -> bool:
        if not self._outcomes:
            return False
        return time.monotonic() - self._since > LONGEST_WAIT_SECONDS

    @transaction.atomic
    def write_soon(self, *, at: datetime) -> None:
        """Write without waiting for the disk; only where a `write` of something more will follow.

        That one waits for all before it.  Until then the journal knows.
        """
        commit_soon()
        self._write(at=at)

    @transaction.atomic
    def write(self, *, at: datetime) -> None:
        self._write(at=at)

    def _write(self, *, at: datetime) -> None:
        written = settle(self._outcomes, owner=self._owner, at=at)
        self._keep_texts(is_complete=written == len(self._outcomes), at=at)
        _report(self._dead, at=at)
        # A text without an outcome is that of the letter under way.
        self._texts = {pk: text for pk, text in self._texts.items() if pk not in self._outcomes}
        self._outcomes, self._dead = {}, []

    def _keep_texts(self, *, is_complete: bool, at: datetime) -> None:
        """Keep what was sent; when rows are missing, an account was erased in the meantime."""
        sent = {pk for pk, outcome in self._outcomes.items() if outcome == SENT}
        if not is_complete:
            sent = set(Delivery.objects.of_ids(sent).values_list("pk", flat=True))
        sent_at = connection.ops.adapt_datetimefield_value(at)
        kept = [
            (pk, subject, text, sent_at)
            for pk, (subject, text) in self._texts.items()
            if pk in sent
        ]
        insert_new(DeliveryText, ("delivery_id", "subject", "text", "sent_at"), kept)


def _report(dead: Iterable[tuple[Delivery, str]], *, at: datetime) -> None:
    for delivery, reason in dead:
        note_dead_mailbox(delivery, reason=reason, at=at)

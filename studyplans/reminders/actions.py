"""Everything that changes schedules and deliveries.

The rows are the queue.  Each step may be rung twice, or stop half-way, without losing or doubling
a reminder.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.db import OperationalError, transaction

from common import clock
from studyplans.reminders.channels import email
from studyplans.reminders.channels.email import Verdict
from studyplans.reminders.letters import digest_letter
from studyplans.reminders.models import Delivery, Kind, ReminderSchedule
from studyplans.reminders.rules import retry_at
from studyplans.reminders.selectors import (
    decisions_on,
    delivery_for,
    last_occurrence,
    run_after,
    runs_due,
)
from tracker.accounts.models import User

logger = logging.getLogger(__name__)

LONGEST_SENDING = timedelta(minutes=15)
BETWEEN_TESTS = timedelta(minutes=1)
TEST_LIFETIME = timedelta(hours=1)
LONGEST_REASON = 300


class TooSoonForTest(ValueError):
    """The last test was less than BETWEEN_TESTS ago."""


# --- what a learner wants ---------------------------------------------------------------------


@transaction.atomic
def set_reminder_schedule(
    *,
    learner: User,
    kind: str,
    is_on: bool,
    local_time: time,
    weekdays: Sequence[int],
    at: datetime,
) -> ReminderSchedule:
    """Write when the learner wants a kind of reminder, and when it comes next."""
    wanted = {"is_on": is_on, "local_time": local_time, "weekdays": sorted(weekdays)}
    schedule, _ = ReminderSchedule.objects.update_or_create(
        learner=learner, kind=kind, defaults=wanted
    )
    _set_next_run(schedule, at=at)
    return schedule


@transaction.atomic
def ensure_digest(*, learner: User, at: datetime) -> None:
    """Give a learner the digest at its default hour, unless they have decided about it before."""
    schedule, is_new = ReminderSchedule.objects.get_or_create(learner=learner, kind=Kind.DIGEST)
    if is_new:
        _set_next_run(schedule, at=at)


def switch_off(*, learner: User, kind: str) -> None:
    """Stop a kind of reminder, also for a learner who never had it."""
    ReminderSchedule.objects.update_or_create(learner=learner, kind=kind, defaults={"is_on": False})


@transaction.atomic
def follow_time_zone(*, learner: User, at: datetime) -> None:
    """Keep the learner's local hours after they moved to another zone."""
    own = ReminderSchedule.objects.select_for_update().filter(learner=learner)
    for schedule in own:
        schedule.learner = learner
        _set_next_run(schedule, at=at)


def _set_next_run(schedule: ReminderSchedule, *, at: datetime) -> None:
    """Count from now, but never for a local date that has had its reminder."""
    last = last_occurrence(schedule.learner, kind=schedule.kind)
    if last is not None:
        next_day = clock.start_of_day(last + timedelta(days=1), schedule.learner)
        at = max(at, next_day - timedelta(microseconds=1))
    schedule.next_run_at = run_after(schedule, at)
    schedule.save(update_fields=["next_run_at"])


# --- from schedules to deliveries -------------------------------------------------------------


def claim_all_due(*, at: datetime, limit: int = 500) -> None:
    """Turn every due schedule into deliveries, some hundred in a transaction."""
    while claim_due(at=at, limit=limit) == limit:
        continue


@transaction.atomic
def claim_due(*, at: datetime, limit: int = 500) -> int:
    """Turn due schedules into deliveries and return how many schedules were taken.

    Two at once take different ones: PostgreSQL skips the other's locked rows, and SQLite lets one
    transaction begin at a time.
    """
    due = ReminderSchedule.objects.due(at).select_related("learner").order_by("next_run_at")
    schedules = list(due.select_for_update(of=["self"], skip_locked=True)[:limit])
    deliveries: list[Delivery] = []
    for schedule in schedules:
        runs = list(runs_due(schedule, at=at))
        deliveries += [delivery_for(schedule, run, at=at) for run in runs]
        schedule.next_run_at = run_after(schedule, runs[-1])
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    ReminderSchedule.objects.bulk_update(schedules, ["next_run_at"])
    return len(schedules)


def sweep_stuck(*, at: datetime) -> int:
    """Settle deliveries whose sender has died as in doubt; a digest is not sent again."""
    swept = Delivery.objects.stuck(claimed_by=at - LONGEST_SENDING).update(
        status=Delivery.Status.IN_DOUBT,
        reason="its sender stopped before the mail server answered",
        settled_at=at,
    )
    if swept:
        logger.warning("%d deliveries are in doubt: their senders stopped half-way.", swept)
    return swept


# --- from deliveries to mail ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outcome:
    status: str
    reason: str = ""
    due_at: datetime | None = None


def send_delivery(*, delivery_id: int, at: datetime) -> None:
    """Send one due delivery, or write down why not.

    No transaction is open while the mail server is at work.
    """
    if not Delivery.objects.claim(delivery_id, at=at):
        return
    delivery = Delivery.objects.select_related("learner").get(pk=delivery_id)
    delivery.attempts += 1
    _settle(delivery, _outcome_of(delivery, at=at), at=at)


def _outcome_of(delivery: Delivery, *, at: datetime) -> Outcome:
    """Decide, write and post; what goes wrong for one learner stays with that one."""
    try:
        [decision] = decisions_on([delivery], at=at)
        if decision.reason:
            return _skipped(delivery, decision.reason)
        letter = digest_letter(decision.digest, delivery)
        return _posted(letter, delivery, at=at)
    except OperationalError as error:
        return _later(delivery, f"the database could not be used: {error}", at=at)
    except Exception as error:
        logger.exception("Delivery %s could not be written.", delivery.pk)
        return Outcome(Delivery.Status.FAILED, f"it could not be written: {error!r}")


def _skipped(delivery: Delivery, reason: str) -> Outcome:
    """Skip it; what kept it until now is said as well."""
    before = f"; before, {delivery.reason}" if delivery.reason else ""
    return Outcome(Delivery.Status.SKIPPED, f"{reason}{before}")


def _posted(letter: EmailMessage, delivery: Delivery, *, at: datetime) -> Outcome:
    answer = email.post(letter)
    if answer.verdict is Verdict.LATER:
        return _later(delivery, answer.reason, at=at)
    return Outcome(STATUS_OF[answer.verdict], answer.reason)


STATUS_OF = {
    Verdict.TAKEN: Delivery.Status.SENT,
    Verdict.REFUSED: Delivery.Status.FAILED,
    Verdict.UNKNOWN: Delivery.Status.IN_DOUBT,
}


def _later(delivery: Delivery, reason: str, *, at: datetime) -> Outcome:
    due_at = retry_at(attempts=delivery.attempts, at=at)
    if due_at >= delivery.stale_at:
        return Outcome(Delivery.Status.FAILED, reason)
    return Outcome(Delivery.Status.PENDING, reason, due_at)


def _settle(delivery: Delivery, outcome: Outcome, *, at: datetime) -> None:
    """Write the outcome of our own claim, even when the sweep took us for dead."""
    changes: dict[str, Any] = {
        "status": outcome.status,
        "reason": outcome.reason[:LONGEST_REASON],
        "attempts": delivery.attempts,
    }
    if outcome.due_at is None:
        changes["settled_at"] = at
    else:
        changes |= {"due_at": outcome.due_at, "settled_at": None}
    Delivery.objects.filter(pk=delivery.pk, claimed_at=delivery.claimed_at).update(**changes)


def send_test(*, learner: User, at: datetime) -> Delivery:
    """Send today's digest at once, whatever is planned; raises TooSoonForTest.

    It is a delivery of its own kind, so it stands in the history and in no digest's way.
    """
    tests = Delivery.objects.filter(learner=learner, kind=Kind.TEST)
    if tests.filter(due_at__gt=at - BETWEEN_TESTS).exists():
        raise TooSoonForTest
    # The minute as the occurrence stops a double click that gets past the question above.
    delivery, is_new = Delivery.objects.get_or_create(
        learner=learner,
        kind=Kind.TEST,
        occurrence=f"{at:%Y-%m-%dT%H%M}",
        defaults={"due_at": at, "stale_at": at + TEST_LIFETIME},
    )
    if not is_new:
        raise TooSoonForTest
    send_delivery(delivery_id=delivery.pk, at=at)
    delivery.refresh_from_db()
    return delivery

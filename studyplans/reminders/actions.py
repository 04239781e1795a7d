"""Everything that changes schedules and deliveries.

The rows are the queue.  Each step may be rung twice, or stop half-way, without losing or doubling
a reminder: `claiming`, `sending` and `sweeping` do the outbox's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from django.db import transaction

from common import clock
from studyplans.reminders import bounces
from studyplans.reminders.addresses import note_event, trust_again
from studyplans.reminders.claiming import zone_named
from studyplans.reminders.models import AddressEvent, Delivery, Kind, ReminderSchedule
from studyplans.reminders.rules import cached_next_run, counted_again, moment_of
from studyplans.reminders.sending import send_one
from studyplans.reminders.unsubscribing import BadToken, ExpiredToken, read_token
from tracker.accounts.models import User

BETWEEN_TESTS = timedelta(minutes=1)
TEST_LIFETIME = timedelta(hours=1)


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
        promised = schedule.next_run_at
        _set_next_run(schedule, at=at)
        if promised and _is_lost(schedule, promised, at=at):
            schedule.next_run_at = promised
            schedule.save(update_fields=["next_run_at"])


def _set_next_run(schedule: ReminderSchedule, *, at: datetime) -> None:
    """Count from now, but never for a local date that has had its reminder."""
    learner = schedule.learner
    if schedule.last_day is not None:
        next_day = clock.start_of_day(schedule.last_day + timedelta(days=1), learner)
        at = max(at, next_day - timedelta(microseconds=1))
    schedule.next_run_at = _next_run(schedule, after=at, zone=learner.zone)
    schedule.save(update_fields=["next_run_at"])


def _next_run(schedule: ReminderSchedule, *, after: datetime, zone: ZoneInfo) -> datetime | None:
    return cached_next_run(
        after=after, local_time=schedule.local_time, weekdays=tuple(schedule.weekdays), zone=zone
    )


def _is_lost(schedule: ReminderSchedule, promised: datetime, *, at: datetime) -> bool:
    """Say whether a reminder still to come today falls out because its hour is over there."""
    if promised <= at or not schedule.is_on:
        return False
    zone = schedule.learner.zone
    day = clock.date_of(promised, schedule.learner)
    is_new = schedule.last_day is None or day > schedule.last_day
    hour = moment_of(day, schedule.local_time, zone)
    is_wanted = day.weekday() in schedule.weekdays
    return is_new and is_wanted and hour is not None and hour <= at


def recount_schedules() -> int:
    """Bring every schedule in step with the zone rules and the zones of now; return how many moved.

    Schedules alike share one answer and one UPDATE, so a day without news costs one query.
    """
    fields = ("learner__time_zone", "local_time", "weekdays", "next_run_at", "last_day")
    groups = ReminderSchedule.objects.on().exclude(next_run_at=None).order_by()
    return sum(_recount(*group) for group in groups.values_list(*fields).distinct())


def _recount(
    zone_name: str, local_time: time, weekdays: list[int], planned: datetime, last: date | None
) -> int:
    zone = zone_named(zone_name)
    run = counted_again(planned=planned, local_time=local_time, weekdays=tuple(weekdays), zone=zone)
    while run is not None and last is not None and run.astimezone(zone).date() <= last:
        run = cached_next_run(after=run, local_time=local_time, weekdays=tuple(weekdays), zone=zone)
    if run == planned:
        return 0
    alike = ReminderSchedule.objects.on().filter(
        learner__time_zone=zone_name,
        local_time=local_time,
        weekdays=weekdays,
        next_run_at=planned,
        last_day=last,
    )
    return alike.update(next_run_at=run)


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
    send_one(delivery.pk, now=lambda: at)
    delivery.refresh_from_db()
    return delivery


# --- what the world outside says --------------------------------------------------------------


def take_in_returned(*, message: EmailMessage, at: datetime) -> str:
    """Act on one message from the mailbox of returns, and say in words what it was."""
    if token := bounces.opt_out_in(message):
        return _opt_out(token)
    report = bounces.report_in(message)
    if report is None:
        return "nothing for us"
    delivery = bounces.delivery_meant(message)
    if delivery is None:
        return "a report on a mail that is not ours"
    note_event(
        address=delivery.learner.email,
        sort=report.sort,
        reference=bounces.reference_of(message, delivery),
        detail=report.detail,
        at=at,
    )
    return f"{AddressEvent.Sort(report.sort).label}: {delivery}"


def _opt_out(token: str) -> str:
    try:
        learner_id, kind = read_token(token)
    except (BadToken, ExpiredToken):
        return "an opt-out that is not complete, or too old"
    learner = User.objects.filter(pk=learner_id).first()
    if learner is None:
        return "an opt-out of an account that is gone"
    switch_off(learner=learner, kind=kind)
    return f"an opt-out of the {Kind(kind).label}"


def trust_address_again(*, learner: User) -> None:
    """Mail an address again on its owner's word."""
    trust_again(learner.email)

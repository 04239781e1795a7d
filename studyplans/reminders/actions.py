"""Everything that changes schedules and deliveries.

The rows are the queue.  Each step may be rung twice, or stop half-way, without losing or doubling
a reminder: `claiming`, `sending` and `sweeping` do the outbox's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, Value
from django.db.models.functions import Concat, Left

from common import clock
from studyplans.reminders import bounces
from studyplans.reminders.addresses import note_event, trust_again
from studyplans.reminders.channels.channel import Channel
from studyplans.reminders.channels.registry import channels
from studyplans.reminders.claiming import zone_named
from studyplans.reminders.destinations import copy_to_channels
from studyplans.reminders.kinds import SCHEDULED
from studyplans.reminders.kinds.kind import Rhythm
from studyplans.reminders.models import (
    EMAIL,
    AddressEvent,
    Delivery,
    DeliveryQuerySet,
    Destination,
    ReminderSchedule,
)
from studyplans.reminders.names import ALL, KindName, title_of
from studyplans.reminders.posting import post_one
from studyplans.reminders.rules import cached_next_run, counted_again, moment_of
from studyplans.reminders.sending import send_one
from studyplans.reminders.settling import LONGEST_REASON
from studyplans.reminders.unsubscribing import BadToken, ExpiredToken, read_token
from tracker.accounts.models import User

BETWEEN_TESTS = timedelta(minutes=1)
TEST_LIFETIME = timedelta(hours=1)
PAUSE_NEWS_LIFETIME = timedelta(days=2)
LEARNERS_AT_ONCE = 1_000
# Of one learner and channel: everyone's browsers, and an end to it.
MOST_DESTINATIONS = 10
RETRIED = "an operator sends it again"


class Retried(NamedTuple):
    """How many deliveries wait for a sender again, and how many would come too late."""

    waiting: int
    too_late: int


class TooSoonForTest(ValueError):
    """The last test was less than BETWEEN_TESTS ago."""


class TooManyDestinations(ValueError):
    """The learner has MOST_DESTINATIONS of that channel."""


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
    **more: Any,
) -> ReminderSchedule:
    """Write when the learner wants a kind of reminder, and when it comes next.

    `more` may name lead minutes and quiet hours; what it leaves out stays as it was.
    """
    wanted = {"is_on": is_on, "local_time": local_time, "weekdays": sorted(weekdays), **more}
    schedule, _ = ReminderSchedule.objects.update_or_create(
        learner=learner, kind=kind, defaults=wanted
    )
    _set_next_run(schedule, at=at)
    return schedule


@transaction.atomic
def offer_reminders(*, learner: User, at: datetime) -> None:
    """Give a learner every kind at its default hour, but those they have decided about before.

    Who has switched the digest off gets no kind switched on that came later.
    """
    own = dict(ReminderSchedule.objects.filter(learner=learner).values_list("kind", "is_on"))
    wants_mail = own.get(KindName.DIGEST, True)
    fresh = []
    for name, kind in SCHEDULED.items():
        if name not in own:
            schedule = ReminderSchedule(learner=learner, kind=name, **kind.offer.values())
            schedule.time_zone = learner.time_zone
            schedule.is_on = kind.offer.is_on and wants_mail
            schedule.next_run_at = _run_from(schedule, at=at)
            fresh.append(schedule)
    ReminderSchedule.objects.bulk_create(fresh, ignore_conflicts=True)


def offer_missing_kinds(*, at: datetime, limit: int = LEARNERS_AT_ONCE) -> int:
    """Offer the kinds that are new to learners who have the digest; return how many they are."""
    behind = ReminderSchedule.objects.filter(kind__in=[*SCHEDULED]).values("learner")
    few = behind.annotate(kinds=Count("pk")).filter(kinds__lt=len(SCHEDULED))
    learners = list(User.objects.filter(pk__in=few.values("learner")[:limit]))
    for learner in learners:
        offer_reminders(learner=learner, at=at)
    return len(learners)


def switch_off(*, learner: User, kind: str) -> None:
    """Stop a kind of reminder, or all, also for a learner who never had it."""
    for name in SCHEDULED if kind == ALL else (kind,):
        ReminderSchedule.objects.update_or_create(
            learner=learner,
            kind=name,
            defaults={"is_on": False},
            create_defaults={**SCHEDULED[name].offer.values(), "is_on": False},
        )


@transaction.atomic
def choose_weekdays(
    *, learner: User, kind: str, weekdays: Sequence[int], at: datetime
) -> ReminderSchedule | None:
    """Keep a kind to these weekdays; None where it is switched off."""
    schedule = ReminderSchedule.objects.on().filter(learner=learner, kind=kind).first()
    if schedule:
        schedule.weekdays = sorted(weekdays)
        schedule.save(update_fields=["weekdays"])
        _set_next_run(schedule, at=at)
    return schedule


def pause_reminders(*, learner: User, until: date) -> None:
    """Send no reminder before a day."""
    last_day = until - timedelta(days=1)
    ReminderSchedule.objects.update_or_create(
        learner=learner, kind=ALL, defaults={"is_on": False, "last_day": last_day}
    )


def resume_reminders(*, learner: User) -> None:
    ReminderSchedule.objects.filter(learner=learner, kind=ALL).update(last_day=None)


@transaction.atomic
def announce_pause(*, learner: User, at: datetime) -> None:
    """Let one mail say that the plan has paused itself, at the learner's own hour."""
    offer_reminders(learner=learner, at=at)
    own = ReminderSchedule.objects.select_for_update()
    schedule = own.get(learner=learner, kind=KindName.PAUSED)
    due_at = _hour_after(schedule, at=at)
    if schedule.is_on and due_at:
        Delivery.objects.get_or_create(
            learner=learner,
            kind=KindName.PAUSED,
            occurrence=clock.wall_date(at, learner).isoformat(),
            defaults={"due_at": due_at, "stale_at": due_at + PAUSE_NEWS_LIFETIME},
        )
        copy_to_channels([learner.pk])


@transaction.atomic
def follow_time_zone(*, learner: User, at: datetime) -> None:
    """Keep the learner's local hours after they moved to another zone."""
    own = ReminderSchedule.objects.select_for_update().filter(learner=learner)
    for schedule in own.filter(kind__in=[*SCHEDULED]):
        schedule.learner = learner
        promised = schedule.next_run_at
        _set_next_run(schedule, at=at)
        if promised and _is_lost(schedule, promised, at=at):
            schedule.next_run_at = promised
            schedule.save(update_fields=["next_run_at"])


def look_for_sessions(*, learner_id: int, at: datetime) -> None:
    """Let the next ring find out which session is the next to be reminded of."""
    own = ReminderSchedule.objects.on().filter(learner=learner_id, kind=KindName.SESSION)
    own.update(next_run_at=at)


def _set_next_run(schedule: ReminderSchedule, *, at: datetime) -> None:
    """Count from now, but never for a local date that has had its reminder."""
    schedule.time_zone = schedule.learner.time_zone
    schedule.next_run_at = _run_from(schedule, at=at)
    schedule.save(update_fields=["time_zone", "next_run_at"])


def _run_from(schedule: ReminderSchedule, *, at: datetime) -> datetime | None:
    match SCHEDULED[schedule.kind].rhythm:
        case Rhythm.SESSIONS:
            return at
        case Rhythm.EVENT:
            return None
    learner = schedule.learner
    if schedule.last_day is not None:
        next_day = clock.midnight(schedule.last_day + timedelta(days=1), learner)
        at = max(at, next_day - timedelta(microseconds=1))
    return _hour_after(schedule, at=at)


def _hour_after(schedule: ReminderSchedule, *, at: datetime) -> datetime | None:
    return cached_next_run(
        after=at,
        local_time=schedule.local_time,
        weekdays=tuple(schedule.weekdays),
        zone=schedule.learner.zone,
    )


def _is_lost(schedule: ReminderSchedule, promised: datetime, *, at: datetime) -> bool:
    """Say whether a reminder still to come today falls out because its hour is over there."""
    if promised <= at or not schedule.is_on:
        return False
    zone = schedule.learner.zone
    day = clock.wall_date(promised, schedule.learner)
    is_new = schedule.last_day is None or day > schedule.last_day
    hour = moment_of(day, schedule.local_time, zone)
    is_wanted = day.weekday() in schedule.weekdays
    return is_new and is_wanted and hour is not None and hour <= at


def recount_schedules() -> int:
    """Bring every schedule in step with the zone rules and the zones of now; return how many moved.

    Schedules alike share one answer and one UPDATE, so a day without news costs two queries.
    """
    ReminderSchedule.objects.follow_learners()
    fields = ("time_zone", "local_time", "weekdays", "next_run_at", "last_day")
    by_hour = ReminderSchedule.objects.on().exclude(kind=KindName.SESSION)
    groups = by_hour.exclude(next_run_at=None).order_by()
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
    by_hour = ReminderSchedule.objects.on().exclude(kind=KindName.SESSION)
    alike = by_hour.filter(
        time_zone=zone_name,
        local_time=local_time,
        weekdays=weekdays,
        next_run_at=planned,
        last_day=last,
    )
    return alike.update(next_run_at=run)


def send_test(*, learner: User, at: datetime) -> Delivery:
    """Mail today's digest at once, whatever is planned; raises TooSoonForTest."""
    delivery = _new_test(learner, EMAIL, at=at)
    send_one(delivery.pk, now=lambda: at)
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def _new_test(learner: User, channel: str, *, number: int = 1, at: datetime) -> Delivery:
    """Write a delivery of a kind of its own: it stands in the history and in no digest's way."""
    # The account must not go meanwhile.
    User.objects.select_for_update().get(pk=learner.pk)
    place = {"channel": channel, "destination_number": number}
    tests = Delivery.objects.filter(learner=learner, kind=KindName.TEST, **place)
    if tests.filter(due_at__gt=at - BETWEEN_TESTS).exists():
        raise TooSoonForTest
    # The minute as the occurrence stops a double click that gets past the question above.
    delivery, is_new = Delivery.objects.get_or_create(
        learner=learner,
        kind=KindName.TEST,
        occurrence=f"{at:%Y-%m-%dT%H%M}",
        **place,
        defaults={"due_at": at, "stale_at": at + TEST_LIFETIME},
    )
    if not is_new:
        raise TooSoonForTest
    return delivery


# --- channels besides e-mail ------------------------------------------------------------------


@transaction.atomic
def set_destination(
    *,
    learner: User,
    channel: Channel,
    address: str,
    keys: dict[str, str],
    label: str = "",
    at: datetime,
) -> str:
    """Bring reminders to an address from now on; return what its owner is shown once.

    Another address gets keys of its own: the one before must not go on with ours.  Raises
    TooManyDestinations.
    """
    destination = Destination(
        learner=learner,
        channel=channel.name,
        number=_make_room(learner, channel, address),
        label=label,
        address=address,
        keys=keys,
    )
    return _give_keys(destination, channel, at=at)


def _make_room(learner: User, channel: Channel, address: str) -> int:
    """Remove what the new address takes the place of, and return the number it gets."""
    # One at a time: two would find the same number free.
    User.objects.select_for_update().get(pk=learner.pk)
    own = Destination.objects.filter(learner=learner, channel=channel.name)
    replaced = own.filter(address=address) if channel.is_subscription else own
    replaced.delete()
    numbers = own.values_list("number", flat=True)
    if len(numbers) >= MOST_DESTINATIONS:
        raise TooManyDestinations
    return max(numbers, default=0) + 1


@transaction.atomic
def change_keys(destination: Destination, *, at: datetime) -> str:
    """Give a destination new keys; return what its owner is shown once."""
    locked = Destination.objects.select_for_update().filter(pk=destination.pk).first()
    channel = channels()[destination.channel]
    return _give_keys(locked, channel, at=at) if locked else ""


def _give_keys(destination: Destination, channel: Channel, *, at: datetime) -> str:
    fresh = channel.fresh_keys(destination, at=at)
    destination.keys = fresh.keys
    destination.save()
    return fresh.shown


def remove_destination(destination: Destination) -> None:
    destination.delete()


def switch_destination_on(destination: Destination) -> None:
    own = Destination.objects.off().filter(pk=destination.pk)
    own.update(off_since=None, off_reason="", failures=0)


def post_test(destination: Destination, *, at: datetime) -> Delivery:
    """Bring today's digest to the learner's destination at once; raises TooSoonForTest."""
    learner, channel, number = destination.learner, destination.channel, destination.number
    delivery = _new_test(learner, channel, number=number, at=at)
    post_one(delivery, now=lambda: at)
    delivery.refresh_from_db()
    return delivery


# --- what an operator does --------------------------------------------------------------------


def retry_deliveries(deliveries: DeliveryQuerySet, *, at: datetime) -> Retried:
    """Let failed and doubtful deliveries wait for a sender again, but those that come too late.

    What is sent is decided afresh.  One in doubt may arrive twice; many mailboxes show it once,
    as it keeps its Message-ID.
    """
    troubled = deliveries.troubled()
    too_late = troubled.filter(stale_at__lte=at).count()
    # Doing it twice changes nothing: after the first time they are no longer in trouble.
    said = Left(Concat(Value(f"{RETRIED}; before, "), "reason"), LONGEST_REASON)
    waiting = troubled.filter(stale_at__gt=at).update(
        status=Delivery.Status.PENDING, due_at=at, settled_at=None, has_slot=False, reason=said
    )
    return Retried(waiting=waiting, too_late=too_late)


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
    return f"an opt-out of {title_of(kind)}"


def trust_address_again(*, learner: User) -> None:
    """Mail an address again on its owner's word."""
    trust_again(learner.email)

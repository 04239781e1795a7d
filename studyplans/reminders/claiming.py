"""Turn schedules that have come due into deliveries.

One short transaction takes some hundred.  Two at once take different ones: PostgreSQL skips the
other's locked rows, and SQLite, whose transactions begin immediate, lets one begin at a time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import DatabaseError, connection, transaction

from common import clock
from studyplans.reminders.kinds import KINDS
from studyplans.reminders.kinds.kind import Rhythm
from studyplans.reminders.kinds.session import LOOKED_AHEAD, deliveries_ahead
from studyplans.reminders.models import Delivery, ReminderSchedule
from studyplans.reminders.rules import cached_next_run
from tracker.accounts.models import User

logger = logging.getLogger(__name__)

SCHEDULES_AT_ONCE = 500
COPIED = ("learner_id", "kind")
TOO_LATE = "it would have come too late"


@dataclass(frozen=True)
class Rule:
    """What decides the coming runs; learners who share it share their occasions."""

    next_run_at: datetime
    local_time: time
    weekdays: tuple[int, ...]
    zone: ZoneInfo


class Occasion(NamedTuple):
    """One run of a rule: the local date it is for, when it is due and when it is too late."""

    day: date
    due_at: datetime
    stale_at: datetime


class DueSchedule(NamedTuple):
    pk: int
    learner_id: int
    kind: str
    rule: Rule


def claim_all_due(*, at: datetime) -> None:
    """Turn every due schedule into deliveries, some hundred in a transaction."""
    while claim_due(at=at) == SCHEDULES_AT_ONCE:
        continue


@transaction.atomic
def claim_due(*, at: datetime, limit: int = SCHEDULES_AT_ONCE) -> int:
    """Turn due schedules into deliveries and return how many schedules were taken."""
    taken = due_schedules(at=at, limit=limit)
    by_hour = [each for each in taken if rhythm_of(each) is not Rhythm.SESSIONS]
    _claim_sessions([each.pk for each in taken if rhythm_of(each) is Rhythm.SESSIONS], at=at)
    _claim_hours(by_hour, at=at)
    return len(taken)


def _claim_hours(schedules: Iterable[DueSchedule], *, at: datetime) -> None:
    by_rule: dict[Rule, list[DueSchedule]] = defaultdict(list)
    asking: list[Delivery] = []
    for schedule in schedules:
        by_rule[schedule.rule].append(schedule)
    for rule, those in by_rule.items():
        occasions = list(occasions_of(rule, until=at))
        always = [each for each in those if rhythm_of(each) is Rhythm.EVERY_TIME]
        for occasion in occasions if always else ():
            _write_deliveries(occasion, always, at=at)
        others = [each for each in those if rhythm_of(each) is Rhythm.NEWS]
        if occasions[-1].stale_at > at:
            asking += [delivery_on(occasions[-1], each, at=at) for each in others]
        _move_on(those, last=occasions[-1], rule=rule)
    _write_news(asking, at=at)


def rhythm_of(schedule: DueSchedule) -> Rhythm:
    return KINDS[schedule.kind].rhythm


def _claim_sessions(schedules: Sequence[int], *, at: datetime) -> None:
    """Write what is to be said of the sessions of the coming hour, and look again after it."""
    if schedules:
        Delivery.objects.bulk_create(deliveries_ahead(schedules, at=at), ignore_conflicts=True)
        own = ReminderSchedule.objects.filter(pk__in=schedules)
        own.update(next_run_at=at + LOOKED_AHEAD)


def _write_news(deliveries: Sequence[Delivery], *, at: datetime) -> None:
    """Insert the deliveries that have news now: most days of most kinds have none."""
    learners = User.objects.in_bulk({delivery.learner_id for delivery in deliveries})
    by_kind: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        delivery.learner = learners[delivery.learner_id]
        by_kind[delivery.kind].append(delivery)
    useful = [each for kind, those in by_kind.items() for each in _with_news(kind, those, at=at)]
    Delivery.objects.bulk_create(useful, ignore_conflicts=True)


def _with_news(kind: str, deliveries: list[Delivery], *, at: datetime) -> list[Delivery]:
    """Keep those with news; where reading fails, all: the sender finds whose data is broken."""
    try:
        news = KINDS[kind].news_for(deliveries, at=at)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("The news of kind %s could not be read.", kind)
        return deliveries
    return [each for each, own in zip(deliveries, news, strict=True) if not own.why_useless]


def due_schedules(*, at: datetime, limit: int | None = None) -> list[DueSchedule]:
    """Return due schedules, the longest due first; inside a transaction they are locked."""
    due = ReminderSchedule.objects.due(at).order_by("next_run_at")
    if limit is not None:
        due = due.select_for_update(of=["self"], skip_locked=True)
    rows = due.values_list(
        *["pk", "learner_id", "kind"],
        *["next_run_at", "local_time", "weekdays", "learner__time_zone"],
    )
    return [
        DueSchedule(pk, learner, kind, Rule(run, hour, tuple(weekdays), zone_named(name)))
        for pk, learner, kind, run, hour, weekdays, name in rows[:limit]
    ]


@cache
def zone_named(name: str) -> ZoneInfo:
    return User(time_zone=name).zone


def occasions_of(rule: Rule, *, until: datetime) -> Iterator[Occasion]:
    """Return every run up to a moment, also those that an outage let pass."""
    run: datetime | None = rule.next_run_at
    while run is not None and run <= until:
        day = clock.date_of(run, rule)
        yield Occasion(day, run, clock.start_of_day(day + timedelta(days=1), rule))
        run = _run_after(run, rule)


def _run_after(run: datetime, rule: Rule) -> datetime | None:
    return cached_next_run(
        after=run, local_time=rule.local_time, weekdays=rule.weekdays, zone=rule.zone
    )


def delivery_on(occasion: Occasion, schedule: DueSchedule, *, at: datetime) -> Delivery:
    """Build, without saving, the delivery of one occasion; one too late is born skipped."""
    return Delivery(
        learner_id=schedule.learner_id,
        kind=schedule.kind,
        occurrence=occasion.day.isoformat(),
        due_at=occasion.due_at,
        stale_at=occasion.stale_at,
        **(_too_late(at) if occasion.stale_at <= at else {}),
    )


def _too_late(at: datetime) -> dict[str, object]:
    return {"status": Delivery.Status.SKIPPED, "reason": TOO_LATE, "settled_at": at}


def _write_deliveries(
    occasion: Occasion, schedules: Sequence[DueSchedule], *, at: datetime
) -> None:
    """Insert the deliveries of one occasion that are not there yet.

    They differ in learner and kind alone, so the database copies those from the schedules: ten
    times as fast as sending it every row.
    """
    sample = delivery_on(occasion, schedules[0], at=at)
    fields = [field for field in Delivery._meta.concrete_fields if not field.primary_key]
    constants = [field for field in fields if field.attname not in COPIED]
    columns = ", ".join([*COPIED, *(str(field.column) for field in constants)])
    values = [
        field.get_db_prep_save(getattr(sample, field.attname), connection) for field in constants
    ]
    ids = [schedule.pk for schedule in schedules]
    statement = (
        f"INSERT INTO {Delivery._meta.db_table} ({columns})"  # noqa: S608  names of our own columns
        f" SELECT {', '.join(COPIED)}{', %s' * len(constants)}"
        f" FROM {ReminderSchedule._meta.db_table} WHERE id IN ({', '.join(['%s'] * len(ids))})"
        " ON CONFLICT DO NOTHING"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *ids])


def _move_on(schedules: Iterable[DueSchedule], *, last: Occasion, rule: Rule) -> None:
    own = ReminderSchedule.objects.filter(pk__in=[schedule.pk for schedule in schedules])
    own.update(next_run_at=_run_after(last.due_at, rule), last_day=last.day)

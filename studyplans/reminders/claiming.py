"""Turn schedules that have come due into deliveries.

One short transaction takes some hundred.  Two at once take different ones: PostgreSQL skips the
other's locked rows, and SQLite, whose transactions begin immediate, lets one begin at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from common import clock
from studyplans.reminders.models import Delivery, ReminderSchedule
from studyplans.reminders.rules import cached_next_run
from tracker.accounts.models import User

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
    by_rule: dict[Rule, list[DueSchedule]] = defaultdict(list)
    taken = due_schedules(at=at, limit=limit)
    for schedule in taken:
        by_rule[schedule.rule].append(schedule)
    for rule, schedules in by_rule.items():
        occasions = list(occasions_of(rule, until=at))
        for occasion in occasions:
            _write_deliveries(occasion, schedules, at=at)
        _move_on(schedules, last=occasions[-1], rule=rule)
    return len(taken)


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

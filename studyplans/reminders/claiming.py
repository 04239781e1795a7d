"""Turn schedules that have come due into deliveries.

One short transaction takes some hundred.  Two at once take different ones: PostgreSQL skips the
other's locked rows, and SQLite, whose transactions begin immediate, lets one begin at a time.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction

from common import clock
from studyplans.reminders.destinations import copy_to_channels
from studyplans.reminders.durability import commit_soon
from studyplans.reminders.kinds import KINDS
from studyplans.reminders.kinds.kind import Rhythm
from studyplans.reminders.kinds.session import sessions_ahead
from studyplans.reminders.models import Delivery, ReminderSchedule, ReminderScheduleQuerySet
from studyplans.reminders.rowset import Row, columns_of, insert_copies, update_groups
from studyplans.reminders.rules import cached_next_run
from tracker.accounts.models import User

logger = logging.getLogger(__name__)

SCHEDULES_AT_ONCE = 500
# What a delivery has from its schedule; its id is the database's.
COPIED = ("learner_id", "kind")
OWN = {"id", *COPIED}
TOO_LATE = "it would have come too late"


class Rule(NamedTuple):
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


class Turn(NamedTuple):
    """The due schedules of one rule, and the occasions that have come for all of them."""

    rule: Rule
    schedules: list[DueSchedule]
    occasions: list[Occasion]

    def of(self, rhythm: Rhythm) -> list[DueSchedule]:
        return [each for each in self.schedules if rhythm_of(each) is rhythm]


def claim_all_due(*, at: datetime) -> None:
    """Turn every due schedule into deliveries, some hundred in a transaction."""
    while claim_due(at=at) == SCHEDULES_AT_ONCE:
        continue


@transaction.atomic
def claim_due(*, at: datetime, limit: int = SCHEDULES_AT_ONCE) -> int:
    """Turn due schedules into deliveries and return how many schedules were taken."""
    # A lease waits for the disk, and so for this: nothing is sent of a claim that can be lost.
    commit_soon()
    free = ReminderSchedule.objects.due(at).select_for_update(of=["self"], skip_locked=True)
    taken = read_schedules(free, limit=limit)
    by_hour = [each for each in taken if rhythm_of(each) is not Rhythm.SESSIONS]
    _claim_sessions([each.pk for each in taken if rhythm_of(each) is Rhythm.SESSIONS], at=at)
    _claim_hours(by_hour, at=at)
    copy_to_channels({each.learner_id for each in taken})
    return len(taken)


def _claim_hours(schedules: Iterable[DueSchedule], *, at: datetime) -> None:
    turns = _turns_of(schedules, at=at)
    certain = [row for turn in turns for row in _certain_in(turn, at=at)]
    insert_copies(Delivery, certain, of=ReminderSchedule, copied=COPIED)
    update_groups(ReminderSchedule, [_next_after(turn) for turn in turns])
    _write_news([each for turn in turns for each in _asking_in(turn, at=at)], at=at)


def _turns_of(schedules: Iterable[DueSchedule], *, at: datetime) -> list[Turn]:
    by_rule: dict[Rule, list[DueSchedule]] = defaultdict(list)
    for schedule in schedules:
        by_rule[schedule.rule].append(schedule)
    return [Turn(rule, those, [*occasions_of(rule, until=at)]) for rule, those in by_rule.items()]


def _certain_in(turn: Turn, *, at: datetime) -> list[Row]:
    """Return the deliveries there are whatever there is to say."""
    always = turn.of(Rhythm.EVERY_TIME)
    return [_columns_on(each, always, at=at) for each in turn.occasions if always]


def _asking_in(turn: Turn, *, at: datetime) -> list[Delivery]:
    """Return the deliveries there are if there is news; of those missed only the last can have."""
    latest = turn.occasions[-1]
    if latest.stale_at <= at:
        return []
    return [delivery_on(latest, each, at=at) for each in turn.of(Rhythm.NEWS)]


def rhythm_of(schedule: DueSchedule) -> Rhythm:
    return KINDS[schedule.kind].rhythm


def _claim_sessions(schedules: Sequence[int], *, at: datetime) -> None:
    """Write what is to be said of sessions now, and look again when the next one is due."""
    if not schedules:
        return
    ahead = sessions_ahead(schedules, at=at)
    Delivery.objects.bulk_create(ahead.deliveries, ignore_conflicts=True)
    by_moment: dict[datetime, list[int]] = defaultdict(list)
    for pk, moment in ahead.next_looks.items():
        by_moment[moment].append(pk)
    looks = [
        columns_of(ReminderSchedule, next_run_at=moment) | {"ids": those}
        for moment, those in by_moment.items()
    ]
    update_groups(ReminderSchedule, looks)


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


def read_schedules(due: ReminderScheduleQuerySet, *, limit: int) -> list[DueSchedule]:
    """Return so many due schedules, the longest due first."""
    rows = due.order_by("next_run_at").values_list(
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
        day = clock.wall_date(run, rule)
        yield Occasion(day, run, clock.midnight(day + timedelta(days=1), rule))
        run = _run_after(run, rule)


def _run_after(run: datetime, rule: Rule) -> datetime | None:
    return cached_next_run(
        after=run, local_time=rule.local_time, weekdays=rule.weekdays, zone=rule.zone
    )


def delivery_on(occasion: Occasion, schedule: DueSchedule, *, at: datetime) -> Delivery:
    """Build, without saving, the delivery of one occasion; one too late is born skipped."""
    own = {"learner_id": schedule.learner_id, "kind": schedule.kind}
    return Delivery(**own, **_values_on(occasion, at=at))


def _values_on(occasion: Occasion, *, at: datetime) -> dict[str, object]:
    values: dict[str, object] = {
        "occurrence": occasion.day.isoformat(),
        "due_at": occasion.due_at,
        "stale_at": occasion.stale_at,
    }
    return values | (_too_late(at) if occasion.stale_at <= at else {})


def _too_late(at: datetime) -> dict[str, object]:
    return {"status": Delivery.Status.SKIPPED, "reason": TOO_LATE, "settled_at": at}


def _columns_on(occasion: Occasion, schedules: Sequence[DueSchedule], *, at: datetime) -> Row:
    """Return what the deliveries of one occasion have in common; learner and kind are copied."""
    own = columns_of(Delivery, **_values_on(occasion, at=at))
    return {**_blank_columns(), **own, **_ids_of(schedules)}


@cache
def _blank_columns() -> Row:
    blank = Delivery()
    names = [field.name for field in Delivery._meta.concrete_fields if field.column not in OWN]
    return columns_of(Delivery, **{name: getattr(blank, name) for name in names})


def _next_after(turn: Turn) -> Row:
    """Return where the schedules of a turn go on."""
    last = turn.occasions[-1]
    next_run_at = _run_after(last.due_at, turn.rule)
    changes = columns_of(ReminderSchedule, next_run_at=next_run_at, last_day=last.day)
    return changes | _ids_of(turn.schedules)


def _ids_of(schedules: Iterable[DueSchedule]) -> dict[str, object]:
    return {"ids": [each.pk for each in schedules]}

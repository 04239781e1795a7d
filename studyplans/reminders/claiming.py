"""Turn schedules that have come due into deliveries.

One short transaction takes some hundred.  Two at once take different ones: PostgreSQL skips the
other's locked rows, and SQLite, whose transactions begin immediate, lets one begin at a time.
"""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import DatabaseError, transaction

from common import clock
from studyplans.reminders.destinations import copy_to_channels
from studyplans.reminders.durability import commit_soon
from studyplans.reminders.kinds import KINDS
from studyplans.reminders.kinds.kind import Rhythm
from studyplans.reminders.kinds.session import sessions_ahead
from studyplans.reminders.models import Delivery, ReminderSchedule, ReminderScheduleQuerySet
from studyplans.reminders.rowset import Row, columns_of, insert_for_each, listed, update_groups
from studyplans.reminders.rules import cached_next_run
from tracker.accounts.models import User

logger = logging.getLogger(__name__)

SCHEDULES_AT_ONCE = 500
# What the schedules of a turn have in common.
SHARED = ("kind", "next_run_at", "local_time", "weekdays", "time_zone")
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


class Turn(NamedTuple):
    """The due schedules of one kind that share a rule, and whose they are in the same order."""

    kind: str
    rule: Rule
    ids: list[int]
    learners: list[int]

    @property
    def rhythm(self) -> Rhythm:
        return KINDS[self.kind].rhythm


def claim_all_due(*, at: datetime) -> None:
    """Turn every due schedule into deliveries, some hundred in a transaction."""
    while claim_due(at=at) == SCHEDULES_AT_ONCE:
        continue


def claimable(*, at: datetime, limit: int) -> list[Delivery]:
    """Build, without saving, what a claim at this moment would write if all of it had news."""
    turns = read_turns(ReminderSchedule.objects.due(at), limit=limit)
    by_hour = [
        delivery_on(occasion, learner, turn.kind, at=at)
        for turn in turns
        if not _looks_ahead(turn)
        for occasion in occasions_of(turn.rule, until=at)
        for learner in turn.learners
    ]
    return by_hour + sessions_ahead(_looking_ahead(turns), at=at).deliveries


@transaction.atomic
def claim_due(*, at: datetime, limit: int = SCHEDULES_AT_ONCE) -> int:
    """Turn due schedules into deliveries and return how many schedules were taken."""
    # A lease waits for the disk, and so for this: nothing is sent of a claim that can be lost.
    commit_soon()
    free = ReminderSchedule.objects.due(at).select_for_update(skip_locked=True)
    turns = read_turns(free, limit=limit)
    _claim_sessions(_looking_ahead(turns), at=at)
    _claim_hours([turn for turn in turns if not _looks_ahead(turn)], at=at)
    copy_to_channels([learner for turn in turns for learner in turn.learners])
    return sum(len(turn.ids) for turn in turns)


def _looking_ahead(turns: Iterable[Turn]) -> list[int]:
    return [pk for turn in turns if _looks_ahead(turn) for pk in turn.ids]


def _looks_ahead(turn: Turn) -> bool:
    return turn.rhythm is Rhythm.SESSIONS


def _claim_hours(turns: Iterable[Turn], *, at: datetime) -> None:
    certain: list[Row] = []
    asking: list[Delivery] = []
    moves: list[Row] = []
    for turn in turns:
        occasions = [*occasions_of(turn.rule, until=at)]
        if turn.rhythm is Rhythm.EVERY_TIME:
            certain += [_columns_on(each, turn, at=at) for each in occasions]
        if turn.rhythm is Rhythm.NEWS:
            asking += _asking_on(occasions[-1], turn, at=at)
        moves.append(_move_past(occasions[-1], turn))
    insert_for_each(Delivery, certain, column="learner_id")
    update_groups(ReminderSchedule, moves)
    _write_news(asking, at=at)


def _asking_on(latest: Occasion, turn: Turn, *, at: datetime) -> list[Delivery]:
    """Return the deliveries there are if there is news; of those missed only the last can have."""
    if latest.stale_at <= at:
        return []
    return [delivery_on(latest, learner, turn.kind, at=at) for learner in turn.learners]


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


def read_turns(due: ReminderScheduleQuerySet, *, limit: int) -> list[Turn]:
    """Return so many due schedules, the longest due first, parted by kind and rule.

    The database parts them: hundreds of rows would become few again here.
    """
    longest_due = due.order_by("next_run_at")[:limit]
    sql, parameters = longest_due.values("id", "learner", *SHARED).query.sql_with_params()
    shared = ", ".join(SHARED)
    groups = ReminderSchedule.objects.raw(
        f"SELECT min(id) AS id, {shared}, {listed('id')} AS ids, {listed('learner')} AS learners"  # noqa: S608
        f" FROM ({sql}) AS due GROUP BY {shared} ORDER BY next_run_at",
        parameters,
    )
    return [_turn_of(each) for each in groups]


def _turn_of(group: Any) -> Turn:
    hour, weekdays = group.local_time, tuple(group.weekdays)
    rule = Rule(group.next_run_at, hour, weekdays, zone_named(group.time_zone))
    return Turn(group.kind, rule, json.loads(group.ids), json.loads(group.learners))


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


def delivery_on(occasion: Occasion, learner_id: int, kind: str, *, at: datetime) -> Delivery:
    """Build, without saving, the delivery of one occasion; one too late is born skipped."""
    return Delivery(learner_id=learner_id, kind=kind, **_values_on(occasion, at=at))


def _values_on(occasion: Occasion, *, at: datetime) -> dict[str, object]:
    values: dict[str, object] = {
        "occurrence": occasion.day.isoformat(),
        "due_at": occasion.due_at,
        "stale_at": occasion.stale_at,
    }
    return values | (_too_late(at) if occasion.stale_at <= at else {})


def _too_late(at: datetime) -> dict[str, object]:
    return {"status": Delivery.Status.SKIPPED, "reason": TOO_LATE, "settled_at": at}


def _columns_on(occasion: Occasion, turn: Turn, *, at: datetime) -> Row:
    """Return what the deliveries of one occasion have in common, and whose they are."""
    own = columns_of(Delivery, kind=turn.kind, **_values_on(occasion, at=at))
    return {**_blank_columns(), **own, "ids": turn.learners}


@cache
def _blank_columns() -> Row:
    blank = Delivery()
    # The id is the database's.
    names = [field.name for field in Delivery._meta.concrete_fields if not field.primary_key]
    names.remove("learner")
    return columns_of(Delivery, **{name: getattr(blank, name) for name in names})


def _move_past(last: Occasion, turn: Turn) -> Row:
    """Return where the schedules of a turn go on."""
    next_run_at = _run_after(last.due_at, turn.rule)
    changes = columns_of(ReminderSchedule, next_run_at=next_run_at, last_day=last.day)
    return changes | {"ids": turn.ids}

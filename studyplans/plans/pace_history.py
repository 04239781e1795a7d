"""What a learner did day by day, read from the log of achievements.  No query, no clock."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tracker.progress.models import Achievement, AchievementEvent

State = Achievement.State
WORKED_STATES = frozenset({State.LEARNING, State.DONE})
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event of the log, on the learner's own calendar."""

    pk: int
    key: str
    at: datetime
    day: date
    state_before: str
    state: str
    minutes: int
    source: str
    undoes_pk: int | None

    @property
    def is_work(self) -> bool:
        """Tell study from bookkeeping: what was known before or carried over is no work."""
        begun = self.state != self.state_before and self.state in WORKED_STATES
        return self.source != AchievementEvent.Source.EDITION and (begun or self.minutes > 0)


@dataclass(slots=True)
class WorkedDay:
    minutes: int = 0
    keys: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Entry:
    """Minutes written down for a milestone on a day."""

    day: date
    key: str
    minutes: int


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def entries_of(happenings: Iterable[Happening]) -> list[Entry]:
    """Return the minutes that still stand; what was taken off came off the latest ones."""
    standing: dict[str, list[tuple[date, int]]] = defaultdict(list)
    for each in happenings:
        own = standing[each.key]
        if each.minutes > 0:
            own.append((each.day, each.minutes))
        else:
            _take_off(own, -each.minutes)
    return [Entry(day, key, minutes) for key, own in standing.items() for day, minutes in own]


def _take_off(own: list[tuple[date, int]], minutes: int) -> None:
    while own and minutes > 0:
        day, latest = own.pop()
        if latest > minutes:
            own.append((day, latest - minutes))
        minutes -= latest


def worked_days(happenings: Sequence[Happening]) -> dict[date, WorkedDay]:
    """Return each day with work on it; what was undone, and its undoing, leave no trace."""
    undone = {each.undoes_pk for each in happenings}
    days: dict[date, WorkedDay] = defaultdict(WorkedDay)
    for each in happenings:
        if each.is_work and each.pk not in undone and each.undoes_pk is None:
            days[each.day].keys.add(each.key)
    for entry in entries_of(happenings):
        if entry.day in days:
            days[entry.day].minutes += entry.minutes
    return dict(days)


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day with study planned, and whether any was done on it."""

    day: date
    is_kept: bool


# A day's weight halves with every so many planned days since: about two months of evenings.
HALF_LIFE_DAYS = 20


def consistency(days: Sequence[PlannedDay]) -> int | None:
    """Return 0 to 100 over the planned days, oldest first; None without any.

    The score is the weighted share of planned days that were kept, the newest weighing 1 and
    each before it 2**(-1/20) of the next.  A day without a plan is not in the sum, so rest
    costs nothing; one missed day in a long row costs at most 4 points, and its price halves
    with every 20 planned days after it.
    """
    weights = [math.pow(2, -age / HALF_LIFE_DAYS) for age in reversed(range(len(days)))]
    if not weights:
        return None
    kept = sum(weight for weight, each in zip(weights, days, strict=True) if each.is_kept)
    return round(100 * kept / sum(weights))

"""Six months of days with finished milestones.  No Django, no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

WEEKS = 26
WEEK = timedelta(weeks=1)
# From how many milestones a day fills its square one step more.
STEPS = (1, 2, 3, 5)
LEGEND = ((0, "none"), (1, "1"), (2, "2"), (3, "3 or 4"), (4, "5 and more"))


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    count: int
    is_to_come: bool = False

    @property
    def step(self) -> int:
        return sum(self.count >= least for least in STEPS)


@dataclass(frozen=True, slots=True)
class Month:
    label: str
    weeks: int


@dataclass(frozen=True, slots=True)
class Activity:
    """A calendar with a week to a column: no hours, no plan, only what is finished."""

    months: tuple[Month, ...]
    weekdays: tuple[tuple[str, tuple[Day, ...]], ...]
    legend: tuple[tuple[int, str], ...] = LEGEND

    @property
    def active_days(self) -> int:
        return sum(each.count > 0 for _, days in self.weekdays for each in days)

    @property
    def in_words(self) -> str:
        count = self.active_days
        days = "1 active day" if count == 1 else f"{count or 'no'} active days"
        return f"{days} in the last six months"


def first_day(today: date) -> date:
    """Return the Monday the calendar begins with."""
    return today - timedelta(days=today.weekday()) - (WEEKS - 1) * WEEK


def activity_of(days: Iterable[date], *, today: date) -> Activity:
    counts = Counter(days)
    mondays = [first_day(today) + number * WEEK for number in range(WEEKS)]
    by_month = groupby(mondays, key=lambda monday: (monday.year, monday.month))
    return Activity(
        tuple(_month(list(own)) for _, own in by_month),
        tuple(_weekday(number, mondays, counts, today) for number in range(7)),
    )


def _month(mondays: list[date]) -> Month:
    """Name a month over its weeks; a single week is too narrow for a name."""
    return Month(f"{mondays[0]:%b}" if len(mondays) > 1 else "", len(mondays))


def _weekday(
    number: int, mondays: list[date], counts: Counter[date], today: date
) -> tuple[str, tuple[Day, ...]]:
    days = [monday + timedelta(days=number) for monday in mondays]
    return f"{days[0]:%a}", tuple(Day(day, counts[day], day > today) for day in days)

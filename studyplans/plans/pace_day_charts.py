"""The days: which were active, and which of the planned ones were kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from common.durations import duration
from studyplans.plans.pace_chart import (
    STRIP_HEIGHT,
    WIDTH,
    Cell,
    Chart,
    of_day,
    of_minutes,
    of_number,
)
from studyplans.plans.pace_history import (
    HALF_LIFE_DAYS,
    WEEK,
    PlannedDay,
    WorkedDay,
    consistency,
    monday_of,
)
from studyplans.plans.pace_selectors import Pace

CALENDAR_WEEKS = 26
PLANNED_DAYS_NEEDED = 5
PLANNED_DAYS_DRAWN = 40
DAY = timedelta(days=1)
# From so many milestones worked on a day has the next step of the calendar.
STEPS = (1, 2, 3, 5)


@dataclass(frozen=True, slots=True)
class Activity:
    """A day of the calendar; `text` is None for days to come."""

    day: date
    step: int
    text: str | None


@dataclass(frozen=True, slots=True)
class Month:
    label: str
    weeks: int


@dataclass(frozen=True, slots=True)
class Calendar:
    months: tuple[Month, ...]
    weekdays: tuple[tuple[str, tuple[Activity, ...]], ...]
    legend: tuple[tuple[int, str], ...] = (
        (0, "none"),
        (1, "1"),
        (2, "2"),
        (3, "3 or 4"),
        (4, "5 and more"),
    )


def activity_chart(pace: Pace) -> Chart:
    first = monday_of(pace.today) - (CALENDAR_WEEKS - 1) * WEEK
    active = {day: worked for day, worked in sorted(pace.worked.items()) if day >= first}
    days = [first + number * DAY for number in range((pace.today - first).days + 1)]
    return Chart(
        slug="activity",
        title="Active days",
        sentence=_activity_sentence(active),
        columns=("Day", "Milestones worked on", "Minutes studied"),
        rows=tuple(_activity_row(day, active.get(day, WorkedDay())) for day in days),
        kind="activity",
        drawing=_calendar(first, active, pace.today),
    )


def _activity_sentence(active: dict[date, WorkedDay]) -> str:
    if not active:
        return "No active day in the last six months."
    days = "1 active day" if len(active) == 1 else f"{len(active)} active days"
    minutes = sum(each.minutes for each in active.values())
    return f"{days} in the last six months, with {duration(minutes)} written down."


def _activity_row(day: date, worked: WorkedDay) -> tuple[Cell, ...]:
    return of_day(day), of_number(len(worked.keys)), of_minutes(worked.minutes)


def _calendar(first: date, active: dict[date, WorkedDay], today: date) -> Calendar:
    mondays = [first + number * WEEK for number in range(CALENDAR_WEEKS)]
    months = groupby(mondays, key=lambda monday: (monday.year, monday.month))
    return Calendar(
        tuple(_month(list(own)) for _, own in months),
        tuple(
            (
                f"{first + weekday * DAY:%a}",
                tuple(_active(monday + weekday * DAY, active, today) for monday in mondays),
            )
            for weekday in range(7)
        ),
    )


def _month(mondays: Sequence[date]) -> Month:
    """Name a month over its weeks; a single week is too narrow for a name."""
    return Month(f"{mondays[0]:%b}" if len(mondays) > 1 else "", len(mondays))


def _active(day: date, active: dict[date, WorkedDay], today: date) -> Activity:
    if day > today:
        return Activity(day, 0, None)
    worked = active.get(day)
    if worked is None:
        return Activity(day, 0, "none")
    step = sum(len(worked.keys) >= least for least in STEPS)
    minutes = f", {duration(worked.minutes)}" if worked.minutes else ""
    return Activity(day, step, f"{len(worked.keys)}{minutes}")


@dataclass(frozen=True, slots=True)
class Mark:
    """A planned day: tall where it was kept, flat where not."""

    x: int
    is_kept: bool

    @property
    def height(self) -> int:
        return STRIP_HEIGHT if self.is_kept else STRIP_HEIGHT // 4

    @property
    def y(self) -> int:
        return STRIP_HEIGHT - self.height


@dataclass(frozen=True, slots=True)
class Strip:
    marks: tuple[Mark, ...]
    width: int


HOW_CONSISTENCY = (
    "The share of planned days on which you studied, over the last year. The newest day weighs"
    f" most; {HALF_LIFE_DAYS} planned days earlier a day weighs half. A day without a plan is not"
    " counted, so rest costs nothing, and one missed day in a long row costs 4 points at most."
)


def consistency_chart(pace: Pace) -> Chart:
    days = pace.planned_days()
    return Chart(
        slug="consistency",
        title="Consistency",
        sentence=_consistency_sentence(days),
        columns=("Week of", "Days planned", "Days studied"),
        rows=tuple(_kept_by_week(days)),
        kind="consistency",
        drawing=_strip(days[-PLANNED_DAYS_DRAWN:]) if len(days) >= PLANNED_DAYS_NEEDED else None,
        method=HOW_CONSISTENCY,
    )


def _consistency_sentence(days: Sequence[PlannedDay]) -> str:
    if len(days) < PLANNED_DAYS_NEEDED:
        needed = f"After {PLANNED_DAYS_NEEDED} planned days your score appears here"
        return f"{needed}; so far there are {len(days)}."
    kept = sum(each.is_kept for each in days)
    share = f"{kept} of {len(days)} planned days"
    return f"{consistency(days)} of 100: you studied on {share}, and the latest count most."


def _kept_by_week(days: Iterable[PlannedDay]) -> Iterator[tuple[Cell, ...]]:
    for monday, own in groupby(days, key=lambda each: monday_of(each.day)):
        listed = list(own)
        yield (
            of_day(monday),
            of_number(len(listed)),
            of_number(sum(each.is_kept for each in listed)),
        )


def _strip(days: Sequence[PlannedDay]) -> Strip:
    step = WIDTH // len(days)
    marks = tuple(Mark(number * step, each.is_kept) for number, each in enumerate(days))
    return Strip(marks, max(1, 3 * step // 4))

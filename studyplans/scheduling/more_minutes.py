"""The first repair: the least extra minutes a week with which every date is met.

The extra minutes are spread over the windows of the week as evenly as they fit: first each
window ends later, up to the next one or 23:59, then the first of a day begins earlier.  One minute
more a week never takes one away elsewhere, so the least that works is found by halving.  Special
days and days off stay as they are.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import time
from itertools import pairwise
from typing import ClassVar, Literal, NamedTuple

from studyplans.scheduling.minutes import DAY_MINUTES
from studyplans.scheduling.planner import plan
from studyplans.scheduling.problem import PlanProblem, WeeklyWindow

# A window cannot end at 24:00.
END_OF_DAY = DAY_MINUTES - 1, DAY_MINUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreMinutesAWeek:
    """So many minutes more in every week; one fewer would not do."""

    kind: ClassVar[Literal["more_minutes_a_week"]] = "more_minutes_a_week"
    minutes: int
    problem: PlanProblem

    @property
    def windows(self) -> tuple[WeeklyWindow, ...]:
        return self.problem.windows


class Stretch(NamedTuple):
    """A window in minutes of its day, and how much longer it could be at either end."""

    weekday: int
    opens: int
    closes: int
    room_after: int
    room_before: int

    @property
    def room(self) -> int:
        return self.room_after + self.room_before

    def longer(self, minutes: int) -> WeeklyWindow:
        after = min(minutes, self.room_after)
        return WeeklyWindow(
            weekday=self.weekday,
            starts_at=_wall_time(self.opens - (minutes - after)),
            ends_at=_wall_time(self.closes + after),
        )


def more_minutes(problem: PlanProblem) -> MoreMinutesAWeek | None:
    """Return the least that works; None when not even whole days would do."""
    most = sum(stretch.room for stretch in _stretches(problem.windows))
    choices = range(1, most + 1)
    found = bisect_left(choices, True, key=lambda x: plan(with_more_minutes(problem, x)).feasible)
    if found == most:
        return None
    minutes = choices[found]
    return MoreMinutesAWeek(minutes=minutes, problem=with_more_minutes(problem, minutes))


def with_more_minutes(problem: PlanProblem, minutes: int) -> PlanProblem:
    """Return the problem with so many minutes more in each week."""
    stretches = _stretches(problem.windows)
    given = _spread(minutes, [stretch.room for stretch in stretches])
    longer = (stretch.longer(extra) for stretch, extra in zip(stretches, given, strict=True))
    return replace(problem, windows=tuple(longer))


def _spread(minutes: int, rooms: list[int]) -> list[int]:
    """Share minutes out one by one, in turn, to all that have room."""
    levels = range(DAY_MINUTES + 1)
    level = bisect_right(levels, minutes, key=lambda each: _filled(each, rooms)) - 1
    given = [min(room, level) for room in rooms]
    left = minutes - sum(given)
    for at, room in enumerate(rooms):
        if left and room > level:
            given[at] += 1
            left -= 1
    return given


def _filled(level: int, rooms: list[int]) -> int:
    return sum(min(room, level) for room in rooms)


def _stretches(windows: Iterable[WeeklyWindow]) -> list[Stretch]:
    return [stretch for weekday in range(7) for stretch in _of_day(windows, weekday)]


def _of_day(windows: Iterable[WeeklyWindow], weekday: int) -> list[Stretch]:
    merged = _merged(
        (_minute(each.starts_at), _minute(each.ends_at))
        for each in windows
        if each.weekday == weekday
    )
    return [
        Stretch(weekday, opens, closes, following - closes, 0 if at else opens)
        for at, ((opens, closes), (following, _)) in enumerate(pairwise([*merged, END_OF_DAY]))
    ]


def _merged(windows: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for opens, closes in sorted(windows):
        if merged and opens <= merged[-1][1]:
            opens, closes = merged[-1][0], max(closes, merged.pop()[1])
        merged.append((opens, closes))
    return merged


def _minute(wall_time: time) -> int:
    return wall_time.hour * 60 + wall_time.minute


def _wall_time(minute: int) -> time:
    return time(*divmod(minute, 60))

"""Slow answers that are plainly right: every choice is tried, nothing is known of scheduling.

They work on half-hour units: windows and `not_before` lie on whole half hours, minutes are
multiples of thirty, so no better plan hides between the units.  Due times may lie anywhere.
"""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import permutations
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from studyplans.scheduling import PlanMilestone, PlanProblem, WeeklyWindow
from tests.studyplans.scheduling.builders import milestone

MINUTE = timedelta(minutes=1)
UNIT = 30 * MINUTE
START = datetime(2027, 1, 4, tzinfo=UTC)


def instances(usual: int) -> int:
    """Return how many random instances to try: MILEPOST_ORACLE_INSTANCES asks for more."""
    return max(usual, int(os.environ.get("MILEPOST_ORACLE_INSTANCES", "0")))


def dices(name: str, usual: int) -> Iterator[Random]:
    """Yield a seeded source of chance for each instance of the named family."""
    for number in range(instances(usual)):
        yield Random(f"{name} {number}")  # noqa: S311 - repeatable, not secret


def some_windows(dice: Random) -> tuple[WeeklyWindow, ...]:
    """Return one of fifty weeks: windows on three to five days, of one to three units each."""
    dice = Random(f"week {dice.randrange(50)}")  # noqa: S311 - repeatable, not secret
    days = dice.sample(range(7), dice.randint(3, 5))
    return tuple(_some_window(dice, day) for day in sorted(days))


def _some_window(dice: Random, day: int) -> WeeklyWindow:
    opens = dice.choice((7, 12, 18))
    units = dice.randint(1, 3)
    return WeeklyWindow(
        weekday=day, starts_at=time(opens), ends_at=time(opens + units // 2, units % 2 * 30)
    )


def some_milestones(
    dice: Random, most: int, *, releases: bool = True, events: bool = True
) -> tuple[PlanMilestone, ...]:
    made: list[PlanMilestone] = []
    for number in range(dice.randint(1, most)):
        earlier = [each.key for each in made]
        made.append(
            milestone(
                f"m{number}",
                30 * dice.randint(0 if events else 1, 2),
                dice.randint(0, most),
                requires=tuple(dice.sample(earlier, min(len(earlier), dice.choice((0, 0, 1, 2))))),
                not_before=_some_release(dice) if releases else None,
                due=_some_due(dice),
            )
        )
    dice.shuffle(made)
    return tuple(made)


def _some_release(dice: Random) -> datetime | None:
    return dice.choice((None, START + dice.randint(0, 6 * 48) * UNIT))


def _some_due(dice: Random) -> datetime | None:
    return dice.choice((None, *2 * [START + dice.randint(0, 9 * 24 * 60) * MINUTE]))


class Clock(NamedTuple):
    """A unit of study: it opens at one moment and closes at another."""

    opens: datetime
    closes: datetime


def units_of(problem: PlanProblem) -> list[Clock]:
    """List the units open for study, by looking at every half hour of the horizon."""
    return [
        Clock(moment, moment + UNIT)
        for moment, weekday, wall_time in _half_hours(
            problem.zone, problem.start, problem.horizon_days
        )
        for window in problem.windows
        if window.weekday == weekday and window.starts_at <= wall_time < window.ends_at
    ]


@cache
def _half_hours(zone: str, start: datetime, days: int) -> list[tuple[datetime, int, time]]:
    moments = [start + number * UNIT for number in range(48 * days)]
    shown = [moment.astimezone(ZoneInfo(zone)) for moment in moments]
    return [(m, local.weekday(), local.time()) for m, local in zip(moments, shown, strict=True)]


def least_max_lateness(problem: PlanProblem) -> float:
    """Return the least max lateness in minutes over every way to fill the units, or to rest.

    Minus infinity when no milestone is due, infinity when the units do not suffice.
    """
    search = _Search(problem)
    return max(search.fixed, search.least(0, tuple(each.minutes // 30 for each in search.work)))


class _Search:
    def __init__(self, problem: PlanProblem) -> None:
        self.start = problem.start
        self.units = units_of(problem)
        self.by_key = {each.key: each for each in problem.milestones}
        self.work = [each for each in problem.milestones if each.minutes]
        self.place = {each.key: at for at, each in enumerate(self.work)}
        self.least: Callable[[int, tuple[int, ...]], float] = cache(self._least)
        self.charged = [self._dues_charged(each.key) for each in self.work]
        self.fixed = max(map(self._fixed_lateness, problem.milestones), default=-math.inf)

    def _fixed_lateness(self, one: PlanMilestone) -> float:
        """Return how late an event is in any case: all it waits for has a first moment."""
        if one.minutes or one.due is None:
            return -math.inf
        waits_for = [self.by_key[key] for key in (one.key, *self.ancestors(one.key))]
        moments = (each.not_before for each in waits_for if each.not_before)
        return _minutes(max([self.start, *moments]) - one.due)

    def ancestors(self, key: str) -> set[str]:
        needed = set(self.by_key[key].requires)
        return needed.union(*map(self.ancestors, needed))

    def _dues_charged(self, key: str) -> list[datetime]:
        """Return its own due time, and those of all events that wait for it."""
        waiting = [
            e for e in self.by_key.values() if not e.minutes and key in self.ancestors(e.key)
        ]
        return [each.due for each in (self.by_key[key], *waiting) if each.due]

    def _least(self, unit: int, left: tuple[int, ...]) -> float:
        if not any(left):
            return -math.inf
        if unit == len(self.units):
            return math.inf
        rest = self.least(unit + 1, left)
        return min([rest, *self._outcomes(unit, left)])

    def _outcomes(self, unit: int, left: tuple[int, ...]) -> Iterator[float]:
        for at, each in enumerate(self.work):
            if left[at] and self._may_run(each, self.units[unit].opens, left):
                fewer = (*left[:at], left[at] - 1, *left[at + 1 :])
                cost = self._cost(at, unit) if not fewer[at] else -math.inf
                yield max(cost, self.least(unit + 1, fewer))

    def _cost(self, at: int, unit: int) -> float:
        closes = self.units[unit].closes
        return max((_minutes(closes - due) for due in self.charged[at]), default=-math.inf)

    def _may_run(self, one: PlanMilestone, now: datetime, left: tuple[int, ...]) -> bool:
        is_released = one.not_before is None or one.not_before <= now
        return is_released and all(self._is_done(key, now, left) for key in one.requires)

    def _is_done(self, key: str, now: datetime, left: tuple[int, ...]) -> bool:
        if key in self.place:
            return not left[self.place[key]]
        return self._may_run(self.by_key[key], now, left)


def _minutes(span: timedelta) -> int:
    return span // MINUTE


def first_order_on_time(problem: PlanProblem) -> list[str]:
    """Return the first of all orders, by rank and key, that is as little late as any can be.

    Without a `not_before`; being early is worth nothing.
    """
    by_rank = sorted(problem.milestones, key=lambda each: (each.rank, each.key))
    units = units_of(problem)
    orders = [order for order in permutations(by_rank) if _keeps_prerequisites(order)]
    lateness = [max(0, _lateness_of(order, units)) for order in orders]
    return [each.key for each in orders[lateness.index(min(lateness))]]


def lateness_in_order(problem: PlanProblem, order: Sequence[str]) -> float:
    """Return the max lateness when the milestones are studied one by one in this order."""
    by_key = {each.key: each for each in problem.milestones}
    return _lateness_of([by_key[key] for key in order], units_of(problem))


def _keeps_prerequisites(order: Sequence[PlanMilestone]) -> bool:
    places = {each.key: at for at, each in enumerate(order)}
    return all(places[key] < places[each.key] for each in order for key in each.requires)


def _lateness_of(order: Sequence[PlanMilestone], units: list[Clock]) -> float:
    spent, worst = 0, -math.inf
    for each in order:
        spent += each.minutes // 30
        if each.due:
            worst = max(worst, _minutes(units[spent - 1].closes - each.due))
    return worst


def open_minutes(problem: PlanProblem) -> set[datetime]:
    """Watch the local clock for the whole horizon and collect every minute open for study.

    Of a local time that is shown twice only the first showing counts.
    """
    zone = ZoneInfo(problem.zone)
    first_day = problem.start.astimezone(zone).date()
    last_day = first_day + timedelta(days=problem.horizon_days - 1)
    shown: set[datetime] = set()
    inside: set[datetime] = set()
    moment = problem.start - timedelta(days=1)
    while (local := moment.astimezone(zone).replace(tzinfo=None, fold=0)).date() <= last_day:
        if local not in shown and moment >= problem.start and _is_open(problem, moment, local):
            inside.add(moment)
        shown.add(local)
        moment += MINUTE
    return inside


def _is_open(problem: PlanProblem, moment: datetime, local: datetime) -> bool:
    if any(each.starts_at - MINUTE < moment < each.ends_at for each in problem.busy):
        return False
    return any(starts <= local.time() < ends for starts, ends in _hours_of(problem, local.date()))


def _hours_of(problem: PlanProblem, day: date) -> list[tuple[time, time]]:
    if day in problem.days_off:
        return []
    for special in problem.special_days:
        if special.date == day:
            return [(slot.starts_at, slot.ends_at) for slot in special.slots]
    return [(w.starts_at, w.ends_at) for w in problem.windows if w.weekday == day.weekday()]

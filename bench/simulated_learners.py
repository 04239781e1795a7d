"""Learners who never lived, for the forecast to be fitted to and held against.

Each has a week, a path, an own error in the estimates, weeks away, and a pace that drifts; a
forecast sees only what they check off and the breaks they announced.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, inf

from studyplans.forecasting import StudiedWeek

CALENDAR_WEEKS = 520
YEAR_WEEKS = 52
HOLIDAYS_A_YEAR = 3
DRIFT_WEEKS = 16
BIAS_SPREAD = 0.25
DRIFT_SPREAD = 0.012
MILESTONE_SPREAD = 0.35


@dataclass(frozen=True, slots=True)
class Moment:
    """A week of a learner's study, and whether it is an announced break."""

    number: int
    is_holiday: bool


def on_plan(week: Moment) -> float:
    return 0 if week.is_holiday else 1


def in_bursts(week: Moment) -> float:
    return 0 if week.is_holiday else 1.5


def in_holidays(week: Moment) -> float:
    return 1.5 if week.is_holiday else 0.8


def slow_at_first(week: Moment) -> float:
    return 0 if week.is_holiday else min(1.1, 0.4 + 0.07 * week.number)


def half_after_ten_weeks(week: Moment) -> float:
    return 0 if week.is_holiday else (1 if week.number < 10 else 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A kind of learner: how long work takes them, how often they are away, how they study."""

    name: str
    bias: float = 1.15
    away: float = 0.13
    away_weeks: float = 1.6
    unevenness: float = 0.3
    drift: float = 0.0
    effort: Callable[[Moment], float] = on_plan


FAMILIES = (
    Family(name="matched"),
    Family(name="fast", bias=0.85, away=0.04, away_weeks=1.3),
    Family(name="slow", bias=1.5, away=0.25, away_weeks=1.8, unevenness=0.35),
    Family(name="bursty", away=0.43, away_weeks=2.2, unevenness=0.6, effort=in_bursts),
    Family(name="fading", drift=-0.035),
)
# Kept back: nothing was fitted to these.
KEPT_BACK = (
    Family(name="holiday bingers", effort=in_holidays),
    Family(name="slow starters", effort=slow_at_first),
)
# What no forecast can see coming: a pace that breaks in half in the eleventh week.
UNFORESEEN = (Family(name="halved", effort=half_after_ten_weeks),)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedLearner:
    """What was planned and checked off until the finish, and when that was, in weeks."""

    family: str
    work_minutes: int
    calendar: tuple[int, ...]
    weeks: tuple[StudiedWeek, ...]
    finished_at: float

    def first_weeks(self, planned_weeks: int) -> int | None:
        """Return the week after so many planned ones; None when they had finished by then."""
        seen = 0
        for number, week in enumerate(self.weeks):
            if seen == planned_weeks:
                return number
            seen += week.planned_minutes > 0
        return None

    def work_after(self, week: int) -> int:
        return self.work_minutes - sum(past.finished_minutes for past in self.weeks[:week])


def simulate(
    seed: int, count: int, families: Sequence[Family] = FAMILIES
) -> list[SimulatedLearner]:
    """Return learners of each family in turn; those who never finish are left out."""
    chance = random.Random(seed)  # noqa: S311  repeatable, not secret
    learners = (_learner(chance, families[number % len(families)]) for number in range(count))
    return [learner for learner in learners if learner.finished_at < inf]


def _learner(chance: random.Random, family: Family) -> SimulatedLearner:
    usual = round(chance.uniform(4, 15) * 60)
    milestones = list(_milestones(chance, usual * chance.uniform(14, 50)))
    calendar = _calendar(chance, usual)
    path = Path(milestones, family.bias * exp(chance.gauss(0, BIAS_SPREAD)), chance)
    weeks = []
    finished_at = inf
    study = _study_minutes(chance, family, calendar, usual)
    for number, (planned, minutes) in enumerate(zip(calendar, study, strict=True)):
        finished, unused = path.study(minutes)
        begun = path.begun_minutes
        weeks.append(
            StudiedWeek(planned_minutes=planned, finished_minutes=finished, begun_minutes=begun)
        )
        if path.is_finished:
            finished_at = number + 1 - unused / minutes
            break
    return SimulatedLearner(
        family=family.name,
        work_minutes=sum(milestones),
        calendar=calendar,
        weeks=tuple(weeks),
        finished_at=finished_at,
    )


def _milestones(chance: random.Random, total: float) -> Iterator[int]:
    """Yield estimates in quarter hours, four hours in the middle, half an hour to twelve."""
    while total > 0:
        minutes = min(720.0, max(30.0, 240 * exp(chance.gauss(0, 0.6))))
        estimate = max(1, round(min(minutes, total) / 15)) * 15
        yield estimate
        total -= estimate


def _calendar(chance: random.Random, usual: int) -> tuple[int, ...]:
    holidays = {
        year + week
        for year in range(0, CALENDAR_WEEKS, YEAR_WEEKS)
        for week in chance.sample(range(YEAR_WEEKS), HOLIDAYS_A_YEAR)
    }
    return tuple(0 if week in holidays else usual for week in range(CALENDAR_WEEKS))


def _study_minutes(
    chance: random.Random, family: Family, calendar: Sequence[int], usual: int
) -> Iterator[float]:
    """Yield the minutes really studied each week; weeks away come in runs."""
    comes_back = 1 / family.away_weeks
    leaves = family.away / (1 - family.away) * comes_back
    drift = chance.gauss(family.drift, DRIFT_SPREAD)
    away = chance.random() < family.away
    for number, planned in enumerate(calendar):
        away = chance.random() >= comes_back if away else chance.random() < leaves
        luck = exp(chance.gauss(-(family.unevenness**2) / 2, family.unevenness))
        effort = family.effort(Moment(number, is_holiday=not planned))
        pace = exp(drift * min(number, DRIFT_WEEKS))
        yield 0.0 if away else usual * effort * luck * pace


class Path:
    """The milestones in order, and the true minutes left of the one under way."""

    def __init__(self, milestones: Sequence[int], bias: float, chance: random.Random) -> None:
        self._left = list(reversed(milestones))
        self._bias = bias
        self._chance = chance
        self._touched = False
        self._minutes_left = self._true_minutes()

    @property
    def is_finished(self) -> bool:
        return not self._left

    @property
    def begun_minutes(self) -> int:
        return self._left[-1] if self._left and self._touched else 0

    def study(self, minutes: float) -> tuple[int, float]:
        """Spend the minutes; return the estimates checked off and the minutes not needed."""
        finished = 0
        while self._left and minutes >= self._minutes_left:
            minutes -= self._minutes_left
            finished += self._left.pop()
            self._touched = False
            self._minutes_left = self._true_minutes()
        if self._left and minutes > 0:
            self._minutes_left -= minutes
            self._touched = True
        return finished, minutes

    def _true_minutes(self) -> float:
        if not self._left:
            return 0.0
        return self._left[-1] * self._bias * exp(self._chance.gauss(0, MILESTONE_SPREAD))

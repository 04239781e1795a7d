"""Hold the forecast against simulated learners: `python -m bench.forecast`.

It is judged on other seeds than it was fitted on, beside two rivals: the average pace with a
normal error of the mean, and resampled weeks.  `--fit` prints the calibration that the training
seeds give, to be kept in studyplans/forecasting/built_in.py.

The interval score (Gneiting and Raftery, 2007) is taken of the logarithm of the weeks, so that
long paths and ranges without an end, which are cut off at the horizon, do not decide it.
"""

import random
import statistics
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from math import inf, log, sqrt

from bench.simulated_learners import (
    KEPT_BACK,
    UNFORESEEN,
    SimulatedLearner,
    simulate,
)
from studyplans.forecasting import BUILT_IN, Calibration, Shifts, fit_calibration, forecast
from studyplans.forecasting.history import credit_for_begun, paced_weeks
from studyplans.forecasting.weeks_ahead import WeeksAhead

TRAINING_SEED, TRAINING_COUNT = 1, 12_000
JUDGING_SEED, JUDGING_COUNT = 7_777, 6_000
CUTS = (2, 4, 8)
HORIZON_WEEKS = 260
LEAST_WEEKS = 0.05
NORMAL_80 = statistics.NormalDist().inv_cdf(0.9)
OUTSIDE = 0.2  # the share of learners a range is not for
DRAWS = 50


@dataclass(frozen=True, slots=True)
class Range:
    """Early, likely and late in weeks from now; infinite beyond the horizon."""

    early: float
    likely: float
    late: float


Method = Callable[[SimulatedLearner, int], Range]


def ours(learner: SimulatedLearner, now: int, *, calibration: Calibration = BUILT_IN) -> Range:
    ahead = learner.calendar[now : now + HORIZON_WEEKS]
    found = forecast(learner.weeks[:now], learner.work_after(now), ahead, calibration)
    return Range(*(inf if at is None else at for at in (found.early, found.likely, found.late)))


def average_pace(learner: SimulatedLearner, now: int) -> Range:
    """Divide what is left by the mean of the weekly paces, and by its ends at 80%."""
    paces = _paces(learner, now)
    mean = statistics.fmean(paces)
    margin = NORMAL_80 * statistics.stdev(paces) / sqrt(len(paces))
    ahead = WeeksAhead(learner.calendar[now : now + HORIZON_WEEKS])
    work = _work_left(learner, now)

    def at(pace: float) -> float:
        position = ahead.position_of(work / pace) if pace > 0 else None
        return inf if position is None else position

    return Range(at(mean + margin), at(mean), at(mean - margin))


def resampled_weeks(learner: SimulatedLearner, now: int, *, chance: random.Random) -> Range:
    """Draw the weeks to come from the weeks so far, as Monte Carlo forecasts do."""
    paces = _paces(learner, now)
    work = _work_left(learner, now)
    ahead = WeeksAhead(learner.calendar[now : now + HORIZON_WEEKS])
    usual = max(learner.calendar)
    finishes = sorted(_drawn_finish(paces, work / usual, chance) for _ in range(DRAWS))
    positions = [ahead.position_of(weeks * usual) for weeks in finishes]
    early, likely, late = (positions[DRAWS * tenth // 10] for tenth in (1, 5, 9))
    return Range(*(inf if at is None else at for at in (early, likely, late)))


def _drawn_finish(paces: Sequence[float], weeks_of_work: float, chance: random.Random) -> float:
    """Return the weeks until the work is done, in the middle of the last one."""
    drawn = accumulate(chance.choices(paces, k=HORIZON_WEEKS))
    return next((week + 0.5 for week, done in enumerate(drawn) if done >= weeks_of_work), inf)


def _paces(learner: SimulatedLearner, now: int) -> list[float]:
    weeks = paced_weeks(learner.weeks[:now])
    return [week.progress_minutes / week.planned_minutes for week in weeks]


def _work_left(learner: SimulatedLearner, now: int) -> float:
    return learner.work_after(now) - credit_for_begun(learner.weeks[:now])


@dataclass(frozen=True, slots=True)
class Verdict:
    """One forecast, and the weeks the learner then took."""

    family: str
    range: Range
    took: float

    @property
    def covers(self) -> bool:
        return self.range.early <= self.took <= self.range.late

    @property
    def width(self) -> float:
        return (_cut(self.range.late) - _cut(self.range.early)) / self.took

    @property
    def score(self) -> float:
        early, late, took = (log(_cut(at)) for at in (self.range.early, self.range.late, self.took))
        return late - early + 2 / OUTSIDE * max(0.0, early - took, took - late)


def _cut(weeks: float) -> float:
    return min(max(weeks, LEAST_WEEKS), HORIZON_WEEKS)


@dataclass(frozen=True, slots=True)
class Card:
    """How a method did on many learners after so many weeks."""

    verdicts: Sequence[Verdict]

    @property
    def coverage(self) -> float:
        return 100 * statistics.fmean(one.covers for one in self.verdicts)

    @property
    def by_likely(self) -> float:
        return 100 * statistics.fmean(one.took <= one.range.likely for one in self.verdicts)

    @property
    def by_late(self) -> float:
        return 100 * statistics.fmean(one.took <= one.range.late for one in self.verdicts)

    @property
    def width(self) -> float:
        return statistics.median(one.width for one in self.verdicts)

    @property
    def open_share(self) -> float:
        return 100 * statistics.fmean(one.range.late == inf for one in self.verdicts)

    @property
    def score(self) -> float:
        return statistics.fmean(one.score for one in self.verdicts)

    def by_family(self) -> dict[str, float]:
        names = dict.fromkeys(one.family for one in self.verdicts)
        return {name: self._of(name).coverage for name in names}

    def _of(self, family: str) -> "Card":
        return Card([one for one in self.verdicts if one.family == family])


def judge(method: Method, learners: Iterable[SimulatedLearner], weeks: int) -> Card:
    """Forecast for all who had not finished after so many planned weeks."""
    return Card(list(_verdicts(method, learners, weeks)))


def _verdicts(
    method: Method, learners: Iterable[SimulatedLearner], weeks: int
) -> Iterator[Verdict]:
    for learner in learners:
        now = learner.first_weeks(weeks)
        if now is not None:
            took = learner.finished_at - now
            yield Verdict(learner.family, method(learner, now), took)


def fitted() -> Calibration:
    learners = simulate(TRAINING_SEED, TRAINING_COUNT)
    everything = fit_calibration(learner.weeks for learner in learners)
    return Calibration({weeks: _rounded(shifts) for weeks, shifts in everything.by_weeks.items()})


def _rounded(shifts: Shifts) -> Shifts:
    return Shifts(
        early=round(shifts.early, 3), likely=round(shifts.likely, 3), late=round(shifts.late, 3)
    )


def fitted_to(family: str) -> Calibration:
    """Fit to one family alone, to see what that does to the others."""
    learners = simulate(TRAINING_SEED, TRAINING_COUNT // 2)
    return fit_calibration(one.weeks for one in learners if one.family == family)


def print_fit() -> None:
    for weeks, shifts in fitted().by_weeks.items():
        print(f"{weeks}: Shifts(early={shifts.early}, likely={shifts.likely}, late={shifts.late}),")


Cards = dict[int, Card]


def cards_of(method: Method, learners: Sequence[SimulatedLearner]) -> Cards:
    return {weeks: judge(method, learners, weeks) for weeks in CUTS}


def print_row(name: str, cells: Iterable[str]) -> None:
    print(f"  {name:28}", *(f"{cell:>20}" for cell in cells))


def print_title(title: str) -> None:
    print()
    print_row(title, (f"{weeks} weeks" for weeks in CUTS))


def print_coverage(methods: dict[str, Cards]) -> None:
    print_title("coverage (width, % open)")
    for name, cards in methods.items():
        print_row(
            name,
            (
                f"{card.coverage:.1f} ({card.width:.2f}, {card.open_share:.0f})"
                for card in cards.values()
            ),
        )


def print_families(methods: dict[str, Cards]) -> None:
    names = list(methods["ours"][CUTS[0]].by_family())
    print_title(" / ".join(name[:7] for name in names))
    for method, cards in methods.items():
        by_family = (card.by_family() for card in cards.values())
        print_row(
            method, ("/".join(f"{shares[name]:.0f}" for name in names) for shares in by_family)
        )


def print_others(learners: Sequence[SimulatedLearner]) -> None:
    print_title("ours, on others")
    cards = cards_of(ours, learners)
    for family in cards[CUTS[0]].by_family():
        print_row(family, (f"{card.by_family()[family]:.1f}" for card in cards.values()))


def print_bars(methods: dict[str, Cards]) -> None:
    print_title("bars")
    for bar in bars(methods):
        met = "met" if bar.is_met else "MISSED"
        print_row(bar.name, (f"{value:.2f}" for value in bar.values))
        print(f"    {bar.wanted}: {met}")


@dataclass(frozen=True, slots=True)
class Bar:
    """Figures after 2, 4 and 8 weeks, each with the range it has to lie in."""

    name: str
    values: Sequence[float]
    least: Sequence[float]
    most: Sequence[float]

    @property
    def is_met(self) -> bool:
        return self.is_met_within(0)

    def is_met_within(self, points: float) -> bool:
        rows = zip(self.least, self.values, self.most, strict=True)
        return all(least - points <= value <= most + points for least, value, most in rows)

    @property
    def wanted(self) -> str:
        rows = zip(self.least, self.most, strict=True)
        return ", ".join(f"{least:g} to {most:g}" for least, most in rows)


def bars(methods: dict[str, Cards]) -> list[Bar]:
    """Return bars 12 to 14; the ratios are interval scores, ours over the rival's."""
    mine = methods["ours"].values()

    def ratio(rival: str) -> list[float]:
        rivals = methods[rival].values()
        return [own.score / other.score for own, other in zip(mine, rivals, strict=True)]

    def steady(name: str, values: Iterable[float], least: float, most: float) -> Bar:
        return Bar(name, list(values), [least] * len(CUTS), [most] * len(CUTS))

    none = [0.0] * len(CUTS)
    return [
        steady("12 coverage, pooled", (card.coverage for card in mine), 77, 83),
        steady("12 worst family", (min(card.by_family().values()) for card in mine), 65, 100),
        Bar("13 score / resampled weeks", ratio("resampled weeks"), none, [0.5, 0.6, 0.75]),
        Bar("13 score / average pace", ratio("average pace"), none, [0.6, 0.75, 0.9]),
        steady("14 done by the likely date", (card.by_likely for card in mine), 45, 55),
        steady("14 done by the late date", (card.by_late for card in mine), 86, 94),
    ]


def compared(learners: Sequence[SimulatedLearner]) -> dict[str, Cards]:
    chance = random.Random(JUDGING_SEED)  # noqa: S311  repeatable, not secret
    return {
        "average pace": cards_of(average_pace, learners),
        "resampled weeks": cards_of(partial(resampled_weeks, chance=chance), learners),
        "ours": cards_of(ours, learners),
    }


def main() -> None:
    if "--fit" in sys.argv:
        print_fit()
        return
    learners = simulate(JUDGING_SEED, JUDGING_COUNT)
    methods = compared(learners)
    matched = partial(ours, calibration=fitted_to("matched"))
    shown = {**methods, "ours, fitted to matched only": cards_of(matched, learners)}
    print(f"{len(learners):,} learners; the built-in calibration is what", end=" ")
    print(f"the training seed gives: {fitted() == BUILT_IN}")
    print_coverage(shown)
    print_families(shown)
    print_others(simulate(JUDGING_SEED, JUDGING_COUNT // 2, (*KEPT_BACK, *UNFORESEEN)))
    print_bars(methods)


if __name__ == "__main__":
    main()

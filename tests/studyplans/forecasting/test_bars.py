"""The forecast keeps its promises on learners it was not fitted to.

`python -m bench.forecast` prints the same figures for more of them.
"""

from math import log

import pytest

from bench.forecast import Cards, bars, cards_of, compared, judge, ours
from bench.simulated_learners import KEPT_BACK, SimulatedLearner, simulate

SEED = 20_270
TOLERANCE = 3


@pytest.fixture(scope="module")
def learners() -> list[SimulatedLearner]:
    return simulate(SEED, 1_000)


@pytest.fixture(scope="module")
def methods(learners: list[SimulatedLearner]) -> dict[str, Cards]:
    return compared(learners)


def test_coverage_and_dates_are_as_promised(methods: dict[str, Cards]) -> None:
    shares = [bar for bar in bars(methods) if "score" not in bar.name]

    assert [bar.name for bar in shares if not bar.is_met_within(TOLERANCE)] == []
    assert len(shares) == 4


def test_it_scores_better_than_both_rivals(methods: dict[str, Cards]) -> None:
    ratios = [bar for bar in bars(methods) if "score" in bar.name]

    assert [bar.name for bar in ratios if not bar.is_met] == []
    assert len(ratios) == 2


def test_learners_nobody_fitted_it_to_are_served_too() -> None:
    cards = cards_of(ours, simulate(SEED, 600, KEPT_BACK))

    worst = min(min(card.by_family().values()) for card in cards.values())

    assert worst >= 60 - TOLERANCE


def test_day_one_is_covered_as_well(learners: list[SimulatedLearner]) -> None:
    card = judge(ours, learners, 0)

    assert card.coverage == pytest.approx(80, abs=3 + TOLERANCE)


def test_more_weeks_narrow_the_range(learners: list[SimulatedLearner]) -> None:
    def mean_width(weeks: int) -> float:
        ranges = [verdict.range for verdict in judge(ours, learners, weeks).verdicts]
        closed = [log(one.late / one.early) for one in ranges if one.late < float("inf")]
        return sum(closed) / len(closed)

    widths = [mean_width(weeks) for weeks in (0, 2, 4, 8, 16)]

    assert widths == sorted(widths, reverse=True)

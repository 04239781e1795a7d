"""Past forecasts are held against what happened."""

from studyplans.forecasting import Coverage, JudgedForecast, coverage


def judged(
    took: float,
    *,
    early: float | None = 10,
    likely: float | None = 14,
    late: float | None = 20,
) -> JudgedForecast:
    return JudgedForecast(early=early, likely=likely, late=late, took_weeks=took)


def test_it_counts_what_came_true() -> None:
    found = coverage([judged(9), judged(10), judged(14), judged(20), judged(21)])

    assert found == Coverage(forecasts=5, inside=0.6, by_likely=0.6, by_late=0.8)


def test_an_end_beyond_the_horizon_is_never_too_early() -> None:
    found = coverage([judged(300, late=None), judged(5, late=None, likely=None, early=None)])

    assert found == Coverage(forecasts=2, inside=0.5, by_likely=0.5, by_late=1.0)


def test_nothing_judged_is_no_share() -> None:
    assert coverage([]) is None

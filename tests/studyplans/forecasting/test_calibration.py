"""Finished learners shift the ends of the range, once there are enough of them."""

import math
from collections.abc import Iterator

import pytest

from studyplans.forecasting import (
    BUILT_IN,
    MINIMUM_FINISHERS,
    Calibration,
    Shifts,
    StudiedWeek,
    fit_calibration,
    forecast,
)
from tests.studyplans.forecasting.builders import LEVEL, SHIFTS, ends, weeks

YEARS = [300] * 520


def finishers(count: int, *, path_weeks: int = 20) -> Iterator[list[StudiedWeek]]:
    """Yield learners from half of the planned pace to the whole, all steady."""
    for number in range(count):
        yield weeks(*[150 + 150 * number // count] * path_weeks)


def test_it_survives_json() -> None:
    fitted = fit_calibration(finishers(MINIMUM_FINISHERS))

    assert Calibration.from_json(fitted.to_json()) == fitted


def test_shifts_hold_from_their_week_up_to_the_next_entry() -> None:
    later = Shifts(early=-0.5, likely=0.0, late=0.5)
    calibration = Calibration({4: later, 0: SHIFTS})

    assert [calibration.shifts_for(number) for number in (0, 3, 4, 400)] == [
        SHIFTS,
        SHIFTS,
        later,
        later,
    ]


def test_too_few_finishers_keep_the_built_in_shifts() -> None:
    fitted = fit_calibration(finishers(MINIMUM_FINISHERS - 1))

    assert fitted == BUILT_IN


def test_only_weeks_that_enough_of_them_had_are_refitted() -> None:
    short = finishers(MINIMUM_FINISHERS, path_weeks=10)

    fitted = fit_calibration(short, fallback=LEVEL)

    assert fitted.shifts_for(8).finishers == MINIMUM_FINISHERS
    assert fitted.shifts_for(12) == SHIFTS


def test_four_of_five_of_the_learners_it_was_fitted_to_finish_inside() -> None:
    calibration = fit_calibration(finishers(1_000))

    inside = by_likely = 0
    for history in finishers(1_000):
        work = sum(week.finished_minutes for week in history)
        early, likely, late = ends(forecast([], work, YEARS, calibration))
        inside += early <= 19.5 <= late
        by_likely += likely >= 19.5

    assert 800 <= inside <= 820
    assert by_likely == pytest.approx(500, abs=5)


def test_learners_all_alike_do_not_make_it_sure_of_the_day() -> None:
    alike = [weeks(*[200] * 20)] * MINIMUM_FINISHERS

    early, likely, late = ends(forecast(weeks(200), 3_800, YEARS, fit_calibration(alike)))

    assert early < likely < late


def test_breaks_and_empty_histories_do_not_disturb_a_fit() -> None:
    plain = list(finishers(MINIMUM_FINISHERS))
    rested = [[*history[:2], *weeks(0, planned=0), *history[2:]] for history in plain]

    assert fit_calibration([*rested, [], weeks(0)]) == fit_calibration(plain)


@pytest.mark.parametrize("shifts", [(1.0, 0.0, 2.0), (0.0, 0.0, 1.0), (-1.0, 0.0, math.nan)])
def test_shifts_out_of_order_are_refused(shifts: tuple[float, float, float]) -> None:
    early, likely, late = shifts
    with pytest.raises(ValueError, match="rise"):
        Shifts(early=early, likely=likely, late=late)


def test_a_calibration_without_day_one_is_refused() -> None:
    with pytest.raises(ValueError, match="day one"):
        Calibration({2: SHIFTS})

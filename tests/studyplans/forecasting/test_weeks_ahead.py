"""Planned minutes become a position in the weeks ahead, and back."""

import pytest

from studyplans.forecasting.weeks_ahead import WeeksAhead

AHEAD = WeeksAhead([120, 0, 0, 60])


@pytest.mark.parametrize(
    ("minutes", "position"),
    [(0, 0), (30, 0.25), (120, 1), (121, 3 + 1 / 60), (180, 4), (180.5, None)],
)
def test_work_that_fills_a_week_is_done_before_the_break(
    minutes: float, position: float | None
) -> None:
    assert AHEAD.position_of(minutes) == pytest.approx(position)


@pytest.mark.parametrize(
    ("position", "minutes"),
    [(-1, 0), (0, 0), (0.25, 30), (1, 120), (2.5, 120), (3.5, 150), (4, 180), (99, 180)],
)
def test_minutes_add_up_week_by_week(position: float, minutes: float) -> None:
    assert AHEAD.minutes_by(position) == pytest.approx(minutes)

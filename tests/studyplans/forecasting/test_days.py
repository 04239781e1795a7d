"""Positions in weeks become days, and days positions."""

from datetime import date, timedelta

import pytest

from studyplans.forecasting import day_at, weeks_until

MONDAY = date(2027, 1, 4)


@pytest.mark.parametrize(
    ("position", "day"),
    [
        (0, "2027-01-04"),
        (0.1, "2027-01-04"),
        (0.5, "2027-01-07"),
        (1, "2027-01-10"),
        (1.01, "2027-01-11"),
    ],
)
def test_a_position_lies_in_a_day(position: float, day: str) -> None:
    assert day_at(position, first_day=MONDAY).isoformat() == day


def test_every_day_is_over_in_itself() -> None:
    days = [MONDAY + timedelta(days=number) for number in range(3_000)]

    assert [day_at(weeks_until(day, first_day=MONDAY), first_day=MONDAY) for day in days] == days


def test_a_day_gone_by_is_no_time_at_all() -> None:
    assert weeks_until(date(2027, 1, 1), first_day=MONDAY) == 0

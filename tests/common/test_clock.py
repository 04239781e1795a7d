"""Which day it is for whom."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common import clock

ZONES = sorted(available_timezones() - {"Factory", "localtime"})

zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
hours = st.integers(0, 23).map(time)


@dataclass(frozen=True)
class Person:
    zone: ZoneInfo
    day_starts_at: time = time(4)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2027-01-05T03:59+01:00", date(2027, 1, 4)),
        ("2027-01-05T04:00+01:00", date(2027, 1, 5)),
        ("2027-01-05T23:59+01:00", date(2027, 1, 5)),
        # The clocks go forward: the night is an hour shorter, its end stays at four.
        ("2027-03-28T01:59+01:00", date(2027, 3, 27)),
        ("2027-03-28T03:59+02:00", date(2027, 3, 27)),
        ("2027-03-28T04:00+02:00", date(2027, 3, 28)),
    ],
)
def test_the_night_belongs_to_the_evening_before(moment: str, day: date) -> None:
    assert clock.date_of(datetime.fromisoformat(moment), Person(ZoneInfo("Europe/Berlin"))) == day


def test_a_day_that_starts_in_a_doubled_hour_starts_once() -> None:
    ada = Person(ZoneInfo("Europe/Berlin"), time(2))
    before = datetime.fromisoformat("2027-10-31T01:59+02:00")

    days = [clock.date_of(before + timedelta(minutes=30 * step), ada) for step in range(5)]

    assert days == [date(2027, 10, 30)] + [date(2027, 10, 31)] * 4


@settings(deadline=None, max_examples=150)
@given(moment=moments, zone=zones, hour=hours)
def test_every_moment_lies_within_its_day(moment: datetime, zone: ZoneInfo, hour: time) -> None:
    person = Person(zone, hour)

    day = clock.date_of(moment, person)

    assert clock.start_of_day(day, person) <= moment
    assert moment < clock.start_of_day(day + timedelta(days=1), person)


@settings(deadline=None, max_examples=100)
@given(moment=moments, zone=zones)
def test_a_day_that_starts_at_midnight_is_the_date_on_the_wall(
    moment: datetime, zone: ZoneInfo
) -> None:
    person = Person(zone, time.min)

    assert clock.date_of(moment, person) == clock.wall_date(moment, person)
    assert clock.midnight(moment.date(), person) == clock.start_of_day(moment.date(), person)

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyplans.reminders.rules import next_run, retry_at

ZONES = [
    *["UTC", "Europe/Berlin", "Europe/Dublin", "Europe/Lisbon", "Europe/Moscow"],
    *["America/New_York", "America/St_Johns", "America/Havana", "America/Santiago"],
    *["America/Sao_Paulo", "America/Nuuk", "America/Scoresbysund", "America/Caracas"],
    *["Africa/Casablanca", "Africa/Cairo", "Asia/Kathmandu", "Asia/Tehran", "Asia/Pyongyang"],
    *["Asia/Beirut", "Asia/Gaza", "Asia/Tokyo", "Australia/Lord_Howe", "Australia/Adelaide"],
    *["Pacific/Apia", "Pacific/Kwajalein", "Pacific/Chatham", "Pacific/Kiritimati"],
    *["Antarctica/Troll", "Antarctica/Casey"],
]
EVERY_DAY = range(7)

zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.datetimes(datetime(1975, 1, 1), datetime(2075, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
times = st.times().map(lambda value: value.replace(second=0, microsecond=0))
weekday_sets = st.sets(st.integers(0, 6), min_size=1)


def runs(zone: ZoneInfo, local_time: time, *, after: datetime, until: datetime) -> list[datetime]:
    found = []
    run = next_run(after=after, local_time=local_time, weekdays=EVERY_DAY, zone=zone)
    while run is not None and run < until:
        found.append(run)
        run = next_run(after=run, local_time=local_time, weekdays=EVERY_DAY, zone=zone)
    return found


@settings(deadline=None, max_examples=400)
@given(after=moments, local_time=times, weekdays=weekday_sets, zone=zones)
def test_the_wall_shows_the_wanted_time_on_a_wanted_weekday(
    after: datetime, local_time: time, weekdays: set[int], zone: ZoneInfo
) -> None:
    run = next_run(after=after, local_time=local_time, weekdays=weekdays, zone=zone)

    assert run is not None
    assert run > after
    wall = run.astimezone(zone)
    assert wall.weekday() in weekdays
    if wall.time() != local_time:
        # The clocks skipped it: the run is the very moment they landed beyond it.
        before = (run - timedelta(microseconds=1)).astimezone(zone)
        assert before.replace(tzinfo=None) < datetime.combine(wall.date(), local_time)
        assert wall.time() > local_time


@settings(deadline=None, max_examples=100)
@given(after=moments, local_time=times, zone=zones)
def test_runs_go_forward_at_most_one_a_date(
    after: datetime, local_time: time, zone: ZoneInfo
) -> None:
    found = runs(zone, local_time, after=after, until=after + timedelta(days=400))
    dates = [run.astimezone(zone).date() for run in found]

    assert all(one < other for one, other in pairwise(found))
    assert len(set(dates)) == len(dates)


@pytest.mark.parametrize("local_time", [time(0, 0), time(2, 15), time(8, 0), time(23, 45)])
@pytest.mark.parametrize(
    "zone",
    [
        *["Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"],
        *["Africa/Casablanca", "America/Havana", "Asia/Beirut"],
    ],
)
def test_ten_years_have_one_run_on_every_date_there_was(zone: str, local_time: time) -> None:
    first, last = date(2007, 1, 1), date(2017, 1, 1)
    begin = datetime.combine(first, time.min, tzinfo=ZoneInfo(zone))
    end = datetime.combine(last, time.min, tzinfo=ZoneInfo(zone))

    found = runs(ZoneInfo(zone), local_time, after=begin - timedelta(microseconds=1), until=end)

    dates = [run.astimezone(ZoneInfo(zone)).date() for run in found]
    there_were = [first + timedelta(days=number) for number in range((last - first).days)]
    if zone == "Pacific/Apia":
        there_were.remove(date(2011, 12, 30))
    assert dates == there_were


@pytest.mark.parametrize(
    ("zone", "local_time", "after", "expected"),
    [
        # Clocks go from 02:00 to 03:00 on 28 March 2027.
        ("Europe/Berlin", time(2, 30), "2027-03-27T12:00+01:00", "2027-03-28T03:00+02:00"),
        # 02:30 comes twice on 31 October 2027; the first one is summer time.
        ("Europe/Berlin", time(2, 30), "2027-10-30T12:00+02:00", "2027-10-31T02:30+02:00"),
        ("Europe/Berlin", time(2, 30), "2027-10-31T02:30+02:00", "2027-11-01T02:30+01:00"),
        # Half an hour, from 02:00 to 02:30, on 3 October 2027.
        ("Australia/Lord_Howe", time(2, 10), "2027-10-02T12:00+10:30", "2027-10-03T02:30+11:00"),
        # Samoa went from the 29th straight to the 31st.
        ("Pacific/Apia", time(8, 0), "2011-12-29T08:00-10:00", "2011-12-31T08:00+14:00"),
        # Midnight itself is skipped on 13 March 2016 in Havana.
        ("America/Havana", time(0, 0), "2016-03-12T12:00-05:00", "2016-03-13T01:00-04:00"),
        ("Asia/Kathmandu", time(8, 0), "2027-01-04T08:00+05:45", "2027-01-05T08:00+05:45"),
    ],
)
def test_days_on_which_the_clocks_change(
    zone: str, local_time: time, after: str, expected: str
) -> None:
    found = next_run(
        after=datetime.fromisoformat(after),
        local_time=local_time,
        weekdays=EVERY_DAY,
        zone=ZoneInfo(zone),
    )

    assert found == datetime.fromisoformat(expected)


def test_without_a_weekday_there_is_no_run() -> None:
    now = datetime(2027, 1, 4, tzinfo=UTC)

    assert next_run(after=now, local_time=time(8), weekdays=[], zone=ZoneInfo("UTC")) is None


@pytest.mark.parametrize(("attempts", "minutes"), [(1, 1), (2, 4), (3, 9), (8, 60), (100, 60)])
def test_waits_grow_up_to_an_hour(attempts: int, minutes: int) -> None:
    now = datetime(2027, 1, 4, tzinfo=UTC)

    assert retry_at(attempts=attempts, at=now) == now + timedelta(minutes=minutes)

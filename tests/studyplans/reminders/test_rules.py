import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyplans.reminders.rules import counted_again, end_of_quiet, next_run, retry_at

ZONES = sorted(available_timezones() - {"Factory", "localtime"})
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
    assert wall.time() == local_time or is_beside_a_gap(run, local_time, zone)


def is_beside_a_gap(run: datetime, local_time: time, zone: ZoneInfo) -> bool:
    """Say whether the clocks skipped the time, and the run is where they landed or took off."""
    wall = run.astimezone(zone)
    wanted = datetime.combine(wall.date(), local_time)
    for edge, is_landing in ((run, True), (run + timedelta(minutes=1), False)):
        before = (edge - timedelta(microseconds=1)).astimezone(zone).replace(tzinfo=None)
        after = edge.astimezone(zone).replace(tzinfo=None)
        ends_the_date = after.date() > wall.date()
        if before < wanted < after and (is_landing or ends_the_date):
            return True
    return False


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
        # In Nuuk the last hour of 25 March 2028 is skipped.
        ("America/Nuuk", time(23, 45), "2028-03-25T12:00-02:00", "2028-03-25T22:59-02:00"),
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

    assert retry_at(attempts=attempts, at=now, chance=0) == now + timedelta(minutes=minutes)


def changes_of(zone: ZoneInfo, *, since: datetime, until: datetime) -> list[datetime]:
    """Return the days around which the zone's clocks change."""
    days = [since + timedelta(days=number) for number in range((until - since).days)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    return [days[number] for number, (one, other) in enumerate(pairwise(offsets)) if one != other]


@pytest.mark.parametrize("first", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
def test_ten_years_of_every_zone_around_its_changes(first: str) -> None:
    """Each local date there is around a change has one run, at its hour or right after the gap."""
    since, until = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)
    chance = random.Random(first)  # noqa: S311  repeatable, not secret
    for zone in (ZoneInfo(name) for name in ZONES if name.startswith(first)):
        some_day = since + timedelta(days=chance.randrange(3600))
        for change in [*changes_of(zone, since=since, until=until), some_day]:
            minute = chance.choice([0, 15, 30, 60, 90, 120, 150, 165, 480, 1425])
            assert_one_run_a_day(zone, time(minute // 60, minute % 60), around=change)


def assert_one_run_a_day(zone: ZoneInfo, local_time: time, *, around: datetime) -> None:
    begin = around - timedelta(days=2)
    found = runs(zone, local_time, after=begin, until=around + timedelta(days=4))
    dates = [run.astimezone(zone).date() for run in found]
    assert dates == [dates[0] + timedelta(days=number) for number in range(len(dates))]
    assert len(dates) in (5, 6, 7)
    for run in found:
        wall = run.astimezone(zone)
        assert wall.time() == local_time or is_beside_a_gap(run, local_time, zone)
        assert wall.time() != local_time or wall.fold == 0


@pytest.mark.parametrize("hours", [-2, -1, 0, 1, 2])
def test_new_zone_rules_move_a_run_and_lose_no_date(hours: int) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    right = datetime(2027, 1, 4, 7, 0, tzinfo=UTC)  # Monday, 08:00
    planned_by_old_rules = right + timedelta(hours=hours)

    found = counted_again(
        planned=planned_by_old_rules, local_time=time(8), weekdays=tuple(EVERY_DAY), zone=berlin
    )

    assert found == right


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2027-01-04T21:59+01:00", None),
        ("2027-01-04T22:00+01:00", "2027-01-05T07:00+01:00"),
        ("2027-01-05T00:30+01:00", "2027-01-05T07:00+01:00"),
        ("2027-01-05T07:00+01:00", None),
        # The night in which the clocks go forward is shorter, its end stays at seven.
        ("2027-03-27T23:00+01:00", "2027-03-28T07:00+02:00"),
    ],
)
def test_quiet_hours_go_over_midnight(now: str, expected: str | None) -> None:
    end = end_of_quiet(
        datetime.fromisoformat(now),
        quiet_from=time(22),
        quiet_until=time(7),
        zone=ZoneInfo("Europe/Berlin"),
    )

    assert end == (datetime.fromisoformat(expected) if expected else None)


def test_quiet_hours_within_a_day() -> None:
    noon = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)

    def end(quiet_from: int, quiet_until: int) -> datetime | None:
        hours = {"quiet_from": time(quiet_from), "quiet_until": time(quiet_until)}
        return end_of_quiet(noon, zone=ZoneInfo("UTC"), **hours)

    assert end(12, 14) == noon.replace(hour=14)
    assert end(10, 12) is None
    assert end(13, 14) is None

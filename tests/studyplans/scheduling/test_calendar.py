"""Weekly windows on the wall clock become disjoint minutes of UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studyplans.scheduling import (
    ImpossibleProblem,
    PlanProblem,
    StudyWindow,
    WeeklyWindow,
    study_windows,
)
from tests.studyplans.scheduling.builders import at, every_day, problem

MINUTE = timedelta(minutes=1)


def expanded(zone: str, day: str, hours: str, days: int = 1) -> list[str]:
    start = datetime.combine(date.fromisoformat(day), time(), tzinfo=ZoneInfo(zone))
    asked = problem(zone=zone, start=start, windows=every_day(hours), horizon_days=days)
    return [
        f"{open_time.starts_at:%d %H:%M}-{open_time.ends_at:%d %H:%M}"
        for open_time in study_windows(asked)
    ]


@pytest.mark.parametrize(
    ("zone", "day", "hours", "in_utc"),
    [
        ("Europe/Berlin", "2027-01-04", "19:00-20:30", ["04 18:00-04 19:30"]),
        ("Europe/Berlin", "2027-07-05", "19:00-20:30", ["05 17:00-05 18:30"]),
        # Berlin skips 02:00-03:00 on 28 March 2027 ...
        ("Europe/Berlin", "2027-03-28", "02:10-02:50", []),
        ("Europe/Berlin", "2027-03-28", "01:30-02:30", ["28 00:30-28 01:00"]),
        ("Europe/Berlin", "2027-03-28", "02:30-03:30", ["28 01:00-28 01:30"]),
        ("Europe/Berlin", "2027-03-28", "01:00-04:00", ["28 00:00-28 02:00"]),
        # ... and shows 02:00-03:00 twice on 31 October.
        ("Europe/Berlin", "2027-10-31", "02:15-02:45", ["31 00:15-31 00:45"]),
        ("Europe/Berlin", "2027-10-31", "02:30-04:00", ["31 00:30-31 01:00", "31 02:00-31 03:00"]),
        ("Europe/Berlin", "2027-10-31", "03:00-04:00", ["31 02:00-31 03:00"]),
        # Lord Howe Island moves by half an hour: 02:00-02:30 on 3 October is skipped.
        ("Australia/Lord_Howe", "2027-10-03", "02:00-02:30", []),
        ("Australia/Lord_Howe", "2027-10-03", "01:00-03:00", ["02 14:30-02 16:00"]),
        ("Australia/Lord_Howe", "2027-04-04", "01:30-02:00", ["03 14:30-03 15:00"]),
        ("Asia/Kathmandu", "2027-01-04", "19:00-20:30", ["04 13:15-04 14:45"]),
        # Samoa left out 30 December 2011 altogether.
        ("Pacific/Apia", "2011-12-30", "09:00-17:00", []),
        ("Pacific/Apia", "2011-12-29", "23:00-23:59", ["30 09:00-30 09:59"]),
        ("Pacific/Apia", "2011-12-31", "00:00-01:00", ["30 10:00-30 11:00"]),
    ],
)
def test_a_window_keeps_to_the_local_clock(
    zone: str, day: str, hours: str, in_utc: list[str]
) -> None:
    assert expanded(zone, day, hours) == in_utc


def test_the_hour_stays_the_same_through_a_clock_change() -> None:
    weekend = expanded("Europe/Berlin", "2027-03-27", "19:00-20:30", days=2)

    assert weekend == ["27 18:00-27 19:30", "28 17:00-28 18:30"]


def test_overlapping_and_touching_windows_merge() -> None:
    windows = ["mon 19:00-20:00", "mon 09:00-12:00", "mon 10:00-11:00", "mon 20:00-20:30"]

    merged = list(study_windows(problem(windows=windows, horizon_days=7)))

    assert merged == [
        StudyWindow(starts_at=at("2027-01-04 09:00"), ends_at=at("2027-01-04 12:00")),
        StudyWindow(starts_at=at("2027-01-04 19:00"), ends_at=at("2027-01-04 20:30")),
    ]


def test_a_day_off_is_empty() -> None:
    asked = problem(days_off=(date(2027, 1, 5),), horizon_days=3)

    assert [open_time.starts_at.day for open_time in study_windows(asked)] == [4, 6]


def test_nothing_opens_before_the_start_and_seconds_round_up() -> None:
    asked = problem(start="2027-01-04 19:10:01", horizon_days=1)

    assert [open_time.starts_at for open_time in study_windows(asked)] == [at("2027-01-04 19:11")]


def test_a_faulty_problem_is_refused_before_the_first_window() -> None:
    with pytest.raises(ImpossibleProblem):
        study_windows(problem(zone="Mars/Olympus"))


ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Antarctica/Troll",
)
CHANGE_DAYS = tuple(
    date.fromisoformat(day)
    for day in ("2011-12-30", "2027-03-28", "2027-10-31", "2027-10-03", "2027-04-04", "2018-11-04")
)
WALL_TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))


def brute_minutes(zone: str, day: date, starts: time, ends: time) -> set[datetime]:
    """Look at every minute around the day and keep those inside, at their first showing."""
    shown: set[datetime] = set()
    inside: set[datetime] = set()
    moment = datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=3)
    for _ in range(6 * 24 * 60):
        local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
        if local.date() == day and starts <= local.time() < ends and local not in shown:
            inside.add(moment)
        shown.add(local)
        moment += MINUTE
    return inside


@settings(deadline=None, max_examples=60)
@given(
    zone=st.sampled_from(ZONES),
    day=st.sampled_from(CHANGE_DAYS) | st.dates(date(1990, 1, 1), date(2036, 12, 31)),
    times=st.tuples(WALL_TIMES, WALL_TIMES).filter(lambda pair: pair[0] != pair[1]).map(sorted),
)
@example(zone="Europe/Berlin", day=date(2027, 10, 31), times=[time(2, 30), time(4, 0)])
@example(zone="Australia/Lord_Howe", day=date(2027, 4, 4), times=[time(1, 0), time(3, 0)])
@example(zone="Antarctica/Troll", day=date(2027, 3, 28), times=[time(0, 0), time(5, 0)])
def test_window_minutes_are_those_a_clock_watcher_counts(
    zone: str, day: date, times: list[time]
) -> None:
    starts, ends = times
    asked = PlanProblem(
        zone=zone,
        start=datetime.combine(day - timedelta(days=1), time(), tzinfo=ZoneInfo(zone)),
        horizon_days=3,
        windows=(WeeklyWindow(weekday=day.weekday(), starts_at=starts, ends_at=ends),),
        milestones=(),
    )

    opened = [
        open_time.starts_at + number * MINUTE
        for open_time in study_windows(asked)
        for number in range((open_time.ends_at - open_time.starts_at) // MINUTE)
    ]

    assert len(opened) == len(set(opened))
    assert set(opened) == brute_minutes(zone, day, starts, ends)

"""Special days, busy time and days off change the minutes there are to study."""

from datetime import date, timedelta

import pytest

from studyplans.scheduling import Interval, PlanProblem, SpecialDay, plan, study_windows
from tests.studyplans.scheduling.builders import (
    at,
    every_day,
    milestone,
    pin,
    problem,
    slot,
    written,
)

TUESDAY = date(2027, 1, 5)


def opened(asked: PlanProblem) -> list[str]:
    return [f"{w.starts_at:%d %H:%M}-{w.ends_at:%H:%M}" for w in study_windows(asked)]


def special(day: date, *slots: str) -> SpecialDay:
    return SpecialDay(date=day, slots=tuple(map(slot, slots)))


def busy(starts: str, ends: str) -> Interval:
    return Interval(starts_at=at(f"2027-01-{starts}"), ends_at=at(f"2027-01-{ends}"))


def test_a_special_day_has_its_own_slots_instead_of_the_windows() -> None:
    asked = problem(special_days=(special(TUESDAY, "10:00-11:00", "10:30-12:00"),), horizon_days=3)

    assert opened(asked) == ["04 19:00-20:30", "05 10:00-12:00", "06 19:00-20:30"]


def test_a_special_day_may_be_empty_or_the_only_day_there_is() -> None:
    assert opened(problem(special_days=(special(TUESDAY),), horizon_days=2)) == ["04 19:00-20:30"]
    assert opened(problem(special_days=(special(TUESDAY, "10:00-11:00"),), windows=[])) == [
        "05 10:00-11:00"
    ]


def test_a_day_off_is_off_even_if_it_is_special() -> None:
    asked = problem(
        special_days=(special(TUESDAY, "10:00-11:00"),), days_off=(TUESDAY,), horizon_days=2
    )

    assert opened(asked) == ["04 19:00-20:30"]


@pytest.mark.parametrize(
    ("interval", "left"),
    [
        (busy("04 19:30", "04 20:00"), ["04 19:00-19:30", "04 20:00-20:30"]),
        (busy("04 18:00", "04 19:10"), ["04 19:10-20:30"]),
        (busy("04 20:00:30", "04 20:00:31"), ["04 19:00-20:00", "04 20:01-20:30"]),
        (busy("03 00:00", "05 00:00"), []),
    ],
)
def test_busy_time_is_cut_out(interval: Interval, left: list[str]) -> None:
    assert opened(problem(busy=(interval,), horizon_days=1)) == left


def test_busy_intervals_may_overlap_and_span_windows() -> None:
    intervals = (busy("04 20:00", "05 19:30"), busy("04 19:45", "04 20:10"))

    assert opened(problem(busy=intervals, horizon_days=2)) == ["04 19:00-19:45", "05 19:30-20:30"]


def test_windows_that_a_skipped_hour_parts_are_one_session() -> None:
    asked = problem(
        milestone("a", 60),
        zone="Europe/Berlin",
        start=at("2027-03-28 00:00"),
        windows=["sun 01:30-03:30"],
        horizon_days=1,
    )

    assert written(plan(asked)) == ["a 28 00:30-01:30"]


def test_a_year_is_expanded_once_and_shared_between_plans() -> None:
    first, second = problem(horizon_days=10), problem(start=at("2027-01-06 00:00"), horizon_days=8)

    assert opened(first)[2:] == opened(second)


def test_plans_run_over_the_turn_of_the_year() -> None:
    asked = problem(milestone("a", 180), start=at("2027-12-31 00:00"), horizon_days=3)

    assert written(plan(asked)) == ["a 31 19:00-20:30", "a 01 19:00-20:30"]


def test_a_start_inside_a_window_is_not_a_new_window() -> None:
    """Else the rest that a plan had left free would be used as soon as one looks again."""
    started = problem(milestone("a", 70, 0), milestone("b", 60, 1))
    later = problem(milestone("b", 60, 1), start=at("2027-01-04 20:10"))

    assert written(plan(started))[1:] == written(plan(later)) == ["b 05 19:00-20:00"]


def test_the_days_of_a_pin_stay_open_in_study_windows() -> None:
    asked = problem(milestone("a"), pinned=(pin("a", "2027-01-04 19:00-20:00"),), horizon_days=1)

    assert opened(asked) == ["04 19:00-20:30"]


def test_a_century_of_days_is_fetched_no_further_than_needed() -> None:
    asked = problem(milestone("a"), windows=every_day("19:00-20:00"), horizon_days=36_525)

    assert plan(asked).finish == at("2027-01-04 20:00")
    assert next(study_windows(asked)).ends_at - at("2027-01-04 19:00") == timedelta(hours=1)

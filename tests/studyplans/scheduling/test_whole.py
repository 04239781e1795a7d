"""Milestones that are not to be split lie in one session."""

from studyplans.scheduling import plan
from tests.studyplans.scheduling.builders import at, every_day, milestone, problem, written


def test_what_does_not_fit_waits_and_what_fits_goes_ahead() -> None:
    answer = plan(
        problem(
            milestone("a", 60, 0),
            milestone("exam", 60, 1, whole=True),
            milestone("b", 30, 2),
        )
    )

    assert written(answer) == ["a 04 19:00-20:00", "b 04 20:00-20:30", "exam 05 19:00-20:00"]


def test_a_filler_gives_way_at_the_next_session() -> None:
    answer = plan(
        problem(
            milestone("a", 60, 0),
            milestone("exam", 60, 1, whole=True),
            milestone("b", 90, 2),
        )
    )

    assert written(answer) == [
        "a 04 19:00-20:00",
        "b 04 20:00-20:30",
        "exam 05 19:00-20:00",
        "b 05 20:00-20:30",
        "b 06 19:00-19:30",
    ]


def test_a_session_stays_short_when_nothing_else_fits() -> None:
    answer = plan(problem(milestone("a", 60, 0), milestone("exam", 60, 1, whole=True)))

    assert written(answer) == ["a 04 19:00-20:00", "exam 05 19:00-20:00"]


def test_what_is_longer_than_any_session_is_unplaced_and_named() -> None:
    answer = plan(
        problem(
            milestone("exam", 91, 0, whole=True),
            milestone("a", 60, 1),
            milestone("after", 10, 2, requires=("exam",)),
            horizon_days=30,
        )
    )

    assert answer.unplaced == ("exam", "after")
    assert written(answer) == ["a 04 19:00-20:00"]


def test_it_waits_for_the_long_session_of_the_week() -> None:
    windows = [*every_day("19:00-20:00"), "sat 09:00-12:00"]

    answer = plan(
        problem(
            milestone("exam", 120, 0, whole=True, due=at("2027-01-09 12:00")),
            milestone("a", 300, 1),
            windows=windows,
        )
    )

    assert "exam 09 09:00-11:00" in written(answer)
    assert answer.feasible

"""Reviews come back inside the week's minutes, and never at the price of a date."""

from studyplans.scheduling import Plan, Review, plan
from tests.studyplans.scheduling.builders import (
    at,
    milestone,
    minutes_of,
    problem,
    written,
)


def review(key: str, minutes: int, due: str = "01-01 00:00", overdue_rank: int = 0) -> Review:
    return Review(key=key, minutes=minutes, due=at(f"2027-{due}"), overdue_rank=overdue_rank)


def reviews_of(answer: Plan) -> list[str]:
    return [f"{one.key} {one.starts_at:%d %H:%M}-{one.ends_at:%H:%M}" for one in answer.reviews]


def test_a_due_review_opens_the_session() -> None:
    answer = plan(problem(milestone("a", 90), reviews=(review("r", 10),)))

    assert reviews_of(answer) == ["r 04 19:00-19:10"]
    assert written(answer) == ["a 04 19:10-20:30", "a 05 19:00-19:10"]


def test_a_review_waits_until_it_is_due() -> None:
    answer = plan(problem(milestone("a", 400), reviews=(review("r", 10, "01-05 19:01"),)))

    assert reviews_of(answer) == ["r 06 19:00-19:10"]


def test_the_most_overdue_comes_first_and_a_backlog_is_spread() -> None:
    backlog = tuple(review(f"r{n}", 10, overdue_rank=-n) for n in range(4))

    answer = plan(problem(milestone("a", 900), reviews=backlog))

    # A fifth of ninety minutes a day: one review of ten minutes, not four.
    assert reviews_of(answer) == [
        "r3 04 19:00-19:10",
        "r2 05 19:00-19:10",
        "r1 06 19:00-19:10",
        "r0 07 19:00-19:10",
    ]


def test_no_week_gives_more_than_its_percentage() -> None:
    backlog = tuple(review(f"r{n:02}", 15) for n in range(40))

    answer = plan(
        problem(windows=["mon 19:00-20:30"], reviews=backlog, review_percent=20, horizon_days=70)
    )

    assert [minutes_of(one) for one in answer.reviews] == [15] * 10
    assert len({one.starts_at.date() for one in answer.reviews}) == 10


def test_a_review_longer_than_the_week_allows_does_not_hold_up_the_others() -> None:
    answer = plan(
        problem(
            windows=["mon 19:00-20:00"],
            reviews=(review("long", 15), review("short", 5, overdue_rank=1)),
            horizon_days=28,
        )
    )

    assert reviews_of(answer) == ["short 04 19:00-19:05"]


def test_reviews_yield_to_a_date_and_come_after_it() -> None:
    exam = milestone("exam", 180, due=at("2027-01-05 20:30"))

    answer = plan(problem(exam, milestone("a", 100, 1), reviews=(review("r", 10),)))

    assert answer.feasible
    assert reviews_of(answer) == ["r 06 19:00-19:10"]


def test_reviews_yield_to_a_date_behind_a_release() -> None:
    exam = milestone("exam", 90, not_before=at("2027-01-05 00:00"), due=at("2027-01-05 20:30"))

    answer = plan(problem(exam, reviews=(review("r", 10, "01-05 00:00"),)))

    assert answer.feasible
    assert reviews_of(answer) == ["r 06 19:00-19:10"]


def test_reviews_push_nothing_out_of_the_horizon() -> None:
    answer = plan(problem(milestone("a", 180), reviews=(review("r", 10),), horizon_days=2))

    assert answer.unplaced == ()
    assert answer.reviews == ()


def test_none_are_planned_at_nought_percent() -> None:
    answer = plan(problem(reviews=(review("r", 1),), review_percent=0, horizon_days=50))

    assert answer.reviews == ()


def test_a_week_is_the_learners_week() -> None:
    """In Auckland it is Monday already while it is still Sunday in UTC."""
    asked = problem(
        zone="Pacific/Auckland",
        start=at("2027-01-02 11:00"),
        windows=["sun 07:00-08:00", "mon 07:00-08:00", "tue 07:00-08:00"],
        reviews=(review("r", 24),),
        horizon_days=3,
    )

    # Sunday alone would give twelve minutes; Monday's week has two hours.
    assert reviews_of(plan(asked)) == ["r 03 18:00-18:24"]

"""Several paths in one week: each gets its share, unless a date needs the time."""

from collections import Counter

import pytest

from studyplans.scheduling import PathShare, Plan, PlanMilestone, plan
from tests.studyplans.scheduling.builders import at, milestone, minutes_of, problem


def path(name: str, count: int, minutes: int = 100, **ties: object) -> list[PlanMilestone]:
    first = 0 if name == "a" else 1000
    return [
        milestone(f"{name}{number:03}", minutes, first + number, path=name, **ties)
        for number in range(count)
    ]


def shares(**weights: int) -> tuple[PathShare, ...]:
    return tuple(PathShare(path=name, weight=weight) for name, weight in weights.items())


def minutes_by_path(answer: Plan, week: int) -> Counter[str]:
    spent: Counter[str] = Counter()
    for session in answer.sessions:
        if (session.starts_at - at("2027-01-04 00:00")).days // 7 == week:
            spent[session.key[0]] += minutes_of(session)
    return spent


@pytest.mark.parametrize(("weights", "of_b"), [((1, 1), 315), ((3, 1), 157), ((9, 1), 63)])
def test_every_week_is_shared_by_weight(weights: tuple[int, int], of_b: int) -> None:
    answer = plan(
        problem(
            *path("a", 60),
            *path("b", 60),
            shares=shares(a=weights[0], b=weights[1]),
            minimum_piece_minutes=0,
        )
    )

    for week in range(4):
        assert sum(minutes_by_path(answer, week).values()) == 630
        assert minutes_by_path(answer, week)["b"] == pytest.approx(of_b, abs=30)


def test_a_long_milestone_does_not_keep_the_other_path_waiting() -> None:
    answer = plan(problem(*path("a", 1, 6000), *path("b", 1, 6000), shares=shares(a=1, b=1)))

    for week in range(4):
        assert minutes_by_path(answer, week)["b"] == pytest.approx(315, abs=30)


def test_a_path_that_is_done_leaves_its_share_to_the_others() -> None:
    answer = plan(problem(*path("a", 3, 90), *path("b", 30, 90), shares=shares(a=1, b=1)))

    assert minutes_by_path(answer, 1) == {"b": 630}


def test_a_date_takes_the_week_it_needs() -> None:
    exam = milestone("exam", 600, 0, path="e", due=at("2027-01-11 00:00"))

    answer = plan(problem(exam, *path("b", 30), shares=shares(e=1, b=9)))

    assert answer.feasible
    assert minutes_by_path(answer, 0)["e"] == 600


def test_without_a_weight_a_path_waits_until_the_others_are_done() -> None:
    answer = plan(problem(*path("a", 10), *path("b", 10), shares=shares(a=0, b=1)))

    keys = [session.key[0] for session in answer.sessions]
    assert keys.index("a") > max(place for place, key in enumerate(keys) if key == "b")


def test_weeks_that_have_been_missed_are_not_made_up_for() -> None:
    """A path that had nothing to do for a while does not push the other aside afterwards."""
    waiting = path("b", 60, 90, not_before=at("2027-02-01 00:00"))

    answer = plan(problem(*path("a", 60, 90), *waiting, shares=shares(a=1, b=1)))

    assert minutes_by_path(answer, 3) == {"a": 630}
    for week in (4, 5, 6):
        assert minutes_by_path(answer, week)["a"] == pytest.approx(315, abs=30)


def test_a_small_share_gets_a_piece_now_and_then_rather_than_minutes_every_week() -> None:
    answer = plan(problem(*path("a", 200), *path("b", 60), shares=shares(a=200, b=1)))

    pieces = [minutes_of(session) for session in answer.sessions if session.key[0] == "b"]
    assert min(pieces[:6]) >= 25
    for first in range(12):
        assert sum(minutes_by_path(answer, first + week)["b"] for week in range(4)) >= 630 * 4 / 402

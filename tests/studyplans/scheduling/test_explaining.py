"""Why a milestone is when it is: every reason given is true."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest

from studyplans.scheduling import (
    ImpossibleProblem,
    Interval,
    PathShare,
    Pin,
    Plan,
    PlanProblem,
    Review,
    Slot,
    SpecialDay,
    plan,
)
from studyplans.scheduling.causes import Cause
from studyplans.scheduling.explaining import explain
from tests.studyplans.scheduling.builders import at, milestone, problem
from tests.studyplans.scheduling.oracles import START, dices, some_milestones, some_windows

LATER = at("2028-01-01 00:00")


def sentence(key: str, *milestones: Any, **changes: Any) -> str:
    return explain(plan(problem(*milestones, **changes)), key).sentence


def test_nothing_holds_back_what_comes_first() -> None:
    assert sentence("a", milestone("a")) == (
        "a begins on Monday 4 January 2027 at 19:00: nothing holds it back."
    )


def test_a_prerequisite_is_named() -> None:
    made = milestone("x", 90, 5), milestone("a", 60, 0, requires=("x",))

    assert sentence("a", *made) == (
        "a begins on Tuesday 5 January 2027 at 19:00: it comes after x."
    )


def test_the_prerequisite_that_is_done_last_is_the_one_named() -> None:
    made = (
        milestone("x", 90, 5),
        milestone("y", 90, 6, requires=("x",)),
        milestone("a", 60, 0, requires=("x", "y")),
    )

    assert "it comes after y." in sentence("a", *made)


def test_prerequisites_are_named_together_when_each_alone_changes_nothing() -> None:
    moment = at("2027-01-08 12:00")
    made = (
        milestone("exam", 0, 1, not_before=moment),
        milestone("talk", 0, 2, not_before=moment),
        milestone("a", 60, 0, requires=("exam", "talk")),
    )

    assert "it comes after exam and talk." in sentence("a", *made)


def test_the_day_before_which_it_cannot_begin_is_named() -> None:
    made = milestone("a", not_before=at("2027-01-06 12:00"))

    assert "it cannot begin before 6 January 2027" in sentence("a", made)


def test_a_date_that_pulls_it_forward_is_named() -> None:
    due = at("2027-01-05 23:00")
    made = (
        milestone("b", 90, 0),
        milestone("a", 60, 1),
        milestone("exam", 0, 2, requires=("a",), due=due),
        milestone("c", 90, 3, due=due),
    )

    assert "it has to be done for exam, due on 5 January 2027" in sentence("a", *made)


def test_its_own_date_is_told_plainly() -> None:
    due = at("2027-01-05 00:00")

    told = sentence("a", milestone("b", 90, 0), milestone("a", 60, 1, due=due))

    assert told == "a begins on Monday 4 January 2027 at 19:00: it is due on 5 January 2027."


def test_a_date_that_pushes_it_back_is_named() -> None:
    due = at("2027-01-05 00:00")

    told = sentence("a", milestone("exam", 90, 1, due=due), milestone("a", 60, 0))

    assert "the work for exam, due on 5 January 2027, goes first" in told


def test_the_order_and_the_full_days_are_told() -> None:
    made = [milestone(key, 180, at) for at, key in enumerate("xyz")]

    told = sentence("z", *made, windows=["sat 09:00-12:00"])

    assert told == (
        "z begins on Saturday 23 January 2027 at 09:00: "
        "your order puts y first and your Saturdays are full until 23 January 2027."
    )


def test_a_day_with_room_left_is_not_called_full() -> None:
    made = milestone("x", 60), milestone("a", 60, not_before=at("2027-01-06 00:00"))

    assert "full" not in sentence("a", *made)


def test_what_is_pinned_says_so() -> None:
    pin = Pin(key="a", starts_at=at("2027-01-05 12:00"), ends_at=at("2027-01-05 13:00"))

    told = sentence("a", milestone("a"), pinned=(pin,))

    assert told == "a begins on Tuesday 5 January 2027 at 12:00: you pinned it there."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"days_off": (date(2027, 1, 4),)}, "days off come before it"),
        ({"special_days": (SpecialDay(date=date(2027, 1, 4), slots=()),)}, "special days"),
        (
            {"busy": (Interval(starts_at=at("2027-01-04 12:00"), ends_at=at("2027-01-04 22:00")),)},
            "your calendar is busy before it",
        ),
        (
            {
                "pinned": (
                    Pin(
                        key="other",
                        starts_at=at("2027-01-04 19:00"),
                        ends_at=at("2027-01-04 20:30"),
                    ),
                )
            },
            "sessions you pinned go first",
        ),
        (
            {
                "reviews": (Review(key="r", minutes=15, due=at("2027-01-01 00:00")),),
            },
            "reviews take a part of your time",
        ),
    ],
)
def test_what_takes_the_time_away_is_named(changes: dict[str, Any], words: str) -> None:
    assert words in sentence("a", milestone("a", 60), milestone("other", 90, 5), **changes)


def test_a_share_of_the_week_is_named() -> None:
    made = [milestone(f"a{n}", 90, n, path="maths") for n in range(6)]
    others = [milestone(f"b{n}", 90, 10 + n, path="cloud") for n in range(6)]
    shares = PathShare(path="maths", weight=1), PathShare(path="cloud", weight=3)

    told = sentence("a5", *made, *others, shares=shares)

    assert "your other paths have their share of the week" in told


def test_what_has_no_place_says_so() -> None:
    told = sentence("b", milestone("a", 90), milestone("b", 90, 1), horizon_days=1)

    assert told == "b has no study time in this plan: your order puts a first."


def test_names_and_local_dates_are_used() -> None:
    answer = plan(
        problem(
            milestone("math.vec", 90),
            milestone("math.mat", 60, 1, requires=("math.vec",)),
            zone="Asia/Tokyo",
            windows=["mon 08:00-09:30", "wed 08:00-09:30"],
        )
    )

    explained = explain(answer, "math.mat", {"math.vec": "Vectors", "math.mat": "Matrices"})

    assert explained.sentence == (
        "Matrices begins on Wednesday 6 January 2027 at 09:00: it comes after Vectors."
    )


def test_an_unknown_milestone_is_refused() -> None:
    with pytest.raises(ImpossibleProblem, match='no milestone has the key "ghost"'):
        explain(plan(problem()), "ghost")


def some_problem(dice: Random) -> PlanProblem:
    special = SpecialDay(date=date(2027, 1, 6), slots=(Slot(starts_at=time(9), ends_at=time(10)),))
    busy = Interval(starts_at=START, ends_at=START + timedelta(hours=dice.randint(1, 80)))
    return PlanProblem(
        zone="Europe/Berlin",
        start=START,
        horizon_days=60,
        windows=some_windows(dice),
        milestones=some_milestones(dice, 6),
        days_off=dice.choice(((), (date(2027, 1, 5),))),
        special_days=dice.choice(((), (special,))),
        busy=dice.choice(((), (busy,))),
    )


def test_without_the_cause_named_it_comes_at_another_time() -> None:
    kinds = set()
    for dice in dices("explain", 80):
        answer = plan(some_problem(dice))
        for key in {session.key for session in answer.sessions}:
            for cause in explain(answer, key).causes:
                kinds.add(cause.kind)
                assert is_true(answer, key, cause), (answer.problem, key, cause)

    assert kinds >= {"after", "not_before", "needed_for", "yields_to", "order", "full", "busy"}


def is_true(answer: Plan, key: str, cause: Cause) -> bool:
    if cause.kind == "full":
        return not has_room_before(answer, key, cause)
    freed = beginning(plan(relieved(answer.problem, key, cause)), key)
    if cause.kind == "after":
        freed = min(freed, beginning(plan(gone(answer.problem, cause.keys)), key))
    if cause.kind == "needed_for":
        return freed > beginning(answer, key)
    return freed < beginning(answer, key)


def beginning(answer: Plan, key: str) -> datetime:
    return next((each.starts_at for each in answer.sessions if each.key == key), LATER)


def relieved(asked: PlanProblem, key: str, cause: Cause) -> PlanProblem:
    """Take away what the cause names, by hand."""
    if cause.kind in ("days_off", "special_days", "busy"):
        emptied: dict[str, Any] = {cause.kind: ()}
        return replace(asked, **emptied)
    made = []
    for each in asked.milestones:
        if each.key == key and cause.kind == "not_before":
            each = replace(each, not_before=None)
        if each.key == key and cause.kind == "after":
            each = replace(each, requires=tuple(set(each.requires) - set(cause.keys)))
        if each.key in cause.keys and cause.kind in ("needed_for", "yields_to"):
            each = replace(each, due=None)
        made.append(each)
    relieved = replace(asked, milestones=tuple(made))
    return gone(relieved, cause.keys) if cause.kind == "order" else relieved


def gone(asked: PlanProblem, keys: tuple[str, ...]) -> PlanProblem:
    """Take milestones away altogether."""
    staying = (each for each in asked.milestones if each.key not in keys)
    return replace(
        asked,
        milestones=tuple(
            replace(each, requires=tuple(set(each.requires) - set(keys))) for each in staying
        ),
    )


def has_room_before(answer: Plan, key: str, cause: Cause) -> bool:
    """Tell whether a milestone as short as a session can be would fit in before the day."""
    assert cause.moment
    shortest = milestone("probe", answer.problem.minimum_piece_minutes, 99)
    taken = tuple(
        Interval(starts_at=each.starts_at, ends_at=each.ends_at) for each in answer.sessions
    )
    probed = plan(
        replace(
            answer.problem,
            milestones=(shortest,),
            busy=(*answer.problem.busy, *taken),
            start=max([START, *readiness(answer, key)]),
        )
    )
    return probed.sessions[0].starts_at.date() < cause.moment.date() if probed.sessions else False


def readiness(answer: Plan, key: str) -> list[datetime]:
    """List the moments a milestone has to wait for."""
    (one,) = (each for each in answer.problem.milestones if each.key == key)
    ends = [each.ends_at for each in answer.sessions if each.key in one.requires]
    return [*ends, *([one.not_before] if one.not_before else [])]

"""A new plan is the plan from scratch, and its receipt says what moved."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest

from studyplans.scheduling import (
    ImpossibleProblem,
    Interval,
    Pin,
    Plan,
    PlanProblem,
    Slot,
    SpecialDay,
    plan,
)
from studyplans.scheduling.receipts import FinishChange, Move, Stay, receipt
from studyplans.scheduling.replanning import Change, changed, keeping_order, order_of, replan
from studyplans.scheduling.wire import plan_to_json
from tests.studyplans.scheduling.builders import at, milestone, problem, window, written
from tests.studyplans.scheduling.oracles import (
    START,
    dices,
    lateness_in_order,
    some_milestones,
    some_windows,
)


def some_problem(dice: Random, **changes: Any) -> PlanProblem:
    fields: dict[str, Any] = {
        "zone": "Europe/Berlin",
        "start": START,
        "horizon_days": 120,
        "windows": some_windows(dice),
        "milestones": some_milestones(dice, 8),
        "minimum_piece_minutes": dice.choice((0, 25, 40)),
    }
    return PlanProblem(**(fields | changes))


def some_change(dice: Random, before: Plan) -> Change:
    keys = [each.key for each in before.problem.milestones]
    some = dice.sample(keys, min(2, len(keys)))
    return dice.choice(
        (
            Change(start=START + timedelta(minutes=dice.randint(0, 10_000))),
            Change(finished=tuple(some)),
            Change(removed=tuple(some)),
            Change(minutes_left=dict.fromkeys(some, dice.randint(0, 200))),
            Change(dues=dict.fromkeys(some, START + timedelta(days=dice.randint(0, 20)))),
            Change(windows=some_windows(dice)),
            Change(days_off=(date(2027, 1, 5), date(2027, 1, 6))),
            Change(added=(milestone("new", 60, 3, requires=tuple(some)),)),
            Change(style="steady"),
        )
    )


def ends(answer: Plan) -> dict[str, datetime]:
    return {session.key: session.ends_at for session in answer.sessions}


def evenings(*keys: str, **changes: Any) -> PlanProblem:
    """Return milestones of an evening each, in this order."""
    return problem(*(milestone(key, 90, at) for at, key in enumerate(keys)), **changes)


def test_a_new_plan_is_the_plan_from_scratch() -> None:
    for dice in dices("replan", 150):
        before = plan(some_problem(dice))
        change = replace(some_change(dice, before), keep_order=dice.random() < 0.5)

        after, said = replan(before, change)

        assert after == plan(after.problem)
        assert after.problem == changed(before, change)
        assert said == receipt(before, after)


def test_what_is_asked_in_the_order_of_a_plan_gives_that_plan_again() -> None:
    for dice in dices("same order", 150):
        before = plan(some_problem(dice, milestones=some_milestones(dice, 8, releases=False)))

        after, said = replan(before, Change())

        assert after.sessions == before.sessions
        assert said.changes_nothing


def test_the_old_order_stays_while_it_still_meets_the_dates() -> None:
    kept = 0
    for dice in dices("slip", 150):
        made = some_milestones(dice, 6, releases=False, events=False)
        before = plan(some_problem(dice, milestones=made))
        slip = Change(start=START + timedelta(days=1))
        if lateness_in_order(changed(before, slip), order_of(before)) <= 0:
            kept += 1
            slipped, _ = replan(before, slip)
            assert order_of(slipped) == order_of(before)

    assert kept > 30


def test_more_time_does_not_shuffle_what_a_date_put_first() -> None:
    due = at("2027-01-06 00:00")
    urgent = milestone("urgent", 180, 9, due=due)
    before = plan(problem(milestone("long", 180, 0), urgent))

    after, _ = replan(before, Change(dues={"urgent": at("2027-03-01 00:00")}))
    as_authored, _ = replan(before, Change(dues={"urgent": None}, keep_order=False))

    assert order_of(after) == ["urgent", "long"]
    assert order_of(as_authored) == ["long", "urgent"]


def test_checking_off_on_plan_moves_nothing() -> None:
    for dice in dices("on plan", 100):
        made = some_milestones(dice, 8, releases=False, events=False)
        asked = some_problem(dice, milestones=made)
        before = plan(asked)
        if not before.feasible or not before.sessions:
            continue
        done = dice.choice(before.sessions)
        after, said = replan(before, on_plan(before, done.ends_at))

        rest = [each for each in before.sessions if each.starts_at >= done.ends_at]
        assert list(after.sessions) == rest, asked
        assert not said.moves
        assert after.finish == before.finish or not rest


def on_plan(before: Plan, now: datetime) -> Change:
    """Return the change of a learner who did exactly what was planned until now."""
    spent = dict.fromkeys((each.key for each in before.problem.milestones), 0)
    for session in before.sessions:
        if session.ends_at <= now:
            spent[session.key] += (session.ends_at - session.starts_at) // timedelta(minutes=1)
    last = ends(before)
    left = {
        each.key: each.minutes - spent[each.key]
        for each in before.problem.milestones
        if each.minutes and last[each.key] > now
    }
    finished = tuple(key for key, moment in last.items() if moment <= now)
    return Change(start=now, finished=finished, minutes_left=left)


def test_what_is_pinned_never_moves() -> None:
    pin = Pin(key="b", starts_at=at("2027-01-07 12:00"), ends_at=at("2027-01-07 13:00"))
    before = plan(evenings("a", "b", "c", pinned=(pin,)))

    after, said = replan(
        before, Change(start=at("2027-01-06 00:00"), windows=(window("fri 19:00-20:30"),))
    )

    pinned = [each for each in after.sessions if each.pinned]
    assert [(each.key, each.starts_at, each.ends_at) for each in pinned] == [
        ("b", pin.starts_at, pin.ends_at)
    ]
    assert {move.key for move in said.moves} == {"a", "b", "c"}


def test_a_pin_that_is_over_is_forgotten() -> None:
    pin = Pin(key="a", starts_at=at("2027-01-04 12:00"), ends_at=at("2027-01-04 13:00"))
    before = plan(evenings("a", "b", pinned=(pin,)))

    after, _ = replan(before, Change(start=at("2027-01-05 00:00"), minutes_left={"a": 30}))

    assert after.problem.pinned == ()
    assert written(after) == ["a 05 19:00-19:30", "b 05 19:30-20:30", "b 06 19:00-19:30"]


def test_taking_a_change_back_gives_the_first_plan_byte_for_byte() -> None:
    for dice in dices("undo", 60):
        before = plan(some_problem(dice))
        change = Change(
            windows=some_windows(dice),
            days_off=(date(2027, 1, 8),),
            special_days=(
                SpecialDay(
                    date=date(2027, 1, 9), slots=(Slot(starts_at=time(8), ends_at=time(9)),)
                ),
            ),
            busy=(Interval(starts_at=START, ends_at=START + timedelta(days=2)),),
            keep_order=False,
        )
        after, _ = replan(before, change)
        back = Change(
            windows=before.problem.windows, days_off=(), special_days=(), busy=(), keep_order=False
        )

        again, said = replan(after, back)

        assert plan_to_json(again) == plan_to_json(before)
        assert said.finish.after == before.finish


def test_the_receipt_names_moves_with_their_days() -> None:
    before = plan(evenings("a", "b"))

    _, said = replan(before, Change(days_off=(date(2027, 1, 5),)))

    assert said.stayed == ("a",)
    assert said.moves == (
        Move(
            key="b",
            before=Stay(at("2027-01-05 19:00"), at("2027-01-05 20:30")),
            after=Stay(at("2027-01-06 19:00"), at("2027-01-06 20:30")),
            days=1,
        ),
    )
    assert said.finish == FinishChange(
        before=at("2027-01-05 20:30"), after=at("2027-01-06 20:30"), days=1
    )
    assert not said.changes_nothing


def test_the_receipt_names_what_came_and_went() -> None:
    before = plan(evenings("a", "b", "c", horizon_days=2))

    _, shorter = replan(before, Change(removed=("a",), added=(milestone("d", 90, 9),)))
    _, longer = replan(before, Change(minutes_left={"a": 180}))

    assert (shorter.added, shorter.removed) == (("d",), ("a",))
    assert (shorter.came_in, shorter.dropped_out) == (("c",), ())
    assert (longer.came_in, longer.dropped_out) == ((), ("b",))
    assert longer.finish == FinishChange(before=None, after=None, days=None)


def test_the_receipt_names_who_is_late_now_and_who_no_longer_is() -> None:
    due = at("2027-01-06 00:00")
    before = plan(problem(milestone("a", 90, 0), milestone("b", 90, 1, due=due)))

    late, worse = replan(before, Change(start=at("2027-01-05 20:00")))
    _, better = replan(late, Change(dues={"b": None}))

    assert worse.newly_late == ("b",)
    assert better.in_time_again == ("b",)


def test_the_receipt_tells_each_path_apart() -> None:
    before = plan(problem(milestone("a", 90, 0, path="maths"), milestone("b", 90, 1, path="cloud")))

    _, said = replan(before, Change(minutes_left={"b": 180}))

    assert said.paths["maths"].days == 0
    assert said.paths["cloud"] == FinishChange(
        before=at("2027-01-05 20:30"), after=at("2027-01-06 20:30"), days=1
    )


def test_a_path_that_no_longer_fits_has_no_finish() -> None:
    made = milestone("a", 90, 0, path="maths"), milestone("b", 90, 1, path="maths")

    _, said = replan(plan(problem(*made, horizon_days=2)), Change(minutes_left={"a": 180}))

    assert said.paths["maths"] == FinishChange(before=at("2027-01-05 20:30"), after=None, days=None)


def test_a_session_under_way_has_not_moved() -> None:
    before = plan(evenings("a"))

    _, said = replan(before, Change(start=at("2027-01-04 19:30"), minutes_left={"a": 60}))

    assert said.stayed == ("a",)


def test_a_session_missed_has_moved() -> None:
    before = plan(evenings("a"))

    _, said = replan(before, Change(start=at("2027-01-05 00:00")))

    (move,) = said.moves
    assert (move.before.starts_at, move.days) == (at("2027-01-04 19:00"), 1)


def test_days_are_counted_on_the_local_clock() -> None:
    late_evening = problem(
        milestone("a", 60), zone="America/New_York", windows=["mon 20:00-21:00", "tue 17:00-18:00"]
    )

    _, said = replan(plan(late_evening), Change(start=at("2027-01-05 12:00")))

    # From Monday evening to Tuesday evening, though both end on Tuesday in UTC.
    assert said.moves[0].days == 1


def test_what_an_order_does_not_name_goes_where_its_author_put_it() -> None:
    asked = problem(*(milestone(key, 30, at) for at, key in enumerate("abcde")))

    kept = keeping_order(asked, ["d", "c", "a"])

    ranks = {each.key: each.rank for each in kept.milestones}
    assert sorted(ranks, key=ranks.__getitem__) == ["b", "d", "c", "a", "e"]


@pytest.mark.parametrize("name", ["finished", "removed", "minutes_left", "dues"])
def test_a_change_of_something_unknown_is_refused(name: str) -> None:
    value: Any = {"ghost": None} if name in ("minutes_left", "dues") else ("ghost",)
    with pytest.raises(ImpossibleProblem, match=f'change.{name}: no milestone has the key "ghost"'):
        replan(plan(evenings("a")), Change(**{name: value}))


def test_a_change_that_makes_no_sense_is_refused() -> None:
    with pytest.raises(ImpossibleProblem, match="negative"):
        replan(plan(evenings("a")), Change(minutes_left={"a": -1}))

"""The engine against answers found by trying everything, and against a general solver.

MILEPOST_ORACLE_INSTANCES=10000 asks for more random instances of each kind than usual.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from studyplans.scheduling import (
    Interval,
    PlanProblem,
    Slot,
    SpecialDay,
    WeeklyWindow,
    plan,
    slack,
    study_windows,
)
from studyplans.scheduling.dropping import drop_optional
from studyplans.scheduling.more_minutes import more_minutes, with_more_minutes
from studyplans.scheduling.slack import FEW
from tests.studyplans.scheduling.builders import milestone, problem
from tests.studyplans.scheduling.oracles import (
    MINUTE,
    START,
    dices,
    first_order_on_time,
    least_max_lateness,
    open_minutes,
    some_milestones,
    some_windows,
    units_of,
)


def some_problem(dice: Random, most: int = 4, **changes: Any) -> PlanProblem:
    return PlanProblem(
        zone=dice.choice(("UTC", "Asia/Tokyo", "Europe/Berlin")),
        start=START,
        horizon_days=35,
        windows=some_windows(dice),
        milestones=some_milestones(dice, most, **changes),
        minimum_piece_minutes=dice.choice((0, 25)),
    )


def test_no_way_to_fill_the_units_is_less_late() -> None:
    for dice in dices("lateness", 1000):
        asked = some_problem(dice, releases=dice.random() < 0.6)

        answer = plan(asked)

        if answer.max_lateness_minutes is not None:
            found = max(answer.max_lateness_minutes, 0)
            assert found == max(least_max_lateness(asked), 0), asked


@pytest.mark.parametrize("few", [0, FEW], ids=["by tree", "by list"])
def test_no_smaller_order_is_on_time(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack, "FEW", few)
    for dice in dices("order", 300):
        asked = some_problem(dice, 5, releases=False, events=False)

        started = list(dict.fromkeys(session.key for session in plan(asked).sessions))

        assert started == first_order_on_time(asked), asked


def test_many_dates_are_kept_in_a_tree_as_they_would_be_in_a_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for dice in dices("many dates", 40):
        asked = many_dates(dice)
        by_tree = plan(asked)
        with monkeypatch.context() as patched:
            patched.setattr(slack, "FEW", 10**6)
            by_list = plan(asked)

        assert by_tree == by_list, asked


def many_dates(dice: Random) -> PlanProblem:
    """Return sixty milestones, each with a date of its own, in any order of ranks."""
    ranks = dice.sample(range(60), 60)
    dues = sorted(START + dice.randint(1, 70 * 1440) * MINUTE for _ in ranks)
    return problem(
        *(
            milestone(f"m{rank:02}", dice.randint(1, 120), rank, due=due)
            for rank, due in zip(ranks, dues, strict=True)
        )
    )


def test_no_fewer_extra_minutes_let_any_order_be_on_time() -> None:
    found = 0
    for dice in dices("extra minutes", 40):
        asked = some_problem(dice, 4, releases=False, events=False)
        sooner = [
            replace(each, due=each.due and START + (each.due - START) / 2 + timedelta(days=2))
            for each in asked.milestones
        ]
        asked = replace(asked, milestones=tuple(sooner), horizon_days=8)
        option = None if plan(asked).feasible else more_minutes(asked)
        if option:
            found += 1
            assert is_any_order_on_time(with_more_minutes(asked, option.minutes))
            assert not is_any_order_on_time(with_more_minutes(asked, option.minutes - 1))

    assert found > 5


def is_any_order_on_time(asked: PlanProblem) -> bool:
    minutes = sorted(open_minutes(asked))
    return any(is_on_time(asked, order, minutes) for order in permutations(asked.milestones))


def is_on_time(asked: PlanProblem, order: Any, minutes: list[datetime]) -> bool:
    spent = 0
    done: set[str] = set()
    for each in order:
        spent += each.minutes
        if spent > len(minutes) or not done.issuperset(each.requires):
            return False
        if each.due and minutes[spent - 1] + MINUTE > each.due:
            return False
        done.add(each.key)
    return True


ZONES = (
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Africa/Cairo",
    "Antarctica/Troll",
)
CHANGE_DAYS = tuple(
    date.fromisoformat(day)
    for day in ("2011-12-29", "2027-03-27", "2027-10-30", "2027-10-02", "2027-04-03")
)


def test_the_minutes_open_are_those_a_clock_watcher_counts() -> None:
    for dice in dices("calendar", 80):
        asked = some_calendar(dice)

        opened = list(minutes_of(asked))

        assert len(opened) == len(set(opened))
        assert set(opened) == open_minutes(asked), asked


def some_calendar(dice: Random) -> PlanProblem:
    """Return three days around a change of clocks, or just any, with exceptions and busy time."""
    zone = ZoneInfo(dice.choice(ZONES))
    day = dice.choice((*CHANGE_DAYS, date(2000, 1, 1) + timedelta(days=dice.randrange(12_000))))
    begins = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    busy = begins + dice.randrange(3 * 1440) * MINUTE
    special = SpecialDay(date=day + timedelta(days=1), slots=(some_slot(dice), some_slot(dice)))
    return PlanProblem(
        zone=zone.key,
        start=begins + dice.randrange(600) * MINUTE,
        horizon_days=3,
        windows=tuple(some_window(dice, day + timedelta(days=n % 3)) for n in range(5)),
        days_off=dice.choice(((), (), (day + timedelta(days=2),))),
        special_days=dice.choice(((), (special,))),
        busy=(Interval(starts_at=busy, ends_at=busy + dice.randint(1, 300) * MINUTE),),
        milestones=(),
    )


def some_slot(dice: Random) -> Slot:
    first, last = sorted(dice.sample(range(1440), 2))
    return Slot(starts_at=time(*divmod(first, 60)), ends_at=time(*divmod(last, 60)))


def some_window(dice: Random, day: date) -> WeeklyWindow:
    slot = some_slot(dice)
    return WeeklyWindow(weekday=day.weekday(), starts_at=slot.starts_at, ends_at=slot.ends_at)


def minutes_of(asked: PlanProblem) -> Iterator[datetime]:
    for each in study_windows(asked):
        for number in range((each.ends_at - each.starts_at) // MINUTE):
            yield each.starts_at + number * MINUTE


def test_a_general_solver_finds_nothing_less_late() -> None:
    cp_model = pytest.importorskip("ortools.sat.python.cp_model")
    for dice in dices("solver", 20):
        asked = some_problem(dice, 7, events=False)
        answer = plan(asked)
        if answer.max_lateness_minutes is None:
            continue

        assert max(answer.max_lateness_minutes, 0) == solved_lateness(cp_model, asked), asked


def solved_lateness(cp_model: Any, asked: PlanProblem) -> int:
    """Let CP-SAT give units to milestones, with no notion of an order."""
    model, units = cp_model.CpModel(), units_of(asked)
    lateness = model.new_int_var(0, 10**6, "lateness")
    takes = {
        each.key: [model.new_bool_var(f"{each.key} {at}") for at in range(len(units))]
        for each in asked.milestones
    }
    for each in asked.milestones:
        model.add(sum(takes[each.key]) == each.minutes // 30)
        for at, unit in enumerate(units):
            take = takes[each.key][at]
            if each.not_before and unit.opens < each.not_before:
                model.add(take == 0)
            if each.due:
                late = (unit.closes - each.due) // MINUTE
                model.add(lateness >= late).only_enforce_if(take)
            for needed in each.requires:
                model.add(sum(takes[needed][at:]) == 0).only_enforce_if(take)
    for at in range(len(units)):
        model.add_at_most_one(taken[at] for taken in takes.values())
    model.minimize(lateness)
    return round(solved(cp_model, model))


def solved(cp_model: Any, model: Any) -> float:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = 20
    assert solver.solve(model) == cp_model.OPTIMAL
    value: float = solver.objective_value
    return value


@pytest.mark.parametrize(("size", "usual"), [(5, 20), (20, 20), (60, 8), (200, 1)])
def test_a_general_solver_drops_nothing_less_valuable(size: int, usual: int) -> None:
    cp_model = pytest.importorskip("ortools.sat.python.cp_model")
    for dice in dices(f"forest {size}", usual):
        asked = some_forest(dice, size)

        option = drop_optional(asked)

        assert option
        assert option.is_least
        assert plan(option.problem).feasible
        assert option.value == solved_drop(cp_model, asked), asked


def some_forest(dice: Random, size: int) -> PlanProblem:
    """Return optional milestones, many building on another, for twice the time there is."""
    made = [
        milestone(
            f"o{number:03}",
            dice.randint(10, 120),
            dice.randrange(size),
            optional=True,
            value=dice.randint(0, 9),
            requires=(f"o{dice.randrange(number):03}",) if number and dice.random() < 0.7 else (),
            due=START + timedelta(days=size),
        )
        for number in range(size)
    ]
    days = max(1, sum(each.minutes for each in made) // 180)
    due = START + timedelta(days=days)
    return problem(*(replace(each, due=due) for each in made))


def solved_drop(cp_model: Any, asked: PlanProblem) -> int:
    model = cp_model.CpModel()
    drops = {each.key: model.new_bool_var(each.key) for each in asked.milestones}
    for each in asked.milestones:
        for needed in each.requires:
            model.add_implication(drops[needed], drops[each.key])
    (due,) = {each.due for each in asked.milestones}
    assert due
    kept = sum(each.minutes * (1 - drops[each.key]) for each in asked.milestones)
    model.add(kept <= 90 * (due - START).days)
    model.minimize(sum(each.value * drops[each.key] for each in asked.milestones))
    return round(solved(cp_model, model))

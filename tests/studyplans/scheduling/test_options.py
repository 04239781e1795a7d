"""What can be done about dates that cannot be met: exact, and proved by planning again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import chain, combinations
from random import Random
from typing import Any

import pytest

from studyplans.scheduling import (
    Pin,
    PlanMilestone,
    PlanProblem,
    SpecialDay,
    Tightest,
    plan,
)
from studyplans.scheduling.demand import tightest
from studyplans.scheduling.dropping import DropOptional, drop_optional, without
from studyplans.scheduling.later_dates import LaterDate, later_date, with_dates
from studyplans.scheduling.more_minutes import MoreMinutesAWeek, more_minutes, with_more_minutes
from studyplans.scheduling.options import option_to_document, options
from tests.studyplans.scheduling.builders import at, every_day, milestone, problem
from tests.studyplans.scheduling.oracles import START, dices, some_milestones, some_windows

DUE = at("2027-01-07 00:00")  # after 3 evenings of 90 minutes


def optional(key: str, minutes: int, value: int, **ties: Any) -> PlanMilestone:
    return milestone(key, minutes, 5, optional=True, value=value, **({"due": DUE} | ties))


def missed(dice: Random, first_day: int = 0) -> PlanProblem:
    """Return a problem some of whose dates cannot be met, if chance will have it so.

    From a first day of 2 on nothing waits for a moment, and more time always helps.
    """
    is_free = first_day > 1
    made = [
        replace(
            each,
            due=START + timedelta(minutes=dice.randint(first_day * 1440, 9 * 1440)),
            optional=dice.random() < 0.6,
            value=dice.randint(0, 5),
        )
        for each in some_milestones(dice, 6, releases=not is_free, events=not is_free)
    ]
    return PlanProblem(
        zone="Europe/Berlin",
        start=START,
        horizon_days=60,
        windows=some_windows(dice),
        milestones=tuple(made),
    )


def is_feasible(asked: PlanProblem) -> bool:
    return plan(asked).feasible


def test_nothing_is_offered_when_all_dates_are_met() -> None:
    assert options(problem(milestone("a", due=DUE))) == ()


def test_all_three_repairs_are_offered_and_each_works() -> None:
    asked = problem(milestone("a", 200, due=DUE), optional("b", 90, 1))

    offered = options(asked)

    assert [option_to_document(each) for each in offered] == [
        {
            "kind": "more_minutes_a_week",
            "minutes": 44,
            "windows": [
                {"day": day, "from": "19:00", "to": "20:37" if number < 2 else "20:36"}
                for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
            ],
        },
        {
            "kind": "drop_optional",
            "keys": ["b"],
            "value": 1,
            "minutes": 90,
            "is_least": True,
        },
        {
            "kind": "later_date",
            "date": "2027-01-07T19:20:00+00:00",
            "dates": [
                {
                    "from": "2027-01-07T00:00:00+00:00",
                    "to": "2027-01-07T19:20:00+00:00",
                    "keys": ["a", "b"],
                }
            ],
            "horizon_days": 1825,
        },
    ]
    assert all(is_feasible(each.problem) for each in offered)


def test_every_option_offered_works_when_it_is_applied() -> None:
    kinds = set()
    for dice in dices("options", 150):
        for option in options(missed(dice)):
            kinds.add(option.kind)
            assert is_feasible(option.problem)

    assert kinds == {"more_minutes_a_week", "drop_optional", "later_date"}


def test_one_extra_minute_fewer_would_not_do() -> None:
    found = 0
    for dice in dices("more minutes", 250):
        asked = missed(dice, first_day=3)
        option = None if is_feasible(asked) else more_minutes(asked)
        if option:
            found += 1
            assert is_feasible(with_more_minutes(asked, option.minutes))
            assert not is_feasible(with_more_minutes(asked, option.minutes - 1))

    assert found > 50


def test_extra_minutes_are_exactly_as_many_and_take_nothing_away() -> None:
    asked = problem(windows=["mon 19:00-20:00", "mon 20:10-21:00", "wed 22:00-23:50"])

    for minutes in (1, 2, 29, 30, 31, 500, 2600):
        longer = with_more_minutes(asked, minutes)
        assert minutes_a_week(longer) == minutes_a_week(asked) + minutes


def minutes_a_week(asked: PlanProblem) -> int:
    return sum(
        (each.ends_at.hour - each.starts_at.hour) * 60 + each.ends_at.minute - each.starts_at.minute
        for each in asked.windows
    )


def test_no_extra_minutes_are_offered_where_none_would_help() -> None:
    overdue = milestone("a", due=at("2027-01-03 00:00"))

    assert more_minutes(problem(overdue)) is None
    assert more_minutes(problem(milestone("a", due=DUE), windows=[])) is None


def test_no_less_valuable_choice_would_do() -> None:
    found = 0
    for dice in dices("drop", 200):
        asked = missed(dice, first_day=dice.choice((0, 3)))
        if is_feasible(asked):
            continue
        option = drop_optional(asked)
        found += option is not None
        assert (option and option.value) == least_value_dropped(asked), asked
        assert option is None or option.is_least

    assert found > 50


def least_value_dropped(asked: PlanProblem) -> int | None:
    """Try to leave out every set of optional milestones that nothing kept builds on."""
    chosen = [each for each in asked.milestones if each.optional]
    sets = chain.from_iterable(combinations(chosen, size) for size in range(len(chosen) + 1))
    values = [
        sum(each.value for each in dropped)
        for dropped in sets
        if is_closed(asked, dropped) and is_feasible(without(asked, [e.key for e in dropped]))
    ]
    return min(values, default=None)


def is_closed(asked: PlanProblem, dropped: Sequence[PlanMilestone]) -> bool:
    gone = {each.key for each in dropped}
    return all(gone.isdisjoint(each.requires) for each in asked.milestones if each.key not in gone)


def test_what_required_or_pinned_work_needs_is_never_dropped() -> None:
    pin = Pin(key="p", starts_at=at("2027-01-05 12:00"), ends_at=at("2027-01-05 13:00"))
    needed = optional("n", 90, 0)
    asked = problem(
        needed,
        optional("p", 90, 0),
        optional("o", 90, 9),
        milestone("r", 90, requires=("n",), due=DUE),
        pinned=(pin,),
    )

    option = drop_optional(asked)

    assert option
    assert option.keys == ("o",)


def test_what_builds_on_dropped_work_goes_with_it() -> None:
    base = optional("base", 180, 1)
    asked = problem(milestone("a", 200, due=DUE), base, optional("top", 30, 5, requires=("base",)))

    option = drop_optional(asked)

    assert option
    assert (option.keys, option.value, option.minutes) == (("base", "top"), 6, 210)


def test_a_search_cut_short_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studyplans.scheduling.keeping.MOST_STEPS", 3)
    later = {"due": at("2027-01-08 00:00")}
    asked = problem(*(optional(f"o{n}", 100, n, **(later if n else {})) for n in range(6)))

    option = drop_optional(asked)

    assert option
    assert not option.is_least
    assert is_feasible(option.problem)


def test_no_new_date_could_be_a_minute_earlier() -> None:
    moved = 0
    for dice in dices("later", 100):
        asked = missed(dice)
        option = None if is_feasible(asked) else later_date(asked)
        dates = {new.before: new.after for new in option.dates} if option else {}
        for before, after in dates.items():
            moved += 1
            fixed = {old: new if old <= before else None for old, new in dates.items()}
            sooner = after - timedelta(minutes=1)
            assert is_feasible(with_dates(asked, fixed))
            assert not is_feasible(with_dates(asked, fixed | {before: sooner}))

    assert moved > 100


def test_a_horizon_too_short_is_made_longer() -> None:
    option = later_date(problem(milestone("a", 300), horizon_days=2))

    assert option
    assert option.date == at("2027-01-07 19:30")
    assert option.dates == ()
    assert option.problem.horizon_days == 4


def test_no_later_date_is_offered_without_any_study_time() -> None:
    assert later_date(problem(milestone("a", due=DUE), windows=[])) is None


def test_many_dates_move_to_where_the_best_plan_has_them() -> None:
    late = [milestone(f"m{n:02}", 60, n, due=DUE + timedelta(minutes=n)) for n in range(30)]

    option = later_date(problem(*late))

    assert option
    assert is_feasible(option.problem)


def test_the_tightest_stretch_is_named_with_its_work_and_its_time() -> None:
    asked = problem(
        milestone("calm", 600, due=at("2027-03-01 00:00")),
        milestone("base", 60, not_before=at("2027-01-05 00:00")),
        milestone("exam", 60, requires=("base",), due=at("2027-01-06 00:00")),
        days_off=(date(2027, 1, 9),),
        special_days=(SpecialDay(date=date(2027, 1, 8), slots=()),),
    )

    assert tightest(asked) == Tightest(
        begins_at=at("2027-01-05 00:00"),
        ends_at=at("2027-01-06 00:00"),
        work_minutes=120,
        available_minutes=90,
    )
    assert tightest(problem(milestone("a"))) is None


def test_the_load_exceeds_the_time_exactly_when_a_date_is_missed() -> None:
    verdicts = set()
    for dice in dices("load", 200):
        asked = missed(dice)
        events = [each.key for each in asked.milestones if not each.minutes]
        asked = without(asked, events)
        found = tightest(asked)
        is_too_much = found is not None and found.work_minutes > found.available_minutes
        verdicts.add(is_too_much)
        assert is_too_much != is_feasible(asked)

    assert verdicts == {True, False}


def test_options_are_told_apart_by_kind() -> None:
    assert {each.kind for each in (MoreMinutesAWeek, DropOptional, LaterDate)} == {
        "more_minutes_a_week",
        "drop_optional",
        "later_date",
    }


def test_days_without_windows_stay_free() -> None:
    asked = problem(milestone("a", 900, due=DUE), windows=every_day("19:00-20:30")[:2])

    option = more_minutes(asked)

    assert option
    assert {each.weekday for each in option.windows} == {0, 1}

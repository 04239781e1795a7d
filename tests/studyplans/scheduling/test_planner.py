"""Milestones are laid into the open minutes, in order and in time."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise, permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyplans.scheduling import LateMilestone, PlanMilestone, PlanProblem, plan, study_windows
from tests.studyplans.scheduling.builders import (
    at,
    milestone,
    minutes_of,
    problem,
    written,
)


def test_milestones_follow_the_author_and_run_on_where_they_stopped() -> None:
    answer = plan(problem(milestone("b", 60, 1), milestone("a", 120, 0)))

    assert written(answer) == ["a 04 19:00-20:30", "a 05 19:00-19:30", "b 05 19:30-20:30"]
    assert answer.finish == at("2027-01-05 20:30")
    assert answer.feasible
    assert answer.max_lateness_minutes is None


def test_a_prerequisite_comes_before_a_smaller_rank() -> None:
    answer = plan(problem(milestone("first", 30, 0, requires=("base",)), milestone("base", 30, 9)))

    assert written(answer) == ["base 04 19:00-19:30", "first 04 19:30-20:00"]


def test_nothing_starts_before_its_not_before() -> None:
    later = milestone("later", 30, 0, not_before=at("2027-01-04 19:20"))

    answer = plan(problem(later, milestone("now", 40, 1), minimum_piece_minutes=0))

    assert written(answer) == ["now 04 19:00-19:40", "later 04 19:40-20:10"]


def test_an_earlier_due_time_interrupts_what_was_begun() -> None:
    urgent = milestone(
        "urgent", 30, 5, not_before=at("2027-01-04 19:20"), due=at("2027-01-04 20:00")
    )

    answer = plan(problem(milestone("calm", 60, 0), urgent))

    assert written(answer) == [
        "calm 04 19:00-19:20",
        "urgent 04 19:20-19:50",
        "calm 04 19:50-20:30",
    ]
    assert answer.max_lateness_minutes == -10


def test_a_due_time_is_inherited_by_what_it_builds_on() -> None:
    answer = plan(
        problem(
            milestone("easy", 60, 0),
            milestone("base", 60, 1),
            milestone("exam prep", 30, 2, requires=("base",), due=at("2027-01-04 20:30")),
        )
    )

    assert [session.key for session in answer.sessions] == ["base", "exam prep", "easy"]
    assert answer.feasible


def test_lateness_is_told_in_minutes_of_the_wall_clock() -> None:
    answer = plan(problem(milestone("a", 120, due=at("2027-01-04 20:30"))))

    assert answer.late == (
        LateMilestone(
            key="a", due=at("2027-01-04 20:30"), finish=at("2027-01-05 19:30"), minutes=23 * 60
        ),
    )
    assert answer.max_lateness_minutes == 23 * 60
    assert not answer.feasible


def test_seconds_in_a_due_time_never_hide_lateness() -> None:
    answer = plan(problem(milestone("a", 60, due=at("2027-01-04 19:59:30"))))

    assert [late.minutes for late in answer.late] == [1]


def test_a_leftover_gap_is_not_worth_a_new_start() -> None:
    answer = plan(problem(milestone("a", 70, 0), milestone("b", 60, 1)))

    assert written(answer) == ["a 04 19:00-20:10", "b 05 19:00-20:00"]


def test_a_small_milestone_may_fill_a_small_gap() -> None:
    answer = plan(problem(milestone("a", 70, 0), milestone("b", 20, 1)))

    assert written(answer) == ["a 04 19:00-20:10", "b 04 20:10-20:30"]


def test_a_leftover_gap_is_used_when_a_date_depends_on_it() -> None:
    answer = plan(problem(milestone("a", 70, 0), milestone("b", 60, 1, due=at("2027-01-05 19:00"))))
    tight = plan(problem(milestone("a", 70, 0), milestone("b", 110, 1, due=at("2027-01-05 20:30"))))
    both = plan(
        problem(
            milestone("a", 70, 0, due=at("2027-01-04 20:30")),
            milestone("b", 110, 1, due=at("2027-01-05 20:30")),
        )
    )

    assert answer.feasible
    assert tight.feasible
    assert written(both) == ["a 04 19:00-20:10", "b 04 20:10-20:30", "b 05 19:00-20:30"]


def test_a_leftover_gap_is_used_when_the_horizon_is_short() -> None:
    answer = plan(problem(milestone("a", 70, 0), milestone("b", 110, 1), horizon_days=2))

    assert answer.unplaced == ()


def test_windows_shorter_than_a_piece_are_used() -> None:
    windows = ["mon 07:00-07:15", "tue 07:00-07:15", "sat 09:00-12:00"]

    answer = plan(problem(milestone("a", 30), windows=windows))

    assert written(answer) == ["a 04 07:00-07:15", "a 05 07:00-07:15"]


def test_what_was_begun_runs_on_when_something_less_urgent_is_released() -> None:
    released = milestone("released", 60, 0, not_before=at("2027-01-04 20:15"))

    answer = plan(problem(milestone("begun", 120, 1), released))

    assert written(answer) == [
        "begun 04 19:00-20:30",
        "begun 05 19:00-19:30",
        "released 05 19:30-20:30",
    ]


def test_an_event_after_the_last_session_ends_the_plan() -> None:
    exam = milestone("exam", 0, 1, requires=("study",), not_before=at("2027-02-01 09:00"))

    answer = plan(problem(milestone("study", 60, 0), exam))

    assert answer.feasible
    assert answer.finish == at("2027-02-01 09:00")


def test_an_event_takes_no_session_and_holds_back_what_follows() -> None:
    exam = milestone(
        "exam",
        0,
        1,
        requires=("study",),
        not_before=at("2027-01-06 09:00"),
        due=at("2027-01-06 09:00"),
    )

    answer = plan(
        problem(milestone("study", 60, 0), exam, milestone("after", 60, 2, requires=("exam",)))
    )

    assert written(answer) == ["study 04 19:00-20:00", "after 06 19:00-20:00"]
    assert answer.max_lateness_minutes == 0


def test_without_windows_everything_is_unplaced() -> None:
    answer = plan(
        problem(milestone("b", rank=1, due=at("2027-01-05 00:00")), milestone("a"), windows=[])
    )

    assert answer.unplaced == ("a", "b")
    assert answer.sessions == ()
    assert answer.finish is None
    assert answer.max_lateness_minutes is None
    assert not answer.feasible


def test_without_milestones_the_plan_is_empty() -> None:
    answer = plan(problem())

    assert answer.feasible
    assert answer.finish is None


def test_what_does_not_fit_inside_the_horizon_is_named() -> None:
    answer = plan(problem(milestone("a", 90, 0), milestone("b", 90, 1), horizon_days=1))

    assert answer.unplaced == ("b",)
    assert answer.finish is None


def test_an_event_beyond_the_horizon_is_unplaced() -> None:
    answer = plan(problem(milestone("exam", 0, not_before=at("2027-01-12 00:01")), horizon_days=7))

    assert answer.unplaced == ("exam",)


def test_a_chain_of_ten_thousand_is_planned() -> None:
    chain = [
        milestone(f"m{number}", 1, -number, requires=(f"m{number - 1}",) if number else ())
        for number in range(10_000)
    ]

    answer = plan(problem(*reversed(chain)))

    assert [session.key for session in answer.sessions] == [one.key for one in chain]


def test_a_star_of_ten_thousand_is_planned() -> None:
    around = [milestone(f"m{number:05}", 1, -number, requires=("hub",)) for number in range(10_000)]

    answer = plan(problem(milestone("hub", 1, 1), *around))

    assert [session.key for session in answer.sessions[:2]] == ["hub", "m09999"]
    assert answer.feasible


def test_what_a_dated_event_hangs_on_is_hurried() -> None:
    """The order itself honours all prerequisites, and the event itself takes no time."""
    answer = plan(
        problem(
            milestone("easy", 60, 0),
            milestone("study", 60, 1),
            milestone("exam", 0, 2, requires=("study",), due=at("2027-01-04 20:30")),
            minimum_piece_minutes=0,
        )
    )

    assert written(answer)[0] == "study 04 19:00-20:00"
    assert answer.feasible


def test_the_author_decides_as_far_as_the_dates_can_spare() -> None:
    answer = plan(
        problem(
            milestone("long", 150, 0),
            milestone("short", 60, 1),
            milestone("exam", 90, 2, due=at("2027-01-05 20:30")),
            milestone("last", 60, 3),
            minimum_piece_minutes=0,
        )
    )

    assert list(dict.fromkeys(one.key for one in answer.sessions)) == [
        "short",
        "exam",
        "long",
        "last",
    ]


def test_lateness_that_must_be_is_granted_to_all() -> None:
    """What is missed by a day lets the author's order stand where nothing is later than that."""
    answer = plan(
        problem(
            milestone("calm", 90, 0, due=at("2027-01-05 20:30")),
            milestone("easy", 90, 1, due=at("2027-01-05 20:30")),
            milestone("late", 90, 2, due=at("2027-01-05 20:30")),
        )
    )

    assert [session.key for session in answer.sessions] == ["calm", "easy", "late"]
    assert [(late.key, late.minutes) for late in answer.late] == [("late", 24 * 60)]


def test_what_never_fits_does_not_hurry_what_it_hangs_on() -> None:
    answer = plan(
        problem(
            milestone("base", 60, 1),
            milestone("dated", 60, 2, due=at("2027-01-04 20:00")),
            milestone(
                "beyond",
                0,
                0,
                requires=("base",),
                not_before=at("2027-02-01 00:00"),
                due=at("2027-01-04 00:00"),
            ),
            horizon_days=7,
        )
    )

    assert answer.unplaced == ("beyond",)
    assert answer.late == ()


def test_an_event_is_reached_though_later_work_does_not_fit() -> None:
    answer = plan(
        problem(
            milestone("study", 60, 0),
            milestone("endless", 600, 1),
            milestone("exam", 0, 2, requires=("study",)),
            horizon_days=2,
        )
    )

    assert answer.unplaced == ("endless",)


@pytest.mark.parametrize(
    ("due", "sessions"),
    [
        ("20:30", ["a 04 19:00-20:10", "b 05 19:00-20:10", "c 05 20:10-20:30", "c 06 19:00-20:20"]),
        (
            "20:10",
            [
                "a 04 19:00-20:10",
                "b 04 20:10-20:30",
                "b 05 19:00-19:50",
                "c 05 19:50-20:30",
                "c 06 19:00-20:00",
            ],
        ),
    ],
)
def test_scraps_are_left_free_as_far_as_the_dates_can_spare(due: str, sessions: list[str]) -> None:
    dated = milestone("c", 100, 2, due=at(f"2027-01-06 {due}"))

    answer = plan(problem(milestone("a", 70, 0), milestone("b", 70, 1), dated))

    assert written(answer) == sessions
    assert answer.feasible


START = at("2027-03-26 00:00")
MOMENTS = st.none() | st.integers(0, 12 * 24 * 60).map(lambda late: START + timedelta(minutes=late))
SPANS = st.sampled_from(
    ["mon 19:00-20:30", "wed 07:00-07:20", "sat 09:00-12:00", "sun 01:30-03:30", "sun 03:00-04:10"]
)


@st.composite
def milestones(draw: st.DrawFn, dates: bool = True) -> list[PlanMilestone]:
    made: list[PlanMilestone] = []
    for number in range(draw(st.integers(0, 7))):
        earlier = [one.key for one in made]
        needs = draw(st.lists(st.sampled_from(earlier), unique=True)) if earlier else []
        made.append(
            milestone(
                f"m{number}",
                draw(st.integers(0, 130)),
                draw(st.integers(0, 5)),
                requires=tuple(needs),
                not_before=draw(MOMENTS) if dates else None,
                due=draw(MOMENTS) if dates else None,
            )
        )
    return made


@st.composite
def problems(draw: st.DrawFn, dates: bool = True) -> PlanProblem:
    return problem(
        *draw(milestones(dates=dates)),
        zone=draw(st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"])),
        start=START,
        windows=draw(st.lists(SPANS, max_size=4)),
        horizon_days=draw(st.sampled_from([10, 60])),
    )


@settings(deadline=None)
@given(asked=problems())
def test_sessions_lie_inside_windows_and_never_overlap(asked: PlanProblem) -> None:
    sessions = plan(asked).sessions
    windows = list(study_windows(asked))

    for session in sessions:
        assert session.starts_at < session.ends_at
        assert any(
            w.starts_at <= session.starts_at and session.ends_at <= w.ends_at for w in windows
        )
    for before, after in pairwise(sessions):
        assert before.ends_at <= after.starts_at
        assert before.key != after.key or before.ends_at < after.starts_at


@settings(deadline=None)
@given(asked=problems())
def test_every_placed_milestone_gets_exactly_its_minutes(asked: PlanProblem) -> None:
    answer = plan(asked)

    for one in asked.milestones:
        given_minutes = sum(minutes_of(s) for s in answer.sessions if s.key == one.key)
        if one.key in answer.unplaced:
            assert given_minutes < max(one.minutes, 1)
        else:
            assert given_minutes == one.minutes


@settings(deadline=None)
@given(asked=problems())
def test_a_milestone_starts_after_its_prerequisites_and_its_not_before(asked: PlanProblem) -> None:
    answer = plan(asked)
    starts = {s.key: s.starts_at for s in reversed(answer.sessions)}
    ends = {s.key: s.ends_at for s in answer.sessions}

    for one in asked.milestones:
        if one.key in starts:
            assert not set(one.requires) & set(answer.unplaced)
            assert all(ends.get(key, START) <= starts[one.key] for key in one.requires)
            assert one.not_before is None or one.not_before <= starts[one.key]


@settings(deadline=None)
@given(asked=problems(dates=False))
def test_without_dates_the_author_decides_the_order(asked: PlanProblem) -> None:
    started = list(dict.fromkeys(session.key for session in plan(asked).sessions))

    assert started == author_order(asked.milestones)[: len(started)]


def author_order(milestones: tuple[PlanMilestone, ...]) -> list[str]:
    """Always take the smallest rank whose prerequisites are done; leave events out."""
    todo, done, order = list(milestones), set[str](), list[str]()
    while todo:
        free = [one for one in todo if done.issuperset(one.requires)]
        chosen = min(free, key=lambda one: (one.minutes > 0, one.rank, one.key))
        todo.remove(chosen)
        done.add(chosen.key)
        if chosen.minutes:
            order.append(chosen.key)
    return order


@settings(deadline=None)
@given(asked=problems(), random=st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(asked: PlanProblem, random: Random) -> None:
    shuffled = list(asked.milestones)
    random.shuffle(shuffled)
    turned = [replace(one, requires=one.requires[::-1]) for one in shuffled]

    assert plan(replace(asked, milestones=tuple(turned), windows=asked.windows[::-1])) == plan(
        asked
    )


@settings(deadline=None)
@given(asked=problems())
def test_lateness_is_the_distance_from_due_to_the_last_minute(asked: PlanProblem) -> None:
    answer = plan(asked)
    ends = {session.key: session.ends_at for session in answer.sessions}
    dues = {one.key: one.due for one in asked.milestones if one.due and one.minutes}

    late = {
        key: (ends[key] - due) // timedelta(minutes=1)
        for key, due in dues.items()
        if key not in answer.unplaced and ends[key] > due
    }

    assert {one.key: one.minutes for one in answer.late if one.key in dues} == late


@settings(deadline=None)
@given(
    chosen=st.lists(
        st.tuples(st.integers(1, 130), st.integers(0, 3 * 24 * 60)), min_size=1, max_size=5
    ),
    edge=st.booleans(),
)
def test_no_other_order_is_less_late(chosen: list[tuple[int, int]], edge: bool) -> None:
    made = [
        milestone(
            f"m{number}",
            minutes,
            number,
            due=START + timedelta(minutes=due),
            requires=("m0",) if edge and number == 1 else (),
        )
        for number, (minutes, due) in enumerate(chosen)
    ]
    asked = problem(*made, start=START)

    answer = plan(asked)

    assert max(answer.max_lateness_minutes or 0, 0) == least_lateness(asked, edge)


def least_lateness(asked: PlanProblem, edge: bool) -> int:
    """Try every order, minute by minute, with nothing left free."""
    first_days = list(study_windows(replace(asked, horizon_days=12)))
    minutes = [
        w.starts_at + timedelta(minutes=number + 1)
        for w in first_days
        for number in range((w.ends_at - w.starts_at) // timedelta(minutes=1))
    ]
    best = []
    for order in permutations(asked.milestones):
        keys = [one.key for one in order]
        if edge and "m1" in keys and keys.index("m0") > keys.index("m1"):
            continue
        spent, worst = 0, 0
        for one in order:
            spent += one.minutes
            assert one.due is not None
            worst = max(worst, (minutes[spent - 1] - one.due) // timedelta(minutes=1))
        best.append(worst)
    return min(best)


@pytest.mark.parametrize("rank", [0, 1])
def test_equal_ranks_are_ordered_by_key(rank: int) -> None:
    answer = plan(problem(milestone("b", 30, rank), milestone("a", 30, rank)))

    assert [session.key for session in answer.sessions] == ["a", "b"]

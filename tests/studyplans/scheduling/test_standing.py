"""A check-off is answered from the plan in hand, exactly as planning again would answer it."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from studyplans.scheduling import Plan, PlanMilestone, PlanProblem, plan
from studyplans.scheduling.standing import PlanStanding
from tests.studyplans.scheduling.builders import at, milestone, problem
from tests.studyplans.scheduling.random_problems import START

DUES = st.integers(5, 40).map(lambda days: START + timedelta(days=days))


@st.composite
def problems(draw: st.DrawFn) -> PlanProblem:
    made: list[PlanMilestone] = []
    for number in range(draw(st.integers(1, 12))):
        needs = (
            draw(st.lists(st.sampled_from([one.key for one in made]), max_size=2)) if made else []
        )
        made.append(
            milestone(
                f"m{number}",
                draw(st.integers(1, 120)),
                draw(st.integers(0, 5)),
                requires=tuple(needs),
                due=draw(st.none() | DUES),
            )
        )
    return problem(*made, start=START, minimum_piece_minutes=0)


def without(answer: Plan, done: set[str]) -> Plan:
    """Plan again from scratch what is left, in the order of the plan in hand."""
    order = list(dict.fromkeys(session.key for session in answer.sessions))
    left = tuple(
        replace(
            one,
            rank=order.index(one.key),
            requires=tuple(key for key in one.requires if key not in done),
        )
        for one in answer.problem.milestones
        if one.key not in done
    )
    return plan(replace(answer.problem, milestones=left))


@settings(deadline=None)
@given(asked=problems(), data=st.data())
def test_check_offs_give_the_dates_of_planning_again(
    asked: PlanProblem, data: st.DataObject
) -> None:
    answer = plan(asked)
    order = list(dict.fromkeys(session.key for session in answer.sessions))
    done = data.draw(st.lists(st.sampled_from(order), unique=True))
    standing = PlanStanding(answer)

    for key in done:
        standing.check_off(key)
    again = without(answer, set(done))

    assert standing.standing().finish == again.finish
    if answer.feasible:  # else the lateness granted to all shrinks, and the order with it
        ends = {session.key: session.ends_at for session in again.sessions}
        assert {key: standing.finish_of(key) for key in ends} == ends
        # The second evening begins at that very minute, and is not before it.
        evening = START + timedelta(days=1, hours=19)
        soon = [session for session in again.sessions if session.starts_at < evening]
        assert list(standing.sessions_until(evening)) == soon


def test_the_spare_minutes_are_those_of_the_tightest_date() -> None:
    answer = plan(
        problem(
            milestone("a", 60, 0),
            milestone("b", 60, 1, due=at("2027-01-05 20:30")),
            milestone("c", 30, 2, due=at("2027-01-06 20:00")),
        )
    )
    standing = PlanStanding(answer)

    before, after = standing.standing(), standing.check_off("b")

    assert (before.left_minutes, before.spare_minutes) == (150, 120)
    assert (after.left_minutes, after.spare_minutes) == (90, 210)
    assert after.finish == at("2027-01-04 20:30")


def test_without_dates_nothing_is_tight() -> None:
    standing = PlanStanding(plan(problem(milestone("a", 60))))

    assert standing.standing().spare_minutes is None
    assert standing.check_off("a").finish is None

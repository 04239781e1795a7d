"""The short way: it reaches what can be reached, in order, and is not much longer than needed."""

from itertools import combinations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tracker.adverts.routes import Goal, Step, short_route

SKILLS = ["a", "b", "c"]
# A busy machine is no reason to fail.
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def catalogues(draw: st.DrawFn) -> list[Step]:
    """Draw up to seven milestones; each may need those before it."""
    steps: list[Step] = []
    for number in range(draw(st.integers(1, 7))):
        needs = draw(st.sets(st.sampled_from([each.key for each in steps]))) if steps else set()
        levels = draw(st.dictionaries(st.sampled_from(SKILLS), st.integers(1, 4), max_size=2))
        minutes = draw(st.integers(10, 300))
        steps.append(Step(f"m{number}", minutes, tuple(sorted(needs)), levels))
    return steps


goals = st.lists(
    st.builds(
        Goal, st.sampled_from(SKILLS), st.integers(0, 2), st.integers(1, 4), st.sampled_from([1, 3])
    ),
    unique_by=lambda goal: goal.skill,
)


@patiently
@given(catalogues(), goals)
def test_it_reaches_all_that_can_be_reached_in_an_order_that_works(
    steps: list[Step], wanted: list[Goal]
) -> None:
    route = short_route(wanted, steps, done=())

    needs = {step.key: step.needs for step in steps}
    assert all(set(needs[key]) <= set(route[:place]) for place, key in enumerate(route))
    assert _reached(wanted, steps, route) == _reached(wanted, steps, [step.key for step in steps])


@patiently
@given(catalogues(), goals)
def test_it_is_at_most_twice_as_long_as_the_shortest(steps: list[Step], wanted: list[Goal]) -> None:
    """The bound is for these small catalogues; on the real one it is within a percent."""
    minutes = {step.key: step.minutes for step in steps}
    route = short_route(wanted, steps, done=())

    shortest = min(
        sum(minutes[key] for key in keys)
        for size in range(len(steps) + 1)
        for keys in combinations(minutes, size)
        if _is_closed(keys, steps)
        and _reached(wanted, steps, keys) == _reached(wanted, steps, list(minutes))
    )
    assert sum(minutes[key] for key in route) <= 2 * shortest


@patiently
@given(catalogues(), goals, st.data())
def test_it_names_nothing_done(steps: list[Step], wanted: list[Goal], data: st.DataObject) -> None:
    done = data.draw(st.sets(st.sampled_from([step.key for step in steps])))

    assert done.isdisjoint(short_route(wanted, steps, done))


def test_it_ends_where_milestones_wait_for_one_another() -> None:
    steps = [Step("x", 10, ("y",), {"a": 2}), Step("y", 10, ("x",), {})]

    assert short_route([Goal("a", 0, 2)], steps, done=()) != []


def _is_closed(keys: tuple[str, ...], steps: list[Step]) -> bool:
    return all(set(step.needs) <= set(keys) for step in steps if step.key in keys)


def _reached(
    wanted: list[Goal], steps: list[Step], keys: list[str] | tuple[str, ...]
) -> dict[str, int]:
    levels = [step.levels for step in steps if step.key in keys]
    return {
        goal.skill: min(goal.want, max([goal.have, *(each.get(goal.skill, 0) for each in levels)]))
        for goal in wanted
        if goal.want > goal.have
    }

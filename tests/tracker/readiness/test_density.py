"""The densest closure, against trying out every set there is."""

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker.readiness.density import closure_of, densest_closure

AMOUNTS = st.integers(0, 12)


@st.composite
def problems(
    draw: st.DrawFn,
) -> tuple[dict[str, int], dict[str, int], dict[str, list[str]]]:
    keys = [f"u{number}" for number in range(draw(st.integers(1, 8)))]
    values = {key: draw(AMOUNTS) for key in keys}
    costs = {key: draw(st.integers(1, 9)) for key in keys}
    needs = {
        key: draw(st.lists(st.sampled_from(keys[:at]), max_size=3)) if at else []
        for at, key in enumerate(keys)
    }
    return values, costs, needs


@settings(max_examples=200, deadline=None)
@given(problems())
def test_no_closed_set_is_worth_more_per_hour(
    problem: tuple[dict[str, int], dict[str, int], dict[str, list[str]]],
) -> None:
    values, costs, needs = problem
    found = densest_closure(values, costs, needs)

    assert bool(found) == any(values.values())
    assert all(closure_of(key, needs, costs) <= found for key in found)
    value, cost = sum(values[key] for key in found), sum(costs[key] for key in found)
    for size in range(1, len(values) + 1):
        for chosen in map(frozenset, combinations(values, size)):
            if all(closure_of(key, needs, costs) <= chosen for key in chosen):
                other = sum(values[key] for key in chosen), sum(costs[key] for key in chosen)
                assert other[0] * cost <= value * other[1]


def test_what_two_need_is_shared_between_them() -> None:
    values = {"ground": 0, "left": 5, "right": 5, "alone": 4}
    costs = {"ground": 10, "left": 1, "right": 1, "alone": 8}
    needs = {"left": ["ground"], "right": ["ground"]}

    assert densest_closure(values, costs, needs) == {"ground", "left", "right"}


def test_what_is_needed_but_does_not_count_is_no_hindrance() -> None:
    assert densest_closure({"a": 1}, {"a": 1}, {"a": ["done already"]}) == {"a"}


def test_without_any_value_there_is_nothing_to_do() -> None:
    assert densest_closure({"a": 0}, {"a": 1}, {}) == frozenset()

"""When a check is passed, and when a self-check on a module has asked enough."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.assessments.marking import is_known, is_passed, is_sure, next_place

RIGHT, WRONG = True, False


@pytest.mark.parametrize(
    ("right", "asked", "passed"),
    [(3, 3, True), (3, 4, True), (2, 3, False), (6, 8, True), (5, 8, False), (0, 0, False)],
)
def test_three_of_four_pass(right: int, asked: int, passed: bool) -> None:
    assert is_passed(right, asked) == passed


@pytest.mark.parametrize(
    ("results", "sure", "known"),
    [
        ([RIGHT] * 3, False, True),
        ([RIGHT] * 4, True, True),
        ([WRONG], False, False),
        ([WRONG] * 2, True, False),
        ([RIGHT, WRONG, WRONG], False, False),
        ([RIGHT, WRONG, WRONG, WRONG], True, False),
        ([WRONG, *[RIGHT] * 5], False, True),
        ([WRONG, *[RIGHT] * 6], True, True),
        ([RIGHT, RIGHT, WRONG, RIGHT, RIGHT, WRONG, RIGHT, RIGHT], True, True),
        ([RIGHT, WRONG, RIGHT, RIGHT, WRONG, RIGHT, RIGHT, WRONG], True, False),
    ],
)
def test_a_module_is_judged_as_soon_as_it_is_clear(
    results: list[bool], sure: bool, known: bool
) -> None:
    assert (is_sure(results), is_known(results)) == (sure, known)


def test_chance_alone_seldom_passes_and_knowledge_seldom_fails() -> None:
    assert passing_share(0.35) < 0.08
    assert passing_share(0.85) > 0.85


def passing_share(right: float) -> float:
    """Return the exact share of learners who pass, if each answer is right so often."""
    share = 0.0
    for results in product([RIGHT, WRONG], repeat=8):
        asked = next(
            (results[:count] for count in range(1, 8) if is_sure(results[:count])), results
        )
        chance = 1.0
        for is_right in results:
            chance *= right if is_right else 1 - right
        share += chance * is_known(asked)
    return share


def next_of(asked: list[tuple[int, bool]], count: int) -> int | None:
    """Return the next place among questions of as many milestones."""
    return next_place(asked, [f"m{place}" for place in range(count)])


def test_it_begins_in_the_middle_and_follows_the_answers() -> None:
    assert next_of([], 12) == 6
    assert next_of([(6, RIGHT)], 12) == 8
    assert next_of([(6, WRONG)], 12) == 4
    assert next_of([(6, RIGHT), (8, RIGHT)], 12) == 10
    assert next_of([(0, WRONG)], 1) is None


def test_four_questions_are_about_four_milestones() -> None:
    about = [f"m{place // 5}" for place in range(20)]
    asked: list[tuple[int, bool]] = []
    for _ in range(4):
        place = next_place(asked, about)
        assert place is not None
        asked.append((place, RIGHT))

    assert {about[place] for place, _ in asked} == {"m0", "m1", "m2", "m3"}


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=30), st.data())
def test_no_question_is_asked_twice_and_none_is_left_out(
    about: list[str], data: st.DataObject
) -> None:
    asked: list[tuple[int, bool]] = []
    for _ in about:
        place = next_place(asked, about)
        assert place is not None
        asked.append((place, data.draw(st.booleans())))

    assert sorted(place for place, _ in asked) == list(range(len(about)))
    assert next_place(asked, about) is None

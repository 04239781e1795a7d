"""What readiness hears of passed checks."""

from fractions import Fraction
from typing import Any

import pytest
from django.test import Client

from common import clock as wall
from tests.tracker.assessments.desk import answer_all, begin, make_questions
from tests.tracker.progress.pages import press
from tracker.accounts.models import User
from tracker.readiness.proof import Evidence, Kind
from tracker.readiness.signals import evidence_asked

pytestmark = pytest.mark.usefixtures("maths")


def heard(learner: User) -> list[Evidence]:
    news: dict[str, Any] = {"learner": learner, "on": wall.today_for(learner)}
    answers: list[tuple[Any, Any]] = evidence_asked.send(User, **news)
    return [each for _, answer in answers for each in answer]


def test_a_passed_check_speaks_for_its_milestone(ada: User, ada_browser: Client) -> None:
    answer_all(ada_browser, begin(ada_browser), True, True, True)

    assert heard(ada) == [
        Evidence(Kind.QUIZ, "check of math.vec", frozenset({"math.vec"}), since=wall.today_for(ada))
    ]


def test_a_bare_pass_is_worth_the_pass_mark(ada: User, ada_browser: Client) -> None:
    make_questions("math.vec", 1, first=4)

    answer_all(ada_browser, begin(ada_browser), True, False, True, True)

    assert [each.quality for each in heard(ada)] == [Fraction(3, 4)]


def test_a_passed_self_check_speaks_for_what_it_tested(ada: User, ada_browser: Client) -> None:
    begun = begin(ada_browser, "/paths/maths/modules/la/known/check/")
    answer_all(ada_browser, begun, *[True] * 4)

    assert [each.units for each in heard(ada)] == [frozenset({"math.vec", "math.mat"})]


def test_a_failed_check_says_nothing(ada: User, ada_browser: Client) -> None:
    answer_all(ada_browser, begin(ada_browser), False, False, False)

    assert heard(ada) == []


def test_a_pass_taken_back_says_nothing(ada: User, ada_browser: Client) -> None:
    answer_all(ada_browser, begin(ada_browser), True, True, True)

    press(ada_browser, "math.vec", "open")

    assert heard(ada) == []

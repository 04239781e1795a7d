"""What readiness hears of passed checks and of judged work."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
import time_machine
from django.test import Client

from common import clock as wall
from tests.factories import make_learner
from tests.tracker.assessments.desk import answer_all, begin, make_questions
from tests.tracker.progress.pages import press
from tracker.accounts.models import User
from tracker.assessments.models import Invitation, Work
from tracker.assessments.showing import token_for
from tracker.readiness.evidence import records_of
from tracker.readiness.proof import Evidence, Kind
from tracker.readiness.signals import evidence_asked

pytestmark = pytest.mark.usefixtures("maths")


def heard(learner: User) -> list[Evidence]:
    news: dict[str, Any] = {
        "learner": learner,
        "on": wall.today_for(learner),
        "records": records_of(learner),
    }
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


# --- work -------------------------------------------------------------------------------------


def show(browser: Client, *marks: str, finished: bool = True, text: str = "") -> None:
    sent = {f"mark_{number}": mark for number, mark in enumerate(marks)}
    sent |= {"url": "https://example.org/fit", "text": text}
    sent |= {"is_finished": "on"} if finished else {}
    assert browser.post("/milestones/math.fit/work/", sent).status_code == 302


def judge(verdict: str, email: str = "ben@example.org") -> None:
    """Let a mentor answer through the link they were sent."""
    work = Work.objects.get()
    dates = {"invited_at": wall.now(), "expires_at": wall.now() + timedelta(days=14)}
    invitation = Invitation.objects.create(work=work, email=email, **dates)
    Client().post(f"/shown/{token_for(invitation)}/", {"verdict": verdict})


def kinds(learner: User) -> list[tuple[Kind, Fraction]]:
    return [(each.kind, each.quality) for each in heard(learner)]


def test_work_judged_well_speaks_with_its_quality(ada: User, ada_browser: Client) -> None:
    show(ada_browser, "yes", "partly")

    assert heard(ada) == [
        Evidence(
            Kind.REVIEWED,
            "work on math.fit",
            frozenset({"math.fit"}),
            Fraction(3, 4),
            since=wall.today_for(ada),
        )
    ]


def test_an_honest_partly_costs_nothing(ada: User, ada_browser: Client) -> None:
    show(ada_browser, "partly", "partly")

    assert heard(ada) == []


def test_unfinished_work_says_nothing(ada: User, ada_browser: Client) -> None:
    show(ada_browser, "yes", "yes", finished=False)
    assert heard(ada) == []

    press(ada_browser, "math.fit")
    assert kinds(ada) == [(Kind.REVIEWED, Fraction(1))]


def test_a_confirmation_goes_before_ones_own_judgement(ada: User, ada_browser: Client) -> None:
    show(ada_browser, "yes", "partly")
    judge("confirmed")

    assert kinds(ada) == [(Kind.CONFIRMED, Fraction(1))]


def test_not_yet_takes_the_place_of_ones_own_judgement(ada: User, ada_browser: Client) -> None:
    show(ada_browser, "yes", "yes")
    judge("not-yet")
    assert heard(ada) == []

    judge("confirmed", "cleo@example.org")
    assert kinds(ada) == [(Kind.CONFIRMED, Fraction(1))]


def test_a_verdict_is_about_the_work_as_it_was(
    ada: User, ada_browser: Client, clock: time_machine.Traveller
) -> None:
    show(ada_browser, "yes", "yes")
    judge("confirmed")
    clock.shift(timedelta(hours=1))

    show(ada_browser, "yes", "yes")
    assert kinds(ada) == [(Kind.CONFIRMED, Fraction(1))]

    show(ada_browser, "yes", "yes", text="All of it anew.")
    assert kinds(ada) == [(Kind.REVIEWED, Fraction(1))]


def test_adas_work_says_nothing_of_cleo(ada_browser: Client) -> None:
    show(ada_browser, "yes", "yes")

    assert heard(make_learner("cleo@example.org")) == []

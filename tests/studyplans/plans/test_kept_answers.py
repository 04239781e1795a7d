"""Answers kept in the cache: never old, and never missed."""

import dataclasses
from unittest import mock

import pytest
import time_machine
from django.core.cache import cache
from redis import ConnectionError as NoRedis

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.finish_ranges import FinishRange
from studyplans.plans.kept_answers import SHAPE, KeptAnswers
from studyplans.plans.models import ForecastCalibration, StudyPlan
from studyplans.plans.plan_selectors import Ends
from studyplans.plans.selectors import plan_of
from studyplans.plans.undoing import undo_receipt
from studyplans.today.selectors import DayTime
from tests.studyplans.cast import enrol, evenings, logged_in
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.actions import set_state
from tracker.progress.percent import Share


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    enrol(ada, maths, at=wall.now())
    return ada


def answer(learner: User, told: str) -> str:
    """Ask as a page would; `told` is what it would have to compute."""
    return KeptAnswers(plan(learner), at=wall.now()).to("question", lambda: told)


def plan(learner: User) -> StudyPlan:
    found = plan_of(learner)
    assert found
    return found


def test_an_answer_is_kept_until_something_changes(enrolled: User) -> None:
    assert answer(enrolled, "first") == "first"
    assert answer(enrolled, "second") == "first"


def test_an_empty_answer_is_kept_too(enrolled: User) -> None:
    assert answer(enrolled, "") == ""
    assert answer(enrolled, "second") == ""


def test_another_plan_and_another_question_have_their_own(
    enrolled: User, cleo: User, maths: Curriculum
) -> None:
    enrol(cleo, maths, at=wall.now())
    answer(enrolled, "Ada's")

    assert answer(cleo, "Cleo's") == "Cleo's"
    assert KeptAnswers(plan(enrolled), at=wall.now()).to("another", lambda: "new") == "new"


def test_a_change_of_time_asks_anew_and_so_does_taking_it_back(enrolled: User) -> None:
    answer(enrolled, "first")
    actions.change_windows(learner=enrolled, windows=evenings(5), at=wall.now())
    assert answer(enrolled, "second") == "second"

    undo_receipt(receipt=plan(enrolled).receipts.latest("pk"), at=wall.now())

    assert answer(enrolled, "third") == "third"


def test_a_check_off_that_moves_nothing_asks_anew(enrolled: User) -> None:
    answer(enrolled, "first")
    version = plan(enrolled).version

    set_state(learner=enrolled, milestone_key="maths.m1", state="done", at=wall.now())

    assert plan(enrolled).version == version
    assert answer(enrolled, "second") == "second"


def test_the_next_day_and_a_new_calibration_ask_anew(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    answer(enrolled, "first")
    clock.move_to("2026-03-03T09:00Z")
    assert answer(enrolled, "second") == "second"

    ForecastCalibration.objects.create(fitted_at=wall.now(), learners=300, values="{}")

    assert answer(enrolled, "third") == "third"


def test_without_a_cache_today_still_answers(enrolled: User) -> None:
    down = mock.Mock(side_effect=NoRedis("down"))
    with mock.patch.multiple(type(cache._connections[cache._alias]), get=down, set=down):  # type: ignore[attr-defined]
        page = logged_in(enrolled).get("/today/").content.decode()

    assert "Learn maths.m1" in page
    assert down.called


def test_a_change_of_what_is_kept_raises_its_shape() -> None:
    kept = [FinishRange, Ends, DayTime, Share]

    fields = [[field.name for field in dataclasses.fields(each)] for each in kept]

    assert (SHAPE, fields) == (
        1,
        [
            ["early_on", "likely_on", "late_on", "rests_on", "percent_by_target"],
            ["days", "ranges"],
            ["week_minutes", "budget_minutes"],
            ["done_minutes", "required_minutes"],
        ],
    )

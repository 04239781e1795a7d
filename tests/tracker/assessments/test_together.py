"""Two tabs, double clicks and replays, all at the same moment: one achievement."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client

from tests.factories import make_curriculum, make_learner, make_milestone, make_module
from tests.tracker.assessments.desk import make_questions
from tests.tracker.conftest import signed_in
from tests.tracker.progress.pages import press
from tracker.assessments.models import Attempt, Placement
from tracker.assessments.selectors import view_of
from tracker.progress.models import Achievement, AchievementEvent

pytestmark = pytest.mark.django_db(transaction=True)
TABS = 4


@pytest.fixture
def tabs() -> list[Client]:
    """Ada's browser, open in four tabs, in a module of two."""
    module = make_module(make_curriculum("maths"), "la")
    make_milestone(module, "math.vec")
    make_milestone(module, "math.mat")
    make_questions("math.vec", 3)
    ada = make_learner()
    return [signed_in(ada) for _ in range(TABS)]


def at_once(tabs: list[Client], act: Callable[[Client], object]) -> None:
    """Do the same in every tab at the same moment."""
    together = threading.Barrier(len(tabs))
    problems: list[Exception] = []

    def run(tab: Client) -> None:
        try:
            together.wait()
            act(tab)
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[tab]) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


def test_a_check_off_in_four_tabs_is_one(tabs: list[Client]) -> None:
    at_once(tabs, lambda tab: press(tab, "math.vec"))

    assert Achievement.objects.get().state == "done"
    assert AchievementEvent.objects.count() == 1


def test_an_undo_in_four_tabs_is_one(tabs: list[Client]) -> None:
    press(tabs[0], "math.vec")
    event = AchievementEvent.objects.get()

    at_once(tabs, lambda tab: tab.post(f"/progress/events/{event.pk}/undo/"))

    assert Achievement.objects.get().state == "open"
    assert AchievementEvent.objects.count() == 2


def test_a_claim_in_four_tabs_is_one(tabs: list[Client]) -> None:
    at_once(tabs, lambda tab: tab.post("/paths/maths/modules/la/known/claim/"))

    assert Placement.objects.count() == 1
    assert Achievement.objects.count() == AchievementEvent.objects.count() == 2


def test_beginning_in_four_tabs_is_one_attempt(tabs: list[Client]) -> None:
    at_once(tabs, lambda tab: tab.post("/milestones/math.vec/check/"))

    assert Attempt.objects.count() == 1


def test_the_last_answer_in_four_tabs_checks_off_once(tabs: list[Client]) -> None:
    tabs[0].post("/milestones/math.vec/check/")
    attempt = Attempt.objects.get()
    for _ in range(2):
        tabs[0].post(f"/checks/{attempt.pk}/answer/", right_answer(attempt))
    last = right_answer(attempt)

    at_once(tabs, lambda tab: tab.post(f"/checks/{attempt.pk}/answer/", last))

    attempt.refresh_from_db()
    assert (attempt.asked_count, attempt.has_passed) == (3, True)
    assert AchievementEvent.objects.count() == 1


def right_answer(attempt: Attempt) -> dict[str, object]:
    attempt.refresh_from_db()
    asked = view_of(attempt).question
    assert asked is not None
    choice = next(each for each in asked.choices if each.is_right)
    return {"choice": choice.pk}

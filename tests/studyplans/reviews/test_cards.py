"""What is finished gets a card; what is taken back gives it up."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock as wall
from studyplans.reviews.models import ReviewCard
from tests.studyplans.cast import make_maths
from tests.studyplans.reviews.lessons import check_off, due_keys, grade
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone
from tracker.progress.actions import credit_background, set_state
from tracker.progress.models import Achievement

pytestmark = pytest.mark.usefixtures("clock")

STATE = "/milestones/maths.m1/state/?in=maths"


def of_reviews(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"] for query in queries if "reviews_" in query["sql"]]


def test_checking_off_makes_a_card_due_after_two_days(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    ada_client.post(STATE, {"state": "done"})

    card = ReviewCard.objects.get(learner=ada)
    assert card.milestone_key == "maths.m1"
    assert card.due_at == wall.now() + timedelta(days=2)


def test_what_was_known_already_is_asked_later(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    ada_client.post(STATE, {"state": "credited"})

    assert ReviewCard.objects.get(learner=ada).due_at == wall.now() + timedelta(days=8)


@pytest.mark.parametrize("state", ["learning", "skipped"])
def test_what_is_not_finished_gets_no_card(
    ada_client: Client, maths: Curriculum, state: str
) -> None:
    ada_client.post(STATE, {"state": state})

    assert not ReviewCard.objects.exists()


@pytest.mark.parametrize("kind", ["project", "exam"])
def test_projects_and_exams_are_not_reviewed(
    ada_client: Client, maths: Curriculum, kind: str
) -> None:
    Milestone.objects.update(kind=kind)

    ada_client.post(STATE, {"state": "done"})

    assert not ReviewCard.objects.exists()


def test_taking_a_check_off_back_suspends_the_card_and_keeps_its_history(
    ada: User, ada_client: Client, card: ReviewCard, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=2))
    grade(ada_client, card)

    ada_client.post(STATE, {"state": "open"})

    card.refresh_from_db()
    assert card.is_suspended
    assert card.reviews.count() == 1
    assert due_keys(ada, wall.now() + timedelta(days=100)) == []
    assert ada_client.get(f"/reviews/{card.pk}/").status_code == 404


def test_checking_off_again_takes_the_card_up_where_it_was(
    ada: User, ada_client: Client, card: ReviewCard, clock: time_machine.Traveller
) -> None:
    ada_client.post(STATE, {"state": "open"})
    clock.shift(timedelta(days=10))

    ada_client.post(STATE, {"state": "done"})

    resumed = ReviewCard.objects.get(learner=ada)
    assert resumed.pk == card.pk
    assert resumed.stability == card.stability
    assert not resumed.is_suspended
    assert resumed.due_at == wall.now() + timedelta(days=1)


def test_writing_a_note_moves_nothing(ada: User, ada_client: Client, card: ReviewCard) -> None:
    set_state(
        learner=ada, milestone_key="maths.m1", state=Achievement.State.CREDITED, at=wall.now()
    )

    again = ReviewCard.objects.get(learner=ada)
    assert (again.due_at, again.stability) == (card.due_at, card.stability)


def test_a_background_claimed_at_once_comes_back_a_day_apart(ada: User, maths: Curriculum) -> None:
    maths.credited_keys = ["maths.m1", "maths.m2", "maths.m3"]

    credit_background(learner=ada, curriculum=maths, at=wall.now())

    days = [(card.due_at - wall.now()).days for card in ReviewCard.objects.of(ada)]
    assert days == [8, 9, 10]


def test_a_background_of_any_size_takes_the_same_number_of_queries(
    ada: User, cleo: User, maths: Curriculum
) -> None:
    large = make_maths(40, slug="large")
    maths.credited_keys = ["maths.m1"]
    large.credited_keys = [f"large.m{number}" for number in range(1, 41)]
    with CaptureQueriesContext(connection) as few:
        credit_background(learner=ada, curriculum=maths, at=wall.now())

    with CaptureQueriesContext(connection) as many:
        credit_background(learner=cleo, curriculum=large, at=wall.now())

    assert ReviewCard.objects.of(cleo).count() == 40
    assert len(of_reviews(many)) == len(of_reviews(few))


def test_a_check_off_costs_few_queries_more(ada: User, maths: Curriculum) -> None:
    with CaptureQueriesContext(connection) as queries:
        check_off(ada, "maths.m1", at=wall.now())

    assert (
        len(of_reviews(queries)) <= 4
    )  # cards, preference, the new card, and this test's own look

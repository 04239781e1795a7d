"""The list of reviews, its settings, and who may see it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock as wall
from studyplans.reviews import selectors
from studyplans.reviews.models import Review, ReviewCard, ReviewPreference
from tests.studyplans.cast import logged_in, make_maths
from tests.studyplans.reviews.lessons import check_off, grade, make_question
from tracker.accounts.models import User

pytestmark = pytest.mark.usefixtures("clock")


def reviews(client: Client) -> str:
    return client.get("/reviews/").content.decode()


def save(client: Client, **changes: str) -> str:
    sent = {"is_on": "on", "retention_percent": "90", "week_share_percent": "20", **changes}
    return client.post("/reviews/settings/", sent, follow=True).content.decode()


def test_the_page_shows_what_is_due_and_how_long_it_takes(
    ada_client: Client, card: ReviewCard, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=2))

    page = reviews(ada_client)

    assert "Learn maths.m1" in page
    assert "5 min" in page
    assert "in your own words" in page
    assert "any day until 5 March" in page
    assert f'href="/reviews/{card.pk}/"' in page


def test_the_page_shows_what_is_coming_by_week(
    ada: User, ada_client: Client, card: ReviewCard
) -> None:
    check_off(ada, "maths.m2", at=wall.now(), state="credited")

    page = reviews(ada_client)

    assert "Nothing to review today" in page
    assert "2 March – 8 March 2026" in page
    assert "9 March – 15 March 2026" in page
    assert page.count("1 review, 5 min") == 2


def test_who_has_finished_nothing_is_told_how_it_begins(ada_client: Client) -> None:
    assert "Nothing to review yet" in reviews(ada_client)


def test_reviews_can_be_switched_off_and_on_again(
    ada: User, ada_client: Client, card: ReviewCard, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=2))
    at = wall.now()

    off = save(ada_client, is_on="")
    silent = (
        selectors.reviews_due(ada, at),
        selectors.upcoming(ada, at, days=90),
        selectors.review_load(ada, at, at + timedelta(days=90)),
    )
    on = save(ada_client)

    assert "Reviews are off" in off
    assert "Learn maths.m1" not in off
    assert silent == ([], [], {})
    assert "Learn maths.m1" in on


def test_a_lower_retention_lets_everything_wait_longer(
    ada: User, ada_client: Client, card: ReviewCard
) -> None:
    grade(ada_client, card)
    before = ReviewCard.objects.get()

    save(ada_client, retention_percent="80")

    after = ReviewCard.objects.get()
    assert after.due_at > before.due_at
    assert after.memory == before.memory


def test_a_changed_retention_keeps_apart_what_was_spread(ada: User, ada_client: Client) -> None:
    make_maths(3, slug="spread")
    cards = [check_off(ada, f"spread.m{number}", at=wall.now()) for number in (1, 2, 3)]
    for days, each in enumerate(cards):
        ReviewCard.objects.filter(pk=each.pk).update(due_at=each.due_at + timedelta(days=days))

    save(ada_client, retention_percent="85")

    assert len({each.due_at for each in ReviewCard.objects.of(ada)}) == 3


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("retention_percent", "79", "Write 80 or more."),
        ("retention_percent", "96", "Write 95 or less."),
        ("week_share_percent", "21", "Write 20 or less."),
        ("week_share_percent", "", "Write a number from 5 to 20."),
        ("week_share_percent", "much", "Write a whole number from 5 to 20."),
    ],
)
def test_an_impossible_setting_says_what_is_wrong(
    ada_client: Client, field: str, value: str, error: str
) -> None:
    assert error in save(ada_client, **{field: value})
    assert not ReviewPreference.objects.exists()


# --- who may see it ---------------------------------------------------------------------------


def test_cleo_sees_nothing_of_adas_reviews(
    ada: User, ada_client: Client, cleo: User, card: ReviewCard, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=2))
    grade(ada_client, card)
    result = Review.objects.get()
    clock.shift(timedelta(days=11))
    stranger = logged_in(cleo)
    sent = {"number": 2, "rating": 3, "question": "maths.m1.q1", "choice": 1}

    answers = [
        stranger.get(f"/reviews/{card.pk}/"),
        stranger.post(f"/reviews/{card.pk}/answer/", sent),
        stranger.post(f"/reviews/{card.pk}/grade/", sent),
        stranger.get(f"/reviews/results/{result.pk}/"),
        stranger.post(f"/reviews/results/{result.pk}/undo/"),
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert "maths.m1" not in reviews(stranger)
    assert Review.objects.count() == 1
    assert Review.objects.standing().count() == 1


@pytest.mark.parametrize("url", ["/reviews/", "/reviews/1/", "/reviews/results/1/"])
def test_visitors_are_asked_to_log_in(client: Client, transactional_db: None, url: str) -> None:
    assert client.get(url)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "url",
    [
        "/reviews/settings/",
        "/reviews/1/answer/",
        "/reviews/1/grade/",
        "/reviews/results/1/undo/",
    ],
)
def test_looking_changes_nothing(ada_client: Client, url: str) -> None:
    assert ada_client.get(url).status_code == 405


# --- how much it costs ------------------------------------------------------------------------


def test_queries_do_not_grow_with_reviews(
    ada: User, ada_client: Client, card: ReviewCard, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=2))
    check_off(ada, "maths.m2", at=wall.now())
    with CaptureQueriesContext(connection) as few:
        reviews(ada_client)
    make_maths(30, slug="many")
    for number in range(1, 31):
        check_off(ada, f"many.m{number}", at=wall.now() - timedelta(days=number % 5))
        make_question(f"many.m{number}")

    with CaptureQueriesContext(connection) as many:
        reviews(ada_client)

    assert len(many) == len(few) <= 15


def test_queries_of_a_review_do_not_grow_with_its_questions(
    ada_client: Client, card: ReviewCard
) -> None:
    make_question("maths.m1", 1)
    with CaptureQueriesContext(connection) as few:
        ada_client.get(f"/reviews/{card.pk}/")
    for number in range(2, 6):
        make_question("maths.m1", number)

    with CaptureQueriesContext(connection) as many:
        ada_client.get(f"/reviews/{card.pk}/")

    assert len(many) == len(few) <= 15

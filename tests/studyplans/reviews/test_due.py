"""What is due, what a day asks for, and what waits."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from common import clock as wall
from studyplans.reviews import memory, selectors
from studyplans.reviews.models import ReviewCard
from studyplans.reviews.signals import study_week_asked
from tests.studyplans.cast import make_maths
from tests.studyplans.reviews.lessons import check_off, due_keys, grade, make_question
from tracker.accounts.models import User

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def hour_a_week() -> Iterator[dict[str, int]]:
    """Say that everybody's week has an hour; a test may say otherwise."""
    week = {"minutes": 60}

    def tell(sender: object, **asked: Any) -> int:
        return week["minutes"]

    study_week_asked.connect(tell)
    before = study_week_asked.receivers
    study_week_asked.receivers = [entry for entry in before if entry[1]() is tell]
    study_week_asked.sender_receivers_cache.clear()
    yield week
    study_week_asked.receivers = before
    study_week_asked.disconnect(tell)


@pytest.fixture
def backlog(ada: User) -> list[ReviewCard]:
    """Ada finished six milestones ten days before this Monday."""
    make_maths(6, slug="old")
    at = wall.now() - timedelta(days=10)
    return [check_off(ada, f"old.m{number}", at=at) for number in range(1, 7)]


def test_a_review_is_due_from_the_morning_of_its_day(
    ada: User, card: ReviewCard, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-04T02:59Z")  # 03:59 in Berlin, the last minute of her Tuesday
    before = due_keys(ada, wall.now())

    clock.move_to("2026-03-04T03:00Z")

    assert (before, due_keys(ada, wall.now())) == ([], ["maths.m1"])


def test_what_fades_fastest_comes_first(ada: User, backlog: list[ReviewCard]) -> None:
    firm, shaky = backlog[0], backlog[5]
    ReviewCard.objects.filter(pk=firm.pk).update(stability=100)
    ReviewCard.objects.filter(pk=shaky.pk).update(stability=1)

    keys = due_keys(ada, wall.now())

    assert keys[0] == "old.m6"
    assert keys[-1] == "old.m1"


def test_a_review_has_a_window_not_a_day(ada: User, card: ReviewCard) -> None:
    ReviewCard.objects.filter(pk=card.pk).update(due_at=wall.now() + timedelta(days=50))

    (coming,) = selectors.upcoming(ada, wall.now(), days=60)

    assert coming.due_on == date(2026, 4, 21)
    assert coming.until == date(2026, 5, 1)


@pytest.mark.parametrize(("questions", "minutes"), [(0, 5), (1, 5), (3, 9), (5, 13), (9, 13)])
def test_a_review_takes_five_to_fifteen_minutes(
    ada: User, card: ReviewCard, questions: int, minutes: int
) -> None:
    for number in range(questions):
        make_question("maths.m1", number)

    (coming,) = selectors.upcoming(ada, wall.now(), days=7)

    assert coming.minutes == minutes


def test_a_backlog_is_shared_out_over_the_week(
    ada: User,
    ada_client: Client,
    backlog: list[ReviewCard],
    hour_a_week: dict[str, int],
    clock: time_machine.Traveller,
) -> None:
    asked = []
    for _ in range(7):
        day = selectors.review_day(ada, wall.now())
        asked.append(len(day.asked))
        for review in day.asked:
            grade(ada_client, review.card)
        clock.shift(timedelta(days=1))

    # A fifth of an hour is twelve minutes: two reviews of five, never a third.
    assert sum(asked) == 2
    assert max(asked) == 1


def test_the_first_review_of_a_day_may_run_ahead_of_the_pace(
    ada: User, ada_client: Client, backlog: list[ReviewCard], hour_a_week: dict[str, int]
) -> None:
    first = selectors.review_day(ada, wall.now())  # Monday's seventh of twelve minutes is one

    grade(ada_client, first.asked[0].card)

    assert len(first.asked) == 1
    assert selectors.review_day(ada, wall.now()).asked == ()


def test_days_off_are_made_up_for_within_the_week(
    ada: User,
    backlog: list[ReviewCard],
    hour_a_week: dict[str, int],
    clock: time_machine.Traveller,
) -> None:
    hour_a_week["minutes"] = 150
    clock.shift(timedelta(days=5))  # Saturday: six sevenths of thirty minutes

    day = selectors.review_day(ada, wall.now())

    assert (len(day.asked), len(day.waiting)) == (5, 1)
    assert day.minutes == 25


def test_a_week_too_short_for_a_review_asks_for_none_and_hides_none(
    ada: User, ada_client: Client, backlog: list[ReviewCard], hour_a_week: dict[str, int]
) -> None:
    hour_a_week["minutes"] = 20

    page = ada_client.get("/reviews/").content.decode()

    assert "Enough for today" in page
    assert "6 more can wait" in page


def test_who_has_no_week_yet_is_asked_a_little_each_day(
    ada: User, backlog: list[ReviewCard], hour_a_week: dict[str, int]
) -> None:
    hour_a_week["minutes"] = 0

    assert len(selectors.review_day(ada, wall.now()).asked) == 1


def test_the_load_counts_on_every_review_going_well(ada: User, card: ReviewCard) -> None:
    begin, end = wall.now(), wall.now() + timedelta(days=70)

    load = selectors.review_load(ada, begin, end)

    assert load == {date(2026, 3, 4): 5, date(2026, 3, 15): 5, date(2026, 4, 30): 5}


def test_the_load_puts_what_is_overdue_on_the_first_day(
    ada: User, backlog: list[ReviewCard]
) -> None:
    load = selectors.review_load(ada, wall.now(), wall.now() + timedelta(days=1))

    assert load == {date(2026, 3, 2): 30}


def test_a_milestone_gone_from_the_catalogue_is_left_out(ada: User, card: ReviewCard) -> None:
    ReviewCard.objects.filter(pk=card.pk).update(milestone_key="maths.gone")

    assert due_keys(ada, wall.now() + timedelta(days=9)) == []


def test_what_is_remembered_sinks_with_time(ada: User, card: ReviewCard) -> None:
    first = card.retrievability(wall.now())
    later = card.retrievability(wall.now() + timedelta(days=30))

    assert first == 1
    assert later == memory.retrievability(card.memory, at=wall.now() + timedelta(days=30))
    assert 0 < later < 0.9

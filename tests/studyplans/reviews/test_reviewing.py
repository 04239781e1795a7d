"""One review, from the first question to its result and back."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.dispatch import Signal
from django.test import Client

from common import clock as wall
from studyplans.reviews import selectors
from studyplans.reviews.models import Rating, Review, ReviewCard
from studyplans.reviews.signals import review_failed, review_passed
from tests.studyplans.reviews.lessons import answer, check_off, grade, make_question
from tracker.accounts.models import User
from tracker.curricula.models import Choice, Question

TWO_DAYS = timedelta(days=2)


@pytest.fixture
def due(card: ReviewCard, clock: time_machine.Traveller) -> ReviewCard:
    """It is Wednesday, and maths.m1 is due; it has no questions."""
    clock.shift(TWO_DAYS)
    return card


@pytest.fixture
def asked(due: ReviewCard) -> ReviewCard:
    """The milestone that is due has three questions."""
    for number in (1, 2, 3):
        make_question("maths.m1", number)
    return due


@contextmanager
def heard(signal: Signal) -> Iterator[list[str]]:
    keys: list[str] = []

    def listen(sender: object, *, milestone_key: str, **news: Any) -> None:
        keys.append(milestone_key)

    signal.connect(listen)
    yield keys
    signal.disconnect(listen)


def prompts(client: Client, card: ReviewCard) -> str:
    return client.get(f"/reviews/{card.pk}/").content.decode()


def test_a_question_is_explained_right_after_its_answer(
    ada_client: Client, asked: ReviewCard
) -> None:
    first = selectors.attempt_at(asked).pending[0]

    page = answer(ada_client, asked, rightly=False)

    assert "<title>Not this time." in page
    assert f"Why right of {first.key}." in page
    assert f"Why wrong-1 of {first.key}." in page
    assert "(your answer)" in page
    assert "Question 2 of 3" in page


def test_nothing_is_given_away_before_the_answer(ada_client: Client, asked: ReviewCard) -> None:
    page = prompts(ada_client, asked)

    assert "Question 1 of 3" in page
    assert "Why " not in page
    assert "is-right" not in page


def test_code_in_a_question_is_code_and_html_is_only_text(
    ada_client: Client, asked: ReviewCard
) -> None:
    Question.objects.update(prompt="What does `<b>` do in <i>HTML</i>?")

    page = prompts(ada_client, asked)

    assert "What does <code>&lt;b&gt;</code> do in &lt;i&gt;HTML&lt;/i&gt;?" in page


def test_looking_begins_nothing(ada_client: Client, asked: ReviewCard) -> None:
    prompts(ada_client, asked)

    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("answers", "rating", "heading"),
    [
        ((True, True, True), Rating.GOOD, "Still there"),
        ((True, False, True), Rating.HARD, "Still there, with effort"),
        ((True, False, False), Rating.AGAIN, "This one has faded"),
    ],
)
def test_the_share_of_right_answers_is_the_rating(
    ada_client: Client, asked: ReviewCard, answers: tuple[bool, ...], rating: int, heading: str
) -> None:
    for rightly in answers:
        page = answer(ada_client, asked, rightly=rightly)

    review = Review.objects.get()
    assert f"<h1>{heading}</h1>" in page
    assert f"{sum(answers)} of 3 right." in page
    assert (review.rating, review.right_count, review.asked_count) == (rating, sum(answers), 3)
    assert (review.source, review.finished_at) == ("questions", wall.now())


def test_a_good_review_comes_back_later_and_a_failed_one_soon(
    ada: User, ada_client: Client, due: ReviewCard
) -> None:
    other = check_off(ada, "maths.m2", at=wall.now() - TWO_DAYS)

    grade(ada_client, due, Rating.GOOD)
    page = grade(ada_client, other, Rating.AGAIN)

    due.refresh_from_db()
    other.refresh_from_db()
    assert (due.due_at - wall.now()).days == 11
    assert (other.due_at - wall.now()).days == 1
    assert "Forgetting is how memory works" in page
    assert "Thursday 5 March 2026" in page
    assert "Open the milestone" in page


def test_without_questions_one_says_it_in_ones_own_words(
    ada_client: Client, due: ReviewCard
) -> None:
    before = prompts(ada_client, due)

    after = grade(ada_client, due, Rating.EASY)

    assert "Explain “Learn maths.m1” aloud" in before
    assert "You can show maths.m1." in before
    assert "Still there, easily" in after
    assert Review.objects.get().source == "recall"


def test_an_answer_sent_twice_counts_once(ada_client: Client, asked: ReviewCard) -> None:
    question = selectors.attempt_at(asked).pending[0]
    right = next(choice for choice in question.choices if choice.is_right)
    wrong = next(choice for choice in question.choices if not choice.is_right)
    for choice in (wrong, right):
        ada_client.post(
            f"/reviews/{asked.pk}/answer/",
            {"number": 1, "question": question.key, "choice": choice.pk},
        )

    review = Review.objects.get()
    assert (review.right_count, review.asked_count) == (0, 1)


def test_a_grade_sent_twice_counts_once(ada_client: Client, due: ReviewCard) -> None:
    sent = {"number": 1, "rating": Rating.GOOD}
    ada_client.post(f"/reviews/{due.pk}/grade/", sent)
    page = ada_client.post(f"/reviews/{due.pk}/grade/", sent, follow=True).content.decode()

    due.refresh_from_db()
    assert Review.objects.count() == 1
    assert (due.due_at - wall.now()).days == 11
    assert "<h1>Still there</h1>" in page


def test_a_grade_is_not_taken_while_questions_are_left(
    ada_client: Client, asked: ReviewCard
) -> None:
    page = grade(ada_client, asked, Rating.EASY)

    assert "Question 1 of 3" in page
    assert Review.objects.finished().count() == 0


def test_no_answer_is_no_mistake(ada_client: Client, asked: ReviewCard) -> None:
    page = ada_client.post(f"/reviews/{asked.pk}/answer/", {}, follow=True).content.decode()

    assert "Choose one of the answers." in page
    assert not Review.objects.exists()


def test_the_order_holds_through_an_attempt(ada_client: Client, due: ReviewCard) -> None:
    for number in range(1, 6):
        make_question("maths.m1", number)
    first = [question.key for question in selectors.attempt_at(due).pending]

    answer(ada_client, due)

    assert [question.key for question in selectors.attempt_at(due).pending] == first[1:]


def test_questions_and_choices_are_shuffled_with_each_attempt(
    ada_client: Client, due: ReviewCard
) -> None:
    for number in range(1, 6):
        make_question("maths.m1", number)
    orders, choices = set(), set()
    for _ in range(4):  # by chance they would all be the same once in a million runs
        pending = selectors.attempt_at(due).pending
        orders.add(tuple(question.key for question in pending))
        in_place = sorted(pending, key=lambda question: question.key)
        choices.add(tuple(each.text for question in in_place for each in question.choices))
        for _ in pending:
            answer(ada_client, due)

    assert len(orders) > 1
    assert len(choices) > 1


def test_a_question_taken_away_in_the_middle_does_not_lock_the_review(
    ada_client: Client, asked: ReviewCard
) -> None:
    answer(ada_client, asked)
    Question.objects.all().delete()

    page = grade(ada_client, asked, Rating.GOOD)

    assert "<h1>Still there</h1>" in page


def test_a_reworded_choice_leaves_the_answer_that_was_given(
    ada_client: Client, asked: ReviewCard
) -> None:
    answer(ada_client, asked, rightly=True)
    Choice.objects.filter(is_right=True).update(text="righter")

    page = prompts(ada_client, asked)

    assert "righter" in page
    assert "Right</span>" in page


def test_a_passed_review_is_told_after_the_commit(ada_client: Client, due: ReviewCard) -> None:
    with heard(review_passed) as passed, heard(review_failed) as failed:
        grade(ada_client, due, Rating.HARD)

    assert (passed, failed) == (["maths.m1"], [])


def test_a_failed_review_is_told_as_failed(ada_client: Client, due: ReviewCard) -> None:
    with heard(review_passed) as passed, heard(review_failed) as failed:
        grade(ada_client, due, Rating.AGAIN)

    assert (passed, failed) == ([], ["maths.m1"])


# --- what a passed review says of its prerequisites -------------------------------------------


def test_a_passed_review_counts_a_little_for_its_prerequisite(
    ada: User, ada_client: Client, due: ReviewCard
) -> None:
    after_it = check_off(ada, "maths.m2", at=wall.now() - TWO_DAYS)

    page = grade(ada_client, after_it)

    memory_before = due.memory
    due.refresh_from_db()
    assert due.due_at == wall.now() + timedelta(days=1)  # half of its two days
    assert due.memory == memory_before
    assert "It counted for more" in page
    assert "Learn maths.m1, on" in page


def test_a_failed_review_counts_for_nothing_else(
    ada: User, ada_client: Client, due: ReviewCard
) -> None:
    after_it = check_off(ada, "maths.m2", at=wall.now() - TWO_DAYS)

    grade(ada_client, after_it, Rating.AGAIN)

    before = due.due_at
    due.refresh_from_db()
    assert due.due_at == before


def test_a_prerequisite_is_never_put_off_past_twice_its_interval(
    ada: User, ada_client: Client, due: ReviewCard, clock: time_machine.Traveller
) -> None:
    check_off(ada, "maths.m2", at=wall.now())
    for _ in range(6):
        clock.shift(timedelta(days=1))
        after_it = ReviewCard.objects.get(milestone_key="maths.m2")
        grade(ada_client, after_it)

    due.refresh_from_db()
    assert due.due_at <= due.reviewed_at + 2 * TWO_DAYS


def test_a_prerequisite_that_is_not_due_soon_stays(
    ada: User, ada_client: Client, due: ReviewCard
) -> None:
    far = wall.now() + timedelta(days=8)
    ReviewCard.objects.filter(pk=due.pk).update(stability=100, due_at=far)
    after_it = check_off(ada, "maths.m2", at=wall.now() - TWO_DAYS)

    grade(ada_client, after_it)

    due.refresh_from_db()
    assert due.due_at == far


# --- undoing ----------------------------------------------------------------------------------


def test_a_review_can_be_undone_with_all_it_moved(
    ada: User, ada_client: Client, due: ReviewCard
) -> None:
    after_it = check_off(ada, "maths.m2", at=wall.now() - TWO_DAYS)
    grade(ada_client, after_it)
    review = Review.objects.get()

    for _ in range(2):
        page = ada_client.post(f"/reviews/results/{review.pk}/undo/", follow=True)

    before = {card.pk: (card.memory, card.due_at) for card in (due, after_it)}
    now = {card.pk: (card.memory, card.due_at) for card in ReviewCard.objects.of(ada)}
    assert now == before
    assert "This review is open again." in page.content.decode()
    assert Review.objects.standing().count() == 0


def test_an_older_review_cannot_be_undone(
    ada_client: Client, due: ReviewCard, clock: time_machine.Traveller
) -> None:
    grade(ada_client, due)
    older = Review.objects.get()
    clock.shift(timedelta(days=11))
    grade(ada_client, due)
    due.refresh_from_db()

    page = ada_client.post(f"/reviews/results/{older.pk}/undo/", follow=True)

    after = ReviewCard.objects.get(pk=due.pk)
    assert "so it stays" in page.content.decode()
    assert (after.memory, after.due_at) == (due.memory, due.due_at)


def test_an_undone_result_leads_back_to_the_review(ada_client: Client, due: ReviewCard) -> None:
    grade(ada_client, due)
    review = Review.objects.get()
    ada_client.post(f"/reviews/results/{review.pk}/undo/")

    again = ada_client.get(f"/reviews/results/{review.pk}/")

    assert again["Location"] == f"/reviews/{due.pk}/"


def test_only_the_latest_review_offers_to_be_undone(
    ada_client: Client, due: ReviewCard, clock: time_machine.Traveller
) -> None:
    first = grade(ada_client, due)
    older = Review.objects.get()
    clock.shift(timedelta(days=11))
    grade(ada_client, due)

    page = ada_client.get(f"/reviews/results/{older.pk}/").content.decode()

    assert "Undo this review" in first
    assert "Undo this review" not in page

"""What the tests of reviews share: checking off, questions, and answering them."""

from datetime import datetime

from django.test import Client

from studyplans.reviews import selectors
from studyplans.reviews.models import Rating, ReviewCard
from tracker.accounts.models import User
from tracker.curricula.models import Choice, Question
from tracker.progress.actions import set_state
from tracker.progress.models import Achievement


def check_off(
    learner: User, key: str, *, at: datetime, state: str = Achievement.State.DONE
) -> ReviewCard:
    set_state(learner=learner, milestone_key=key, state=state, at=at)
    return ReviewCard.objects.of(learner).get(milestone_key=key)


def make_question(milestone_key: str, number: int = 1) -> Question:
    """Build a question whose choices are right, wrong-1 and wrong-2."""
    question = Question.objects.create(
        key=f"{milestone_key}.q{number}",
        milestone_key=milestone_key,
        prompt=f"Question {number} of `{milestone_key}`?",
        position=number,
    )
    for text in ("right", "wrong-1", "wrong-2"):
        is_right = text == "right"
        why = f"Why {text} of {question.key}."
        Choice.objects.create(question=question, text=text, is_right=is_right, why=why)
    return question


def answer(client: Client, card: ReviewCard, *, rightly: bool = True, follow: bool = True) -> str:
    """Answer the next question of a card through its form; return the page that follows."""
    attempt = selectors.attempt_at(card)
    assert attempt.question is not None
    choice = next(each for each in attempt.question.choices if each.is_right == rightly)
    sent = {"number": attempt.number, "question": attempt.question.key, "choice": choice.pk}
    answered = client.post(f"/reviews/{card.pk}/answer/", sent, follow=follow)
    return answered.content.decode()


def grade(client: Client, card: ReviewCard, rating: int = Rating.GOOD) -> str:
    """Judge oneself on a card without questions; return the page that follows."""
    sent = {"number": selectors.attempt_at(card).number, "rating": rating}
    return client.post(f"/reviews/{card.pk}/grade/", sent, follow=True).content.decode()


def due_keys(learner: User, at: datetime) -> list[str]:
    return [review.card.milestone_key for review in selectors.reviews_due(learner, at)]

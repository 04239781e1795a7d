"""What the tests of checks share: questions, and answering them through their forms."""

from typing import Any

from django.test import Client

from tracker.accounts.models import User
from tracker.assessments.models import Attempt
from tracker.assessments.selectors import view_of
from tracker.curricula.models import Choice, Question
from tracker.progress.models import Achievement


def make_questions(milestone_key: str, count: int, *, first: int = 1) -> None:
    """Build questions whose choices are right, wrong-1, wrong-2 and wrong-3."""
    for number in range(first, first + count):
        question = Question.objects.create(
            key=f"{milestone_key}.q{number}",
            milestone_key=milestone_key,
            prompt=f"Question {number} of {milestone_key}?",
            position=number,
        )
        for text in ("right", "wrong-1", "wrong-2", "wrong-3"):
            is_right = text == "right"
            why = f"Why {text} of {question.key}."
            Choice.objects.create(question=question, text=text, is_right=is_right, why=why)


def begin(browser: Client, address: str = "/milestones/math.vec/check/") -> Attempt:
    """Press Begin; return the attempt it leads to."""
    answer = browser.post(address)
    return Attempt.objects.get(pk=int(answer.headers["Location"].split("/")[2]))


def answer(browser: Client, attempt: Attempt, *, rightly: bool = True) -> str:
    """Answer the question that is asked; return the page that follows."""
    attempt.refresh_from_db()
    asked = view_of(attempt).question
    assert asked is not None
    choice = next(each for each in asked.choices if each.is_right == rightly)
    sent = {"choice": choice.pk}
    response = browser.post(f"/checks/{attempt.pk}/answer/", sent, follow=True)
    attempt.refresh_from_db()
    return response.content.decode()


def answer_all(browser: Client, attempt: Attempt, *results: bool) -> str:
    pages = [answer(browser, attempt, rightly=rightly) for rightly in results]
    return pages[-1]


def standing(learner: User, key: str) -> tuple[str, Any]:
    """Return state and basis of a milestone."""
    found = Achievement.objects.of(learner).filter(milestone_key=key).first()
    return (found.state, found.basis) if found else ("open", None)

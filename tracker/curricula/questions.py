"""Draw questions of the catalogue, shuffle them for one attempt, and mark what was chosen.

The same seed draws the same questions in the same order with the same order of choices, so
that a page can be loaded again in the middle of an attempt; a new seed shuffles anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, prefetch_related_objects

from tracker.curricula.models import Choice, Question


@dataclass(frozen=True, slots=True)
class DrawnQuestion:
    """A question with its choices in the order of one attempt."""

    question: Question
    choices: tuple[Choice, ...]

    @property
    def key(self) -> str:
        return self.question.key

    def choice(self, pk: int) -> Choice | None:
        return next((choice for choice in self.choices if choice.pk == pk), None)


@dataclass(frozen=True, slots=True)
class MarkedChoice:
    choice: Choice
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class MarkedQuestion:
    """A question that was answered: which choice was taken, and why each is right or wrong.

    `chosen_text` is what the learner took at the time; the author may have reworded it since.
    """

    question: Question
    choices: tuple[MarkedChoice, ...]
    chosen_text: str
    is_right: bool


def draw_questions(
    milestone_keys: Iterable[str], *, seed: str, limit: int | None = None
) -> list[DrawnQuestion]:
    """Return questions of these milestones in the order of this attempt, in two queries."""
    found = Question.objects.filter(milestone_key__in=set(milestone_keys))
    drawn = sorted(found, key=lambda question: _rank(seed, question.key))[:limit]
    return [_drawn(question, seed) for question in _with_choices(drawn)]


def mark_question(drawn: DrawnQuestion, *, chosen_text: str, is_right: bool) -> MarkedQuestion:
    """Lay the choices out again, beside what was taken and what it was worth."""
    choices = tuple(MarkedChoice(choice, choice.text == chosen_text) for choice in drawn.choices)
    return MarkedQuestion(drawn.question, choices, chosen_text, is_right)


def find_questions(keys: Iterable[str], *, seed: str) -> dict[str, DrawnQuestion]:
    """Return these questions by key, each with the order of choices it had in that attempt."""
    found = list(Question.objects.filter(key__in=set(keys)))
    return {question.key: _drawn(question, seed) for question in _with_choices(found)}


def question_counts(milestone_keys: Iterable[str]) -> dict[str, int]:
    """Count the questions of each milestone; those without any are missing."""
    found = Question.objects.filter(milestone_key__in=set(milestone_keys)).order_by()
    counted = found.values_list("milestone_key").annotate(count=Count("pk"))
    return dict(counted)


def _with_choices(questions: list[Question]) -> list[Question]:
    prefetch_related_objects(questions, "choices")
    return questions


def _drawn(question: Question, seed: str) -> DrawnQuestion:
    def rank(choice: Choice) -> str:
        return _rank(seed, f"{question.key} {choice.text}")

    return DrawnQuestion(question, tuple(sorted(question.choices.all(), key=rank)))


def _rank(seed: str, name: str) -> str:
    # Ordering by a hash keeps the order of the rest when an author adds or removes one.
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()

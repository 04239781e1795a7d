"""What makes a question of the catalogue fit to be asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tracker.curricula.field_checks import field_faults, repeated_faults, unknown_faults
from tracker.curricula.models import Choice
from tracker.curricula.outline import Fault, QuestionOutline, Reference

FEWEST_CHOICES, MOST_CHOICES = 3, 5


def choices_faults(questions: Iterable[QuestionOutline]) -> Iterator[Fault]:
    for question in questions:
        yield from _count_faults(question)
        yield from _right_faults(question)
        for choice in question.choices:
            yield from field_faults(choice, Choice, "text", "why")
        yield from repeated_faults(_texts(question), "choice")


def _count_faults(question: QuestionOutline) -> Iterator[Fault]:
    count = len(question.choices)
    if not FEWEST_CHOICES <= count <= MOST_CHOICES:
        mend = f"offer {FEWEST_CHOICES} to {MOST_CHOICES}"
        yield Fault(question.place_of("choices"), f"the question has {count} choices", mend)


def _right_faults(question: QuestionOutline) -> Iterator[Fault]:
    right = [choice for choice in question.choices if choice.is_right]
    if not right:
        message = "no choice of the question is right"
        yield Fault(question.place_of("choices"), message, "write “right: true” at one of them")
    for choice in right[1:]:
        message = f"the question has a second right choice, after {right[0].place}"
        yield Fault(choice.place_of("right"), message, "leave “right: true” at one of them")


def _texts(question: QuestionOutline) -> list[Reference]:
    """Return what each choice says, however it is spaced."""
    return [
        Reference(key=" ".join(choice.text.split()), place=choice.place_of("text"))
        for choice in question.choices
    ]


def unknown_milestones(
    questions: Iterable[QuestionOutline], known: Collection[str]
) -> Iterator[Fault]:
    for question in questions:
        if question.milestone is None:
            message = "“milestone” is missing or empty"
            yield Fault(question.place, message, "write the key of the milestone it tests")
        yield from unknown_faults([question.milestone], known, "milestone")

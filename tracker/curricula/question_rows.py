"""Write questions and their choices into rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tracker.curricula.models import Choice, Question
from tracker.curricula.outline import QuestionOutline
from tracker.curricula.upserts import Tally, pks, write


def write_questions(questions: Sequence[QuestionOutline]) -> Tally:
    tally = write(Question, questions, question_values)
    fresh_keys = {*tally.created, *tally.updated}
    write_choices([question for question in questions if question.key in fresh_keys])
    return tally


def question_values(question: QuestionOutline) -> dict[str, Any]:
    return {
        "milestone_key": question.milestone.key if question.milestone else "",
        "prompt": question.prompt,
        "position": question.position,
    }


def write_choices(questions: Sequence[QuestionOutline]) -> None:
    """Write the choices of these questions anew."""
    question_pks = pks(Question)
    Choice.objects.filter(question__key__in=[question.key for question in questions]).delete()
    Choice.objects.bulk_create(
        Choice(
            question_id=question_pks[question.key],
            text=choice.text,
            is_right=choice.is_right,
            why=choice.why,
            position=position,
        )
        for question in questions
        for position, choice in enumerate(question.choices)
    )

"""Question banks: `questions/*.yaml` and the rows they become."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from tests.tracker.curricula.planting import Planted, assert_named
from tests.tracker.curricula.small_catalogue import QUESTIONS, change, write_catalogue
from tracker.curricula.models import Choice, Question

BANK = "questions/maths.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path)


def load(folder: Path) -> str:
    out = StringIO()
    call_command("load_catalogue", str(folder), stdout=out)
    return out.getvalue()


# --- loading ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_questions_are_loaded_as_their_file_says(folder: Path) -> None:
    assert "questions: 2 created" in load(folder)

    first, second = Question.objects.all()
    assert (first.key, first.milestone_key, first.position) == ("maths.add.q1", "maths.add", 0)
    assert first.prompt == "What do two and two make?"
    assert [(choice.text, choice.is_right) for choice in first.choices.all()] == [
        ("Three", False),
        ("Four", True),
        ("Twenty-two", False),
    ]
    assert [choice.position for choice in first.choices.all()] == [0, 1, 2]
    assert first.choices.get(is_right=True).why == "Two and two more make four."
    assert (second.key, second.position) == ("maths.prove.q1", 1)


@pytest.mark.django_db
def test_loading_questions_twice_changes_no_row(folder: Path) -> None:
    load(folder)
    before = list(Question.objects.values()), list(Choice.objects.values())

    assert load(folder).startswith("Nothing changed")
    assert (list(Question.objects.values()), list(Choice.objects.values())) == before


@pytest.mark.django_db
def test_only_a_question_that_changed_is_written(folder: Path) -> None:
    load(folder)
    Choice.objects.filter(text="It proves the claim").update(why="Edited.")
    change(folder, BANK, "text: Three", "text: Five")
    row = Question.objects.get(key="maths.add.q1")

    assert "questions: 1 updated (maths.add.q1), 1 unchanged" in load(folder)

    texts = [choice.text for choice in Question.objects.get(pk=row.pk).choices.all()]
    assert texts == ["Five", "Four", "Twenty-two"]
    assert Choice.objects.filter(why="Edited.").exists()


@pytest.mark.django_db
def test_a_question_gone_from_the_files_stays(folder: Path) -> None:
    load(folder)
    (folder / BANK).unlink()

    load(folder)

    assert Question.objects.count() == 2


@pytest.mark.django_db
def test_the_database_keeps_a_question_to_one_right_choice(folder: Path) -> None:
    load(folder)
    question = Question.objects.get(key="maths.add.q1")

    with pytest.raises(IntegrityError):
        Choice.objects.create(question=question, text="4", is_right=True, why="It is four.")


# --- checking ---------------------------------------------------------------------------------

PLANTED = {
    "unknown milestone": Planted(
        BANK,
        "milestone: maths.add",
        "milestone: maths.ad",
        "no milestone “maths.ad”",
        "“maths.add”?",
    ),
    "no milestone": Planted(
        BANK, "    milestone: maths.add\n", "", "“milestone” is missing", "write the key", -1
    ),
    "duplicate key": Planted(
        BANK,
        "key: maths.prove.q1",
        "key: maths.add.q1",
        "question “maths.add.q1” is there twice",
        "another key",
    ),
    "bad key": Planted(BANK, "key: maths.add.q1", "key: Q 1", "“Q 1”", "lower-case"),
    "no prompt": Planted(
        BANK, "prompt: What do two and two make?", "prompt: ''", "“prompt” is missing", "write it"
    ),
    "none right": Planted(
        BANK, "        right: true\n", "", "no choice of the question is right", "right: true", -4
    ),
    "two right": Planted(
        BANK, "text: Three", "text: Three\n        right: true", "second right choice", "leave", 4
    ),
    "right is not a flag": Planted(
        BANK, "right: true", "right: maybe", "neither true nor false", "true or false"
    ),
    "too few choices": Planted(
        BANK,
        "      - text: Three\n        why: That is one too few.\n",
        "",
        "the question has 2 choices",
        "offer 3 to 5",
        -1,
    ),
    "too many choices": Planted(
        BANK,
        "choices:",
        "choices:\n" + "".join(f"      - {{text: {n}, why: No.}}\n" for n in (5, 6, 7)),
        "the question has 6 choices",
        "offer 3 to 5",
    ),
    "why is missing": Planted(
        BANK, "        why: That is one too few.\n", "", "“why” is missing", "write it", -1
    ),
    "text is missing": Planted(BANK, "text: Three", "text: ''", "“text” is missing", "write it"),
    "text is too long": Planted(BANK, "Three", "x" * 401, "401 characters", "400 characters"),
    "two choices alike": Planted(
        BANK, "text: Twenty-two", "text: '  Three '", "choice “Three” is there twice", "keep one"
    ),
    "unknown field": Planted(
        BANK, "prompt: What do", "promt: What do", "unknown field", "“prompt”?"
    ),
    "unknown field of a choice": Planted(
        BANK, "right: true", "wright: true", "unknown field “wright”", "did you mean “right”?"
    ),
    "unknown field of a bank": Planted(
        BANK, "questions:", "question:", "unknown field", "“questions”?"
    ),
    "no mapping": Planted(BANK, QUESTIONS, "- a list\n", "holds no fields", "start with"),
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=list(PLANTED))
def test_a_fault_in_a_bank_is_named_with_line_and_mend(folder: Path, planted: Planted) -> None:
    assert_named(folder, planted)


def test_keys_are_unique_across_banks(folder: Path) -> None:
    (folder / "questions" / "zoology.yaml").write_text(QUESTIONS)

    assert_named(
        folder,
        Planted(
            "questions/zoology.yaml",
            "- key: maths.add",
            "- key: maths.add",
            "is there twice, first at questions/maths.yaml:2",
            "another key",
        ),
    )

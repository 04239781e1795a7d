import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

AD = {"id": "one", "text": "Python, SQL and Docker.", "skills": ["python", "sql", "gardening"]}


def write(folder: Path, *lines: str) -> str:
    file = folder / "tagged.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(file)


def test_it_prints_the_figures_and_what_was_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tagged = {**AD, "skills": ["python", "sql", "kubernetes"]}

    call_command("evaluate_matcher", write(tmp_path, json.dumps(tagged)))

    assert capsys.readouterr().out.splitlines() == [
        "one",
        "  missed: kubernetes",
        "  wrong: containers (“Docker”)",
        "all: precision 0.667  recall 0.667  F1 0.667  (1 advertisements, 2 skills found)",
    ]


def test_each_part_is_scored_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = {"id": "one", "text": "Python", "skills": ["python"], "part": "tuned"}
    two = {"id": "two", "text": "Python", "skills": ["sql"], "part": "held out"}

    call_command("evaluate_matcher", write(tmp_path, json.dumps(one), "", json.dumps(two)))

    figures = [line for line in capsys.readouterr().out.splitlines() if "recall" in line]
    assert [line.split("  (")[0] for line in figures] == [
        "tuned: precision 1.000  recall 1.000  F1 1.000",
        "held out: precision 0.000  recall 0.000  F1 0.000",
        "all: precision 0.500  recall 0.500  F1 0.500",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "is empty"),
        ("{", "line 1 is not of the shape"),
        ('{"id": "x", "text": "y"}', "line 1 is not of the shape"),
        ('["x"]', "line 1 is not of the shape"),
        ('{"id": "x", "text": 5, "skills": []}', "line 1 is not of the shape"),
        (json.dumps(AD), "line 1: No skill is called “gardening”. Use a key"),
        ('{"id": "x", "text": "y", "skills": [5]}', "line 1 is not of the shape"),
        ('{"id": "x", "text": "y", "skills": ["PEFT"]}', "hugging-face or llm-finetuning"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("evaluate_matcher", write(tmp_path, line))


@pytest.mark.parametrize(
    "name", ["version-control", "Version Control", "version_control", "GIT", "github"]
)
def test_a_skill_goes_by_its_key_its_title_or_an_alias(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    tagged = {"id": "one", "text": "You know Git.", "skills": [name]}

    call_command("evaluate_matcher", write(tmp_path, json.dumps(tagged)))

    assert "recall 1.000" in capsys.readouterr().out


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.jsonl cannot be read"):
        call_command("evaluate_matcher", str(tmp_path / "none.jsonl"))

"""The engine as a filter: JSON in, JSON out, every fault named."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]

PROBLEM: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "start": "2027-01-04",
    "horizon_days": 730,
    "windows": [
        {"day": "mon", "from": "19:00", "to": "20:30"},
        {"day": "sat", "from": "09:00", "to": "12:00"},
    ],
    "days_off": ["2027-01-09"],
    "special_days": {"2027-05-01": [{"from": "10:00", "to": "11:00"}]},
    "busy": [["2027-02-01T18:00Z", "2027-02-01T20:00Z"]],
    "milestones": [
        {
            "key": "vectors",
            "minutes": 180,
            "rank": 0,
            "due": "2027-01-16T11:00+01:00",
            "optional": False,
            "value": 1,
        },
        {"key": "exam", "minutes": 0, "rank": 2, "requires": ["vectors"], "not_before": None},
        {"key": "matrices", "minutes": 60, "rank": 1, "path": "math", "whole": False},
    ],
    "pinned": [
        {"key": "matrices", "start": "2027-01-06T09:00+01:00", "end": "2027-01-06T09:30+01:00"}
    ],
    "minimum_piece_minutes": 25,
    "style": "soon",
    "shares": [],
    "reviews": [],
    "review_percent": 20,
}


def run_filter(*arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own interpreter on our own module
        [sys.executable, "-m", "studyplans.scheduling", *arguments],
        input=text,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def errors_for(text: str) -> list[tuple[str, str]]:
    refused = run_filter(text=text)
    assert refused.returncode == 2
    assert refused.stderr == ""
    return [(error["at"], error["message"]) for error in json.loads(refused.stdout)["errors"]]


def test_a_problem_becomes_a_plan() -> None:
    answered = run_filter(text=json.dumps(PROBLEM))

    assert answered.returncode == 0
    assert json.loads(answered.stdout) == {
        "feasible": True,
        "max_lateness_minutes": -6630,
        "finish": "2027-01-16T08:30:00+00:00",
        "sessions": [
            {
                "key": "vectors",
                "start": "2027-01-04T18:00:00+00:00",
                "end": "2027-01-04T19:30:00+00:00",
            },
            {
                "key": "matrices",
                "start": "2027-01-06T08:00:00+00:00",
                "end": "2027-01-06T08:30:00+00:00",
                "pinned": True,
            },
            {
                "key": "vectors",
                "start": "2027-01-11T18:00:00+00:00",
                "end": "2027-01-11T19:30:00+00:00",
            },
            {
                "key": "matrices",
                "start": "2027-01-16T08:00:00+00:00",
                "end": "2027-01-16T08:30:00+00:00",
            },
        ],
        "late": [],
        "tightest": {
            "from": "2027-01-03T23:00:00+00:00",
            "to": "2027-01-16T10:00:00+00:00",
            "work_minutes": 180,
            "available_minutes": 300,
        },
        "options": [],
        "unplaced": [],
    }


def test_lateness_and_what_does_not_fit_are_in_the_answer() -> None:
    late = {"key": "late", "minutes": 30, "rank": 0, "due": "2027-01-04T19:00:00+01:00"}
    endless = {"key": "endless", "minutes": 10**6, "rank": 1}
    problem = PROBLEM | {
        "start": "2027-01-04T09:00:00+01:00",
        "milestones": [late, endless],
        "pinned": [],
    }

    answer = json.loads(run_filter(text=json.dumps(problem)).stdout)

    assert answer["feasible"] is False
    assert answer["finish"] is None
    assert answer["unplaced"] == ["endless"]
    assert answer["late"] == [
        {
            "key": "late",
            "due": "2027-01-04T18:00:00+00:00",
            "finish": "2027-01-04T18:30:00+00:00",
            "minutes": 30,
        }
    ]


def test_ways_out_are_offered_when_a_date_cannot_be_met() -> None:
    late = {"key": "late", "minutes": 120, "rank": 0, "due": "2027-01-05T00:00:00+01:00"}

    answer = json.loads(
        run_filter(text=json.dumps(PROBLEM | {"milestones": [late], "pinned": []})).stdout
    )

    assert not answer["feasible"]
    assert "later_date" in [option["kind"] for option in answer["options"]]


def test_reviews_and_early_pins_are_told_when_there_are_any() -> None:
    milestones = [
        {"key": "base", "minutes": 60, "rank": 0},
        {"key": "top", "minutes": 30, "rank": 1, "requires": ["base"]},
    ]
    pin = {"key": "top", "start": "2027-01-04T09:00:00+00:00", "end": "2027-01-04T09:30:00+00:00"}
    review = {"key": "old", "minutes": 10, "due": "2027-01-01T00:00:00Z", "overdue_rank": 0}
    problem = PROBLEM | {"milestones": milestones, "pinned": [pin], "reviews": [review]}

    answer = json.loads(run_filter(text=json.dumps(problem)).stdout)

    assert answer["feasible"] is False
    assert answer["early_pins"] == [pin]
    assert answer["reviews"] == [
        {"key": "old", "start": "2027-01-04T18:00:00+00:00", "end": "2027-01-04T18:10:00+00:00"}
    ]


def test_the_same_problem_gives_the_same_bytes() -> None:
    shuffled = PROBLEM | {"milestones": PROBLEM["milestones"][::-1]}

    assert (
        run_filter(text=json.dumps(PROBLEM)).stdout == run_filter(text=json.dumps(shuffled)).stdout
    )


def test_faults_of_form_and_of_sense_are_named_together() -> None:
    problem = {
        "zone": "Mars/Olympus",
        "windows": [{"day": "monday", "from": "19:00", "to": "25:00"}, {"day": "mon"}, 3],
        "days_off": ["2027-02-30"],
        "special_days": {"2027-13-01": [], "2027-05-01": [{"from": "11:00", "to": "10:00"}]},
        "busy": [["2027-02-01T18:00Z"], ["2027-02-01T18:00Z", "2027-02-01T17:00Z"]],
        "pinned": [{"key": "a"}, {"key": "ghost", "start": "2027-01-04T09:00Z", "end": 3}],
        "reviews": [{"key": "r", "minutes": 0, "due": "2027-01-01T00:00:00Z"}, {}],
        "style": "slow",
        "speed": 3,
        "minimum_piece_minutes": 2.5,
        "milestones": [
            {"key": "a", "minutes": "60", "rank": 0, "requires": ["b", 1, "ghost"]},
            {"key": "b", "minutes": -1, "rank": True, "requires": ["a"], "optional": 1},
            {"key": "", "minutes": 1, "rank": 1, "due": "2027-06-01T10:00:00"},
            [],
        ],
    }

    errors = errors_for(json.dumps(problem))

    assert errors == [
        ("start", "is missing"),
        ("windows[0].day", "must be one of mon, tue, wed, thu, fri, sat, sun"),
        ("windows[0].to", "must be written like 19:00"),
        ("windows[1].from", "is missing"),
        ("windows[1].to", "is missing"),
        ("windows[2]", "must be object"),
        ("days_off[0]", "must be written like 2027-01-04"),
        ("special_days.2027-13-01", "must be written like 2027-01-04"),
        ("busy[0]", "must have 2 items, not 1"),
        ("pinned[0].start", "is missing"),
        ("pinned[0].end", "is missing"),
        ("pinned[1].end", "must be string"),
        ("reviews[1].key", "is missing"),
        ("reviews[1].minutes", "is missing"),
        ("reviews[1].due", "is missing"),
        ("style", "must be one of soon, steady"),
        ("speed", "is not supported"),
        ("minimum_piece_minutes", "must be integer"),
        ("milestones[0].minutes", "must be integer"),
        ("milestones[0].requires[1]", "must be string"),
        ("milestones[1].rank", "must be integer"),
        ("milestones[1].optional", "must be boolean"),
        ("milestones[2].due", "must be written like 2027-01-04T18:00:00+01:00"),
        ("milestones[3]", "must be object"),
        ("zone", '"Mars/Olympus" is not a known time zone; try "Europe/Berlin"'),
        ("special_days.2027-05-01[0]", "ends at 10:00, not after 11:00"),
        (
            "busy[1]",
            "ends at 2027-02-01T17:00:00+00:00, not after 2027-02-01T18:00:00+00:00",
        ),
        ("reviews[0].minutes", "must be at least 1"),
        ("milestones[1].minutes", "must not be negative"),
        ("milestones[2].key", "must not be empty"),
        ("milestones[0].requires[2]", 'no milestone has the key "ghost"'),
        ("milestones[1].requires[0]", "prerequisites form a loop: a -> b -> a"),
    ]


def test_one_place_is_named_once() -> None:
    milestones = [{"key": "a", "minutes": 1, "rank": 0, "requires": [None]}]

    errors = errors_for(json.dumps(PROBLEM | {"milestones": milestones, "pinned": []}))

    assert errors == [("milestones[0].requires[0]", "must be string")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not valid JSON"),
        ("{", "is not valid JSON"),
        ('{"zone": "UTC", "zone": "UTC"}', 'the field "zone" stands twice'),
        ("[" * 100_000, "is nested too deeply"),
        ("[]", "must be object"),
    ],
)
def test_what_is_no_problem_at_all_is_refused(text: str, words: str) -> None:
    ((at, message),) = errors_for(text)

    assert at == "problem"
    assert words in message


def test_the_schemas_of_both_ends_are_printed() -> None:
    printed = run_filter("--schema")
    schemas = json.loads(printed.stdout)

    assert printed.returncode == 0
    assert set(PROBLEM) == set(schemas["input"]["properties"])
    assert schemas["input"]["additionalProperties"] is False
    answer = json.loads(run_filter(text=json.dumps(PROBLEM)).stdout)
    assert set(schemas["output"]["required"]) == set(answer) - {"reviews", "early_pins"}


def test_an_unknown_option_is_refused() -> None:
    assert run_filter("--fast").returncode == 2

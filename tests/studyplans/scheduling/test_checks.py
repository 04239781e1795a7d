"""A problem that no plan can answer is refused with every fault named at its place."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from studyplans.scheduling import ImpossibleProblem, PlanProblem, WeeklyWindow, plan
from tests.studyplans.scheduling.builders import milestone, problem


def faults_of(asked: PlanProblem) -> dict[str, str]:
    with pytest.raises(ImpossibleProblem) as refused:
        plan(asked)
    return {fault.at: fault.message for fault in refused.value.faults}


@pytest.mark.parametrize(
    ("changes", "at", "words"),
    [
        ({"zone": "Mars/Olympus"}, "zone", '"Mars/Olympus" is not a known time zone'),
        ({"zone": "Europe"}, "zone", "not a known time zone"),
        ({"zone": ""}, "zone", "not a known time zone"),
        ({"start": datetime(2027, 1, 4)}, "start", "no UTC offset"),  # noqa: DTZ001
        ({"start": datetime(1, 1, 1, tzinfo=UTC)}, "start", "years 1973 to 2900"),
        ({"horizon_days": 0}, "horizon_days", "from 1 to"),
        ({"horizon_days": 10**9}, "horizon_days", "from 1 to"),
        ({"minimum_piece_minutes": -1}, "minimum_piece_minutes", "negative"),
        ({"windows": ["mon 20:00-19:00"]}, "windows[0]", "ends at 19:00, not after 20:00"),
        ({"windows": ["mon 20:00-20:00"]}, "windows[0]", "ends at 20:00, not after 20:00"),
        ({"windows": ["mon 19:00:30-20:00"]}, "windows[0].from", "whole minute"),
    ],
)
def test_a_fault_in_the_frame_is_named(changes: dict[str, Any], at: str, words: str) -> None:
    faults = faults_of(problem(**changes))

    assert list(faults) == [at]
    assert words in faults[at]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"weekday": 7}, "windows[0].day"),
        ({"starts_at": time(19, tzinfo=UTC)}, "windows[0].from"),
    ],
)
def test_a_window_needs_a_weekday_and_local_times(changes: dict[str, Any], at: str) -> None:
    fields: dict[str, Any] = {"weekday": 0, "starts_at": time(19), "ends_at": time(20)} | changes
    asked = PlanProblem(
        zone="UTC",
        start=datetime(2027, 1, 4, tzinfo=UTC),
        windows=(WeeklyWindow(**fields),),
        milestones=(),
    )

    assert list(faults_of(asked)) == [at]


def test_a_loop_is_printed_as_a_path() -> None:
    faults = faults_of(
        problem(
            milestone("d", requires=("a",)),
            milestone("a", requires=("b",)),
            milestone("b", requires=("c",)),
            milestone("c", requires=("x", "a")),
            milestone("x"),
        )
    )

    assert faults == {"milestones[3].requires[1]": "prerequisites form a loop: a -> b -> c -> a"}


def test_separate_loops_are_both_named() -> None:
    faults = faults_of(
        problem(
            milestone("a", requires=("b",)),
            milestone("b", requires=("a",)),
            milestone("self", requires=("self",)),
        )
    )

    assert list(faults.values()) == [
        "prerequisites form a loop: a -> b -> a",
        "prerequisites form a loop: self -> self",
    ]


def test_a_loop_of_ten_thousand_is_found() -> None:
    ring = [milestone(f"m{n}", requires=(f"m{(n + 1) % 10_000}",)) for n in range(10_000)]

    (message,) = faults_of(problem(*ring)).values()

    assert message.count("->") == 10_000


def test_every_fault_is_named_at_once() -> None:
    faults = faults_of(
        problem(
            milestone("a", -5, requires=("ghost",)),
            milestone("a", due=datetime(2027, 1, 4)),  # noqa: DTZ001
            milestone("", not_before=datetime(2027, 1, 4)),  # noqa: DTZ001
            zone="Nowhere",
            windows=["mon 09:00-08:00"],
        )
    )

    assert list(faults) == [
        "zone",
        "windows[0]",
        "milestones[0].minutes",
        "milestones[1].due",
        "milestones[2].key",
        "milestones[2].not_before",
        "milestones[1].key",
        "milestones[0].requires[0]",
    ]
    assert faults["milestones[0].requires[0]"] == 'no milestone has the key "ghost"'
    assert faults["milestones[1].key"] == '"a" is taken by milestones[0]'


def test_the_refusal_reads_as_one_line() -> None:
    with pytest.raises(ImpossibleProblem, match=r"^horizon_days: must be from 1"):
        plan(problem(horizon_days=0))


def test_nought_minutes_and_a_prerequisite_named_twice_are_fine() -> None:
    answer = plan(problem(milestone("a", 0), milestone("b", 30, requires=("a", "a"))))

    assert answer.feasible

"""A problem that no plan can answer is refused with every fault named at its place."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from studyplans.scheduling import (
    ImpossibleProblem,
    Interval,
    PathShare,
    Pin,
    PlanProblem,
    Review,
    SpecialDay,
    WeeklyWindow,
    plan,
)
from tests.studyplans.scheduling.builders import at, milestone, pin, problem, slot


def faults_of(asked: PlanProblem) -> dict[str, str]:
    with pytest.raises(ImpossibleProblem) as refused:
        plan(asked)
    return {fault.at: fault.message for fault in refused.value.faults}


def interval(starts: str, ends: str) -> Interval:
    return Interval(starts_at=at(f"2027-01-05 {starts}"), ends_at=at(f"2027-01-05 {ends}"))


def review(minutes: int) -> Review:
    return Review(key="r", minutes=minutes, due=at("2027-01-05 09:00"))


def special(*slots: str) -> tuple[SpecialDay, ...]:
    return (SpecialDay(date=date(2027, 1, 5), slots=tuple(map(slot, slots))),)


NAIVE = Interval(starts_at=datetime(2027, 1, 4), ends_at=at("2027-01-05 00:00"))  # noqa: DTZ001


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
        ({"style": "slow"}, "style", "one of soon, steady"),
        ({"review_percent": 101}, "review_percent", "from 0 to 100"),
        ({"review_percent": -1}, "review_percent", "from 0 to 100"),
        ({"busy": (interval("09:00", "09:00"),)}, "busy[0]", "not after"),
        ({"busy": (interval("09:00", "08:00"),)}, "busy[0]", "not after"),
        ({"busy": (NAIVE,)}, "busy[0].from", "no UTC offset"),
        ({"shares": (PathShare(path="a", weight=-1),)}, "shares[0].weight", "negative"),
        ({"shares": (PathShare(path="a", weight=1),) * 2}, "shares[1].path", "taken by shares[0]"),
        ({"reviews": (review(0),)}, "reviews[0].minutes", "at least 1"),
        ({"reviews": (review(5), review(5))}, "reviews[1].key", "taken by reviews[0]"),
        ({"special_days": special("10:00-09:00")}, "special_days.2027-01-05[0]", "not after"),
        ({"special_days": special() * 2}, "special_days.2027-01-05", "stands twice"),
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
    ("pins", "place", "words"),
    [
        ([pin("ghost", "2027-01-05 09:00-10:00")], "pinned[0].key", 'has the key "ghost"'),
        ([pin("a", "2027-01-05 10:00-09:00")], "pinned[0]", "not after"),
        ([pin("a", "2027-01-05 09:00:30-10:00")], "pinned[0].start", "whole minute"),
        ([pin("a", "2027-01-05 09:00-10:01")], "pinned[0]", 'longer than the 60 minutes of "a"'),
        (
            [pin("a", "2027-01-05 09:00-09:31"), pin("a", "2027-01-06 09:00-09:30")],
            "pinned[1]",
            'longer than the 60 minutes of "a"',
        ),
        (
            [pin("a", "2027-01-05 09:30-10:00"), pin("b", "2027-01-05 09:00-09:31")],
            "pinned[0]",
            "overlaps pinned[1]",
        ),
    ],
)
def test_a_fault_in_a_pin_is_named(pins: list[Pin], place: str, words: str) -> None:
    faults = faults_of(problem(milestone("a", 60), milestone("b", 60), pinned=tuple(pins)))

    assert list(faults) == [place]
    assert words in faults[place]


def test_every_pin_under_a_long_one_is_named() -> None:
    pins = [
        pin("a", "2027-01-05 09:00-12:00"),
        pin("b", "2027-01-05 09:30-10:00"),
        pin("b", "2027-01-05 11:00-11:30"),
        pin("b", "2027-01-05 12:00-12:30"),
    ]

    faults = faults_of(problem(milestone("a", 600), milestone("b", 600), pinned=tuple(pins)))

    assert faults == {"pinned[1]": "overlaps pinned[0]", "pinned[2]": "overlaps pinned[0]"}


def test_a_value_is_not_negative() -> None:
    assert list(faults_of(problem(milestone("a", value=-1)))) == ["milestones[0].value"]


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

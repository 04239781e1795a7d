"""A few plans, byte for byte: a change of the engine that changes them has to be meant.

When it is meant, read the new plan that the failing test shows, then write its hash here.
"""

from dataclasses import replace
from datetime import date, time
from hashlib import sha256
from random import Random
from typing import Any

import pytest

from studyplans.scheduling import (
    Interval,
    PathShare,
    Pin,
    PlanMilestone,
    PlanProblem,
    Review,
    Slot,
    SpecialDay,
    plan,
)
from studyplans.scheduling.wire import plan_to_json
from tests.studyplans.scheduling.builders import at, milestone, problem

WEEK = ["mon 19:00-20:30", "wed 19:00-20:30", "sat 09:00-12:00"]


def path(name: str, size: int, first_rank: int = 0) -> list[PlanMilestone]:
    """Return a path of random effort on which every third milestone builds on the one before."""
    dice = Random(name)  # noqa: S311 - repeatable, not secret
    return [
        milestone(
            f"{name}.{number:03}",
            dice.randrange(15, 300, 15),
            first_rank + number,
            requires=(f"{name}.{number - 1:03}",) if number % 3 else (),
            path=name,
        )
        for number in range(size)
    ]


def berlin(*milestones: PlanMilestone, **changes: Any) -> PlanProblem:
    return problem(*milestones, zone="Europe/Berlin", windows=WEEK, **changes)


def due(made: list[PlanMilestone], place: int, moment: str) -> list[PlanMilestone]:
    return [
        replace(each, due=at(moment)) if number == place else each
        for number, each in enumerate(made)
    ]


PINS = (Pin(key="maths.004", starts_at=at("2027-01-10 10:00"), ends_at=at("2027-01-10 10:15")),)
REVIEWS = tuple(
    Review(key=f"r{n}", minutes=10, due=at(f"2027-01-{n + 1:02} 08:00"), overdue_rank=n)
    for n in range(9)
)
EXCEPTIONS: dict[str, Any] = {
    "days_off": (date(2027, 1, 16), date(2027, 3, 29)),
    "special_days": (
        SpecialDay(date=date(2027, 1, 23), slots=(Slot(starts_at=time(14), ends_at=time(18)),)),
    ),
    "busy": (Interval(starts_at=at("2027-01-09 08:30"), ends_at=at("2027-01-09 10:00")),),
}

GOLDEN = {
    "an author's order": berlin(*path("maths", 40)),
    "an exam that pulls its work forward": berlin(*due(path("maths", 40), 35, "2027-02-01 10:00")),
    "an exam that cannot be met": berlin(*due(path("maths", 40), 35, "2027-01-12 10:00")),
    "exceptions and clock changes": berlin(*path("maths", 60), **EXCEPTIONS),
    "pins and reviews": berlin(*path("maths", 20), pinned=PINS, reviews=REVIEWS),
    "steady weeks": berlin(*due(path("maths", 20), 19, "2027-05-01 10:00"), style="steady"),
    "two paths by share": berlin(
        *path("maths", 20),
        *path("cloud", 20, 100),
        shares=(PathShare(path="maths", weight=2), PathShare(path="cloud", weight=1)),
    ),
    "whole milestones": berlin(
        *(replace(each, whole=True, minutes=each.minutes % 120 + 30) for each in path("maths", 20))
    ),
}

HASHES = {
    "an author's order": "b69d177ba62d433f",
    "an exam that pulls its work forward": "f8b0bda1b9de978c",
    "an exam that cannot be met": "79aba3b709278edb",
    "exceptions and clock changes": "bb7ec08598af7371",
    "pins and reviews": "e0f86eb4ba6a8350",
    "steady weeks": "daa8d8ca38997937",
    "two paths by share": "508f6587d12359d9",
    "whole milestones": "1c0c97d8ef0aaf6f",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_plan_is_the_one_on_record(name: str) -> None:
    written = plan_to_json(plan(GOLDEN[name]))

    assert sha256(written.encode()).hexdigest()[:16] == HASHES[name], written

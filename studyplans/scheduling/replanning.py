"""Plan again after something changed, and say what moved.

The new plan is exactly what planning the changed problem from scratch gives.  Its ranks are the
order of the plan before, unless the change asks for the author's order: so nothing trades places
while a date does not need it.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import accumulate
from typing import Any

from studyplans.scheduling.dropping import without
from studyplans.scheduling.outcome import Plan
from studyplans.scheduling.planner import plan
from studyplans.scheduling.problem import (
    Fault,
    ImpossibleProblem,
    Interval,
    PathShare,
    Pin,
    PlanMilestone,
    PlanProblem,
    Review,
    SpecialDay,
    Style,
    WeeklyWindow,
)
from studyplans.scheduling.receipts import Receipt, receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is different now; what is left out stays as it was.

    Finished and removed milestones no longer hold back those that need them.  Pins that are
    over when the new plan starts are forgotten.
    """

    start: datetime | None = None
    finished: tuple[str, ...] = ()
    minutes_left: Mapping[str, int] = field(default_factory=dict)
    dues: Mapping[str, datetime | None] = field(default_factory=dict)
    added: tuple[PlanMilestone, ...] = ()
    removed: tuple[str, ...] = ()
    windows: tuple[WeeklyWindow, ...] | None = None
    days_off: tuple[date, ...] | None = None
    special_days: tuple[SpecialDay, ...] | None = None
    busy: tuple[Interval, ...] | None = None
    pinned: tuple[Pin, ...] | None = None
    shares: tuple[PathShare, ...] | None = None
    reviews: tuple[Review, ...] | None = None
    style: Style | None = None
    minimum_piece_minutes: int | None = None
    keep_order: bool = True


FRAME = (
    "start",
    "windows",
    "days_off",
    "special_days",
    "busy",
    "pinned",
    "shares",
    "reviews",
    "style",
    "minimum_piece_minutes",
)


def replan(before: Plan, change: Change) -> tuple[Plan, Receipt]:
    """Return the plan of the changed problem and what moved, or raise ImpossibleProblem."""
    after = plan(changed(before, change))
    return after, receipt(before, after)


def changed(before: Plan, change: Change) -> PlanProblem:
    """Return the problem that the change makes of the one the plan answers."""
    _check(before.problem, change)
    asked = replace(before.problem, **_new_frame(change))
    asked = replace(asked, pinned=tuple(p for p in asked.pinned if p.ends_at > asked.start))
    asked = without(asked, (*change.finished, *change.removed))
    milestones = (_changed_milestone(each, change) for each in asked.milestones)
    asked = replace(asked, milestones=(*milestones, *change.added))
    return keeping_order(asked, order_of(before)) if change.keep_order else asked


def order_of(before: Plan) -> list[str]:
    """Return the keys in the order in which they are begun."""
    return list(dict.fromkeys(key for *_, key, _ in before.pieces))


def keeping_order(problem: PlanProblem, order: Iterable[str]) -> PlanProblem:
    """Return the problem with ranks that follow an order of keys.

    What the order does not name goes before the first that the author puts after it.
    """
    places = {key: place for place, key in enumerate(order)}
    by_author = sorted(problem.milestones, key=lambda each: (each.rank, each.key))
    known = [each for each in by_author if each.key in places]
    authored = [(each.rank, each.key) for each in known]
    firsts = [*accumulate((places[each.key] for each in reversed(known)), min)][::-1]
    firsts.append(len(places))

    def turn(each: PlanMilestone) -> tuple[int, bool, int, str]:
        place = places.get(each.key)
        first = firsts[bisect_right(authored, (each.rank, each.key))] if place is None else place
        return first, place is not None, each.rank, each.key

    ranks = {each.key: rank for rank, each in enumerate(sorted(by_author, key=turn))}
    milestones = tuple(replace(each, rank=ranks[each.key]) for each in problem.milestones)
    return replace(problem, milestones=milestones)


def _check(problem: PlanProblem, change: Change) -> None:
    known = {each.key for each in problem.milestones}
    named: dict[str, Iterable[str]] = {
        "finished": change.finished,
        "removed": change.removed,
        "minutes_left": change.minutes_left,
        "dues": change.dues,
    }
    faults = [
        Fault(f"change.{name}", f'no milestone has the key "{key}"')
        for name, keys in named.items()
        for key in keys
        if key not in known
    ]
    if faults:
        raise ImpossibleProblem(faults)


def _new_frame(change: Change) -> dict[str, Any]:
    chosen = {name: getattr(change, name) for name in FRAME}
    return {name: value for name, value in chosen.items() if value is not None}


def _changed_milestone(milestone: PlanMilestone, change: Change) -> PlanMilestone:
    minutes = change.minutes_left.get(milestone.key, milestone.minutes)
    due = change.dues.get(milestone.key, milestone.due)
    return replace(milestone, minutes=minutes, due=due)

"""Why a milestone is when it is: every cause is tried by planning without it.

A cause is named only if the plan without it begins the milestone earlier (or, for a date that pulls
it forward, later).  That costs one plan a suspect, a dozen at most, and needs no theory of
what might have mattered.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Literal, NamedTuple

from studyplans.scheduling.axis import NEVER
from studyplans.scheduling.dropping import without
from studyplans.scheduling.outcome import Plan
from studyplans.scheduling.planner import plan
from studyplans.scheduling.problem import PlanMilestone, PlanProblem

CauseKind = Literal[
    "pinned",
    "full",
    "after",
    "not_before",
    "needed_for",
    "yields_to",
    "order",
    "pins",
    "share",
    "steady",
    "days_off",
    "special_days",
    "busy",
    "reviews",
]
# The suspects of one kind, nearest first; a date further off rarely is the reason.
MOST_SUSPECTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing without which the milestone would begin at another time.

    `keys` are the milestones it is about, `moment` its date, and `weekdays` the local days (Monday
    is 0) that are full, where it has such.
    """

    kind: CauseKind
    keys: tuple[str, ...] = ()
    moment: datetime | None = None
    weekdays: tuple[int, ...] = ()


class Suspect(NamedTuple):
    cause: Cause
    problem_without: PlanProblem


# Suspects of one kind: the first round with a proof decides, and in it the strongest.
Rounds = list[list[Suspect]]


def causes_of(answer: Plan, key: str) -> tuple[Cause, ...]:
    """Return what holds a milestone back, then what pulls it forward; each proved by a plan."""
    begins = beginning(answer, key)
    holding = (_strongest(rounds, key, begins) for rounds in _suspects(answer, key))
    pulling = () if begins is None else (_pulling(answer.problem, key, begins),)
    return tuple(cause for cause in (*holding, *pulling) if cause)


def beginning(answer: Plan, key: str) -> int | None:
    """Return the minute at which a milestone begins; None for events and what has no place."""
    return next((opens for opens, _, studied, _ in answer.pieces if studied == key), None)


def with_milestones(problem: PlanProblem, changed: Iterable[PlanMilestone]) -> PlanProblem:
    by_key = {each.key: each for each in changed}
    return replace(
        problem, milestones=tuple(by_key.get(each.key, each) for each in problem.milestones)
    )


def _strongest(rounds: Rounds, key: str, begins: int | None) -> Cause | None:
    """Return the suspect without which the milestone begins earliest, if that is earlier."""
    now = NEVER if begins is None else begins
    for suspects in rounds:
        freed = [beginning(plan(each.problem_without), key) for each in suspects]
        earliest, place = min(
            ((NEVER if moment is None else moment, at) for at, moment in enumerate(freed)),
            default=(now, 0),
        )
        if earliest < now:
            return suspects[place].cause
    return None


def _pulling(problem: PlanProblem, key: str, begins: int) -> Cause | None:
    """Return the nearest date without which the milestone would begin later."""
    for suspects in _dates(problem, {key} | _building_on(problem, key), "needed_for"):
        for suspect in suspects:
            freed = beginning(plan(suspect.problem_without), key)
            if freed is None or freed > begins:
                return suspect.cause
    return None


def _suspects(answer: Plan, key: str) -> Iterator[Rounds]:
    problem = answer.problem
    related = {key} | _building_on(problem, key)
    yield [_own_release(problem, key)]
    yield _prerequisites(answer, key)
    yield _dates(problem, {each.key for each in problem.milestones} - related, "yields_to")
    yield [_order(answer, key)]
    yield [_pins(problem, key)]
    for suspect in _frame(problem):
        yield [[suspect]]


def _own_release(problem: PlanProblem, key: str) -> list[Suspect]:
    milestone = _milestone(problem, key)
    if milestone.not_before is None:
        return []
    freed = with_milestones(problem, [replace(milestone, not_before=None)])
    return [Suspect(Cause(kind="not_before", moment=milestone.not_before), freed)]


def _prerequisites(answer: Plan, key: str) -> Rounds:
    """Suspect each thing it needs, then all together, then the one it directly follows.

    The last would come first by the author's order, too, so it has to be gone altogether.
    """
    needs = dict.fromkeys(_milestone(answer.problem, key).requires)
    ends = {studied: closes for _, closes, studied, _ in answer.pieces}
    nearest = sorted(needs, key=lambda each: (-ends.get(each, 0), each))
    before = list(_keys_before(answer, key))
    return [
        [_need(answer.problem, key, [each]) for each in nearest[:MOST_SUSPECTS]],
        [_need(answer.problem, key, sorted(needs))],
        [_milestone_itself(answer.problem, each, "after") for each in before[-1:] if each in needs],
    ]


def _need(problem: PlanProblem, key: str, needed: list[str]) -> Suspect:
    milestone = _milestone(problem, key)
    fewer = tuple(each for each in milestone.requires if each not in needed)
    freed = with_milestones(problem, [replace(milestone, requires=fewer)])
    return Suspect(Cause(kind="after", keys=tuple(needed)), freed)


def _milestone_itself(problem: PlanProblem, key: str, kind: CauseKind) -> Suspect:
    return Suspect(Cause(kind=kind, keys=(key,)), without(problem, [key]))


def _dates(problem: PlanProblem, keys: Collection[str], kind: CauseKind) -> Rounds:
    """Suspect the due times of these milestones, the nearest first, then all together."""
    dated = [(each.due, each.key) for each in problem.milestones if each.due and each.key in keys]
    nearest = sorted(dated)
    each_alone = [
        Suspect(Cause(kind=kind, keys=(key,), moment=due), _undated(problem, [key]))
        for due, key in nearest[:MOST_SUSPECTS]
    ]
    every = tuple(key for _, key in nearest)
    together = Suspect(Cause(kind=kind, keys=every), _undated(problem, every))
    return [each_alone, [together] if len(every) > 1 else []]


def _undated(problem: PlanProblem, keys: Collection[str]) -> PlanProblem:
    return with_milestones(
        problem, [replace(each, due=None) for each in problem.milestones if each.key in keys]
    )


def _order(answer: Plan, key: str) -> list[Suspect]:
    """Suspect the milestones that come just before, by rank and not by need."""
    problem = answer.problem
    rank = _milestone(problem, key).rank
    ahead = {each.key for each in problem.milestones if (each.rank, each.key) < (rank, key)}
    ahead -= _needed_by(problem, key)
    before = [each for each in dict.fromkeys(_keys_before(answer, key)) if each in ahead]
    return [_milestone_itself(problem, each, "order") for each in before[: -MOST_SUSPECTS - 1 : -1]]


def _keys_before(answer: Plan, key: str) -> Iterator[str]:
    return takewhile(lambda each: each != key, (studied for *_, studied, _ in answer.pieces))


def _pins(problem: PlanProblem, key: str) -> list[Suspect]:
    others = sorted({pin.key for pin in problem.pinned if pin.key != key})
    own = tuple(pin for pin in problem.pinned if pin.key == key)
    freed = replace(problem, pinned=own)
    return [Suspect(Cause(kind="pins", keys=tuple(others)), freed)] if others else []


def _frame(problem: PlanProblem) -> Iterator[Suspect]:
    if problem.style == "steady":
        yield Suspect(Cause(kind="steady"), replace(problem, style="soon"))
    if problem.shares:
        yield Suspect(Cause(kind="share"), replace(problem, shares=()))
    if problem.days_off:
        yield Suspect(Cause(kind="days_off"), replace(problem, days_off=()))
    if problem.special_days:
        yield Suspect(Cause(kind="special_days"), replace(problem, special_days=()))
    if problem.busy:
        yield Suspect(Cause(kind="busy"), replace(problem, busy=()))
    if problem.reviews:
        yield Suspect(Cause(kind="reviews"), replace(problem, reviews=()))


def _milestone(problem: PlanProblem, key: str) -> PlanMilestone:
    return next(each for each in problem.milestones if each.key == key)


def _needed_by(problem: PlanProblem, key: str) -> set[str]:
    """Return all that a milestone builds on, at any remove."""
    requires = {each.key: each.requires for each in problem.milestones}
    return _reached(requires, key)


def _building_on(problem: PlanProblem, key: str) -> set[str]:
    """Return all that builds on a milestone, at any remove."""
    unlocks: dict[str, list[str]] = {each.key: [] for each in problem.milestones}
    for each in problem.milestones:
        for needed in each.requires:
            unlocks[needed].append(each.key)
    return _reached(unlocks, key)


def _reached(edges: Mapping[str, Sequence[str]], key: str) -> set[str]:
    reached: set[str] = set()
    waiting = list(edges[key])
    while waiting:
        each = waiting.pop()
        if each not in reached:
            reached.add(each)
            waiting.extend(edges[each])
    return reached

"""The second repair: the least valuable optional work whose absence lets every date be met."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from studyplans.scheduling.axis import NEVER
from studyplans.scheduling.demand import axis_of, demands
from studyplans.scheduling.keeping import Candidate, Choice, most_valuable
from studyplans.scheduling.minutes import last_minute_by
from studyplans.scheduling.planner import plan
from studyplans.scheduling.prerequisites import walk
from studyplans.scheduling.problem import PlanProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class DropOptional:
    """Optional milestones to leave out, with the sum of their values and of their minutes.

    `is_least` tells that no choice of less value would do; a search cut short cannot say so.
    """

    kind: ClassVar[Literal["drop_optional"]] = "drop_optional"
    keys: tuple[str, ...]
    value: int
    minutes: int
    is_least: bool
    problem: PlanProblem


def drop_optional(problem: PlanProblem) -> DropOptional | None:
    """Return what to leave out; None when even without all of it a date is missed."""
    droppable = droppable_keys(problem)
    if not droppable or not plan(without(problem, droppable)).feasible:
        return None
    kept, is_best = most_valuable(_choice(problem, droppable))
    option = _option(problem, frozenset(droppable) - kept, is_best)
    if plan(option.problem).feasible:
        return option
    # Whole milestones may ask for more than the dates alone do.
    return _option(problem, frozenset(droppable), False)


def droppable_keys(problem: PlanProblem) -> list[str]:
    """Return, prerequisites first, all that is optional and not needed by what stays.

    What has a session pinned stays: somebody wants it.
    """
    requires = _requires(problem)
    wanted = {each.key for each in problem.milestones if not each.optional}
    staying = _with_all_needed(wanted | {pin.key for pin in problem.pinned}, requires)
    return [key for key in requires if key not in staying]


def _requires(problem: PlanProblem) -> dict[str, tuple[str, ...]]:
    """Return what each milestone needs; prerequisites come first, then the author's order."""
    by_rank = sorted(problem.milestones, key=lambda each: (each.rank, each.key))
    requires = {each.key: each.requires for each in by_rank}
    return {key: requires[key] for key in walk(requires).order}


def _with_all_needed(keys: Iterable[str], requires: dict[str, tuple[str, ...]]) -> set[str]:
    needed = set(keys)
    for key in reversed(requires):
        if key in needed:
            needed.update(requires[key])
    return needed


def without(problem: PlanProblem, keys: Iterable[str]) -> PlanProblem:
    """Return the problem without these milestones; nothing waits for them any more."""
    gone = frozenset(keys)
    milestones = (each for each in problem.milestones if each.key not in gone)
    return replace(
        problem,
        milestones=tuple(
            each
            if gone.isdisjoint(each.requires)
            else replace(each, requires=tuple(key for key in each.requires if key not in gone))
            for each in milestones
        ),
        pinned=tuple(pin for pin in problem.pinned if pin.key not in gone),
    )


def _choice(problem: PlanProblem, droppable: list[str]) -> Choice:
    requires = _requires(problem)
    needed = _with_all_needed(droppable, requires)
    staying = {each.key: each for each in demands(without(problem, droppable))}
    return Choice(
        candidates=_candidates(problem, droppable),
        needed=[
            Candidate(staying[key], 0, requires[key])
            for key in requires
            if key in needed and key in staying
        ],
        rest=[each for key, each in staying.items() if key not in needed],
        axis=axis_of(problem),
    )


def _candidates(problem: PlanProblem, droppable: list[str]) -> Iterator[Candidate]:
    milestones = {each.key: each for each in problem.milestones}
    inherited = {each.key: each for each in demands(problem)}
    for key in droppable:
        milestone = milestones[key]
        # Its own date only: what it would inherit depends on what else is kept.
        due = NEVER if milestone.due is None else last_minute_by(milestone.due)
        yield Candidate(inherited[key]._replace(due=due), milestone.value, milestone.requires)


def _option(problem: PlanProblem, dropped: frozenset[str], is_least: bool) -> DropOptional:
    gone = [each for each in problem.milestones if each.key in dropped]
    return DropOptional(
        keys=tuple(sorted(dropped)),
        value=sum(each.value for each in gone),
        minutes=sum(each.minutes for each in gone),
        is_least=is_least,
        problem=without(problem, dropped),
    )

"""The third repair: the earliest later dates with which all can be met.

Every date that the best plan misses is moved, in the order of the dates, to the first minute that
works while all dates before it and all that the plan keeps stand.  What is due on the same date
moves together, as a target does.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Literal

from studyplans.scheduling.calendar import horizon_end
from studyplans.scheduling.checks import LONGEST_HORIZON_DAYS
from studyplans.scheduling.demand import axis_of, can_all_be_met, demands
from studyplans.scheduling.minutes import last_minute_by, moment_of
from studyplans.scheduling.outcome import Plan
from studyplans.scheduling.planner import plan
from studyplans.scheduling.problem import PlanProblem

# With more missed dates than this each is moved to where the best plan has it: the largest
# shift is still the least there can be, but a single date might come earlier.
MOST_DATES_MOVED_ALONE = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDate:
    """A date that cannot be kept, the earliest that can, and the milestones due then."""

    before: datetime
    after: datetime
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LaterDate:
    """New dates for those that cannot be kept; `date` is when everything is done."""

    kind: ClassVar[Literal["later_date"]] = "later_date"
    date: datetime
    dates: tuple[NewDate, ...]
    problem: PlanProblem


def later_date(problem: PlanProblem) -> LaterDate | None:
    """Return the earliest dates that work; None when time alone does not mend it."""
    reachable = _with_horizon_for_all(problem)
    if reachable is None:
        return None
    best = plan(reachable)
    for moved in _moves(best):
        after = plan(moved)
        if after.feasible and after.finish:
            return LaterDate(date=after.finish, dates=_new_dates(problem, moved), problem=moved)
    return None


def _with_horizon_for_all(problem: PlanProblem) -> PlanProblem | None:
    """Double the horizon until everything has its place."""
    while plan(problem).unplaced:
        if problem.horizon_days == LONGEST_HORIZON_DAYS:
            return None
        days = min(2 * problem.horizon_days, LONGEST_HORIZON_DAYS)
        problem = replace(problem, horizon_days=days)
    return problem


def _moves(best: Plan) -> Iterator[PlanProblem]:
    missed = sorted({late.due for late in best.late})
    if len(missed) <= MOST_DATES_MOVED_ALONE:
        yield _moved_alone(best.problem, missed)
    finishes = {due: max(e.finish for e in best.late if e.due == due) for due in missed}
    yield with_dates(best.problem, finishes)


def _moved_alone(problem: PlanProblem, missed: list[datetime]) -> PlanProblem:
    axis = axis_of(problem)
    last = horizon_end(problem)
    found: dict[datetime, datetime | None] = dict.fromkeys(missed)
    for due in missed:
        choices = range(last_minute_by(due), last + 1)

        def works(minute: int, due: datetime = due) -> bool:
            tried = with_dates(problem, found | {due: moment_of(minute)})
            return can_all_be_met(demands(tried), axis)

        found[due] = moment_of(choices[0] + bisect_left(choices, True, key=works))
    return with_dates(problem, found)


def with_dates(problem: PlanProblem, dates: Mapping[datetime, datetime | None]) -> PlanProblem:
    """Return the problem with new dates for old; None takes a date away."""
    milestones = tuple(
        replace(each, due=dates[each.due]) if each.due and each.due in dates else each
        for each in problem.milestones
    )
    return replace(problem, milestones=milestones)


def _new_dates(before: PlanProblem, after: PlanProblem) -> tuple[NewDate, ...]:
    keys: dict[tuple[datetime, datetime], list[str]] = {}
    for old, new in zip(before.milestones, after.milestones, strict=True):
        if old.due and new.due and old.due != new.due:
            keys.setdefault((old.due, new.due), []).append(old.key)
    return tuple(
        NewDate(before=old, after=new, keys=tuple(sorted(keys[old, new])))
        for old, new in sorted(keys)
    )

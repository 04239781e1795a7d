"""The short way to a set of skills: few minutes of milestones that teach them, in order.

Finding the very shortest is a covering problem with prerequisites, and hard; this takes again and
again the milestone that closes most per minute of what it and its prerequisites still take, and
then drops every one that turned out to be superfluous.  Pure and deterministic.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter

# A goal fully reached, divisible by every level that can be wanted.
WHOLE = 60


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone as the way sees it: its time, what it needs first, where it leads."""

    key: str
    minutes: int
    needs: tuple[str, ...] = ()
    levels: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Goal:
    """A skill to bring from one level to another, and how much that matters."""

    skill: str
    have: int
    want: int
    weight: int = 1


def short_route(goals: Iterable[Goal], steps: Iterable[Step], done: Collection[str]) -> list[str]:
    """Return the keys of milestones to do, each after what it needs."""
    by_key = {step.key: step for step in steps}
    order = _in_order(by_key)
    closures = _closures(order, by_key, done)
    search = _Search([goal for goal in goals if goal.want > goal.have], by_key, closures)
    picks = search.picked()
    chosen = search.taken_by(search.without_superfluous(picks))
    return [key for key in order if key in chosen]


def _in_order(by_key: Mapping[str, Step]) -> list[str]:
    needs = {key: [need for need in step.needs if need in by_key] for key, step in by_key.items()}
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError:
        # Publishing refuses loops, but across curricula one could still arise.
        return list(by_key)


def _closures(
    order: Sequence[str], by_key: Mapping[str, Step], done: Collection[str]
) -> dict[str, frozenset[str]]:
    """Return what each open milestone takes: itself and all that must come first."""
    closures: dict[str, frozenset[str]] = {}
    for key in order:
        if key not in done:
            needed = (closures.get(need, frozenset()) for need in by_key[key].needs)
            closures[key] = frozenset({key}).union(*needed)
    return closures


class _Search:
    def __init__(
        self,
        goals: Sequence[Goal],
        by_key: Mapping[str, Step],
        closures: Mapping[str, frozenset[str]],
    ) -> None:
        self.goals = {goal.skill: goal for goal in goals}
        self.by_key = by_key
        self.closures = closures

    def picked(self) -> list[str]:
        """Take the best milestone again and again, until none closes anything more."""
        picks: list[str] = []
        chosen: set[str] = set()
        levels: dict[str, int] = {}
        teachers = [key for key in self.closures if self._teaches(key)]
        while teachers:
            rates = {key: self._rate(key, chosen, levels) for key in teachers}
            # What closes nothing now never will: levels only rise.
            teachers = [key for key in teachers if rates[key]]
            if teachers:
                best = max(teachers, key=lambda key: rates[key])
                picks.append(best)
                chosen |= self.closures[best]
                levels = self._levels_of(chosen)
        return picks

    def without_superfluous(self, picks: Sequence[str]) -> list[str]:
        kept = list(picks)
        for pick in picks:
            fewer = [key for key in kept if key != pick]
            reached, still_reached = (
                self._levels_of(self.taken_by(each)) for each in (kept, fewer)
            )
            if self._gain(reached, still_reached) == 0:
                kept = fewer
        return kept

    def taken_by(self, picks: Iterable[str]) -> set[str]:
        return {key for pick in picks for key in self.closures[pick]}

    def _teaches(self, key: str) -> bool:
        return not self.goals.keys().isdisjoint(self.by_key[key].levels)

    def _rate(self, key: str, chosen: Collection[str], levels: Mapping[str, int]) -> Fraction:
        added = self.closures[key] - set(chosen)
        minutes = sum(self.by_key[each].minutes for each in added)
        return Fraction(self._gain(self._levels_of(added), levels), max(minutes, 1))

    def _levels_of(self, keys: Iterable[str]) -> dict[str, int]:
        """Return how far these milestones lead in each skill that is wanted."""
        levels: dict[str, int] = {}
        for key in keys:
            for skill, level in self.by_key[key].levels.items():
                if skill in self.goals and level > levels.get(skill, 0):
                    levels[skill] = level
        return levels

    def _gain(self, levels: Mapping[str, int], before: Mapping[str, int]) -> int:
        """Return how much nearer to the goals the levels are than those before."""
        gain = 0
        for skill, level in levels.items():
            goal = self.goals[skill]
            start = max(goal.have, before.get(skill, 0))
            gain += goal.weight * max(0, min(goal.want, level) - start) * WHOLE // goal.want
        return gain

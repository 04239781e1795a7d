"""How far a learner is from what an advertisement wants.  Pure.

This is the seam to `tracker.readiness`: "readiness against exactly that set" is `Fit`, computed
here from proficiencies alone, without the kinds of proof that the room of readiness weighs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tracker.adverts.matching.reader import Found
from tracker.adverts.matching.wishes import REQUIRED
from tracker.adverts.routes import Goal

WEIGHTS = {True: 3, False: 1}


@dataclass(frozen=True, slots=True)
class Need:
    """A skill an advertisement wants, the level it takes, and the level the learner has."""

    found: Found
    title: str
    definition: str
    want: int
    have: int

    @property
    def is_required(self) -> bool:
        return self.found.wish == REQUIRED

    @property
    def is_met(self) -> bool:
        return self.have >= self.want

    @property
    def is_begun(self) -> bool:
        return 0 < self.have < self.want

    @property
    def weight(self) -> int:
        return WEIGHTS[self.is_required]

    @property
    def words(self) -> tuple[str, ...]:
        """The words that named it, each once."""
        return tuple(dict.fromkeys(mention.words for mention in self.found.mentions))

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the words mean this skill, where they only imply it."""
        return tuple(dict.fromkeys(each.why for each in self.found.mentions if each.why))

    @property
    def goal(self) -> Goal:
        return Goal(self.found.skill, self.have, self.want, self.weight)


@dataclass(frozen=True, slots=True)
class Fit:
    needs: tuple[Need, ...]

    @property
    def percent(self) -> int:
        """Return 0 to 100, rounded down: 100 only when every level is reached."""
        whole = sum(need.weight for need in self.needs)
        reached = sum(
            (need.weight * Fraction(min(need.have, need.want), need.want) for need in self.needs),
            Fraction(0),
        )
        return int(100 * reached / whole) if whole else 0

    @property
    def met(self) -> list[Need]:
        return [need for need in self.needs if need.is_met]

    @property
    def gaps(self) -> list[Need]:
        """What is missing, the most important first: required, said often, far away."""
        missing = [need for need in self.needs if not need.is_met]
        return sorted(missing, key=_importance)


def _importance(need: Need) -> tuple[int, int, int, str]:
    distance = need.want - need.have
    return (-need.weight, -len(need.found.mentions), -distance, need.title)


def fit_of(needs: Sequence[Need]) -> Fit:
    return Fit(tuple(needs))

"""Readiness for a role from evidence, in exact arithmetic.  No Django, no clock.

A skill is worth the share of its required hours that evidence speaks for; a role is worth the
weighted mean of its skills; its score is the lowest of that and of the levels below it.
`docs/decisions/0010-readiness.md` says what was chosen and why, tests hold it to its laws.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import floor, lcm

from tracker.readiness.proof import ZERO, Credit, Evidence, Kind, Level, Recall, cap, credit_of

READY_SCORE = 80
READY_SKILL = Fraction(60, 100)
CLOSE_SKILL = Fraction(30, 100)
READY_PROVEN = Fraction(1, 2)
# A skill asked for at this proficiency or above is a must: others can be made up for.
MUST_HAVE = 3


@dataclass(frozen=True, slots=True)
class Unit:
    """A milestone as readiness sees it: its hours fall to its skills in equal shares."""

    key: str
    minutes: int
    levels: Mapping[str, int]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """So many of these skills at this proficiency; mostly one of one."""

    skills: tuple[str, ...]
    proficiency: int
    count: int = 1

    @property
    def is_must(self) -> bool:
        return self.proficiency >= MUST_HAVE


@dataclass(frozen=True, slots=True)
class Role:
    key: str
    level: Level
    requirements: tuple[Requirement, ...]


class Library:
    """All units, and which of them a skill needs at which proficiency."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = {unit.key: unit for unit in units}
        self._common = lcm(*(len(unit.levels) or 1 for unit in self.units.values()))
        self._by_skill: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._asked: dict[tuple[str, int], dict[str, int]] = {}
        for unit in self.units.values():
            for skill, proficiency in unit.levels.items():
                self._by_skill[skill].append((proficiency, unit.key))

    def skills_of(self, unit_key: str) -> Iterable[str]:
        return self.units[unit_key].levels if unit_key in self.units else ()

    def weights(self, skill: str, proficiency: int) -> dict[str, int]:
        """Return the hours each unit gives the skill, in a common fraction of a minute.

        Units that lead no higher than what is asked for; where all lead higher, the lowest.
        """
        found = self._asked.get((skill, proficiency))
        if found is None:
            found = self._asked[skill, proficiency] = self._weights(skill, proficiency)
        return found

    def _weights(self, skill: str, proficiency: int) -> dict[str, int]:
        taught = self._by_skill.get(skill, [])
        ceiling = max(proficiency, min((level for level, _ in taught), default=0))
        units = [self.units[key] for level, key in taught if level <= ceiling]
        return {unit.key: unit.minutes * (self._common // len(unit.levels)) for unit in units}


@dataclass(frozen=True, slots=True)
class SkillScore:
    """A skill as a role asks for it: `value` 0 to 1, and its weight in the role."""

    skill: str
    requirement: Requirement
    weights: Mapping[str, int] = field(repr=False)
    value: Fraction
    value_unfaded: Fraction
    weight: Fraction = ZERO

    @property
    def is_met(self) -> bool:
        return self.value >= READY_SKILL

    @property
    def is_close(self) -> bool:
        return not self.is_met and self.value >= CLOSE_SKILL

    @property
    def is_stale(self) -> bool:
        return self.value < self.value_unfaded

    @property
    def percent(self) -> int:
        return floor(100 * self.value)

    def share(self, unit_key: str) -> Fraction:
        """Return the part of the role's score that hangs on a unit through this skill."""
        return self.weight * Fraction(self.weights[unit_key], sum(self.weights.values()))


@dataclass(frozen=True)
class RungScore:
    """A role by itself, without the levels below it."""

    role: Role
    skills: tuple[SkillScore, ...]
    not_assessed: tuple[str, ...]
    credits: Mapping[str, Credit] = field(repr=False)

    @cached_property
    def points(self) -> Fraction:
        return 100 * sum((each.weight * each.value for each in self.skills), ZERO)

    @cached_property
    def shares(self) -> dict[str, Fraction]:
        """Return each unit's share of the score; they sum to 1 if anything can be assessed."""
        shares: dict[str, Fraction] = defaultdict(Fraction)
        for each in self.skills:
            unit_weight = each.weight / sum(each.weights.values())
            for key, weight in each.weights.items():
                shares[key] += unit_weight * weight
        return dict(shares)

    def points_of(self, unit_key: str) -> Fraction:
        """Return how much of the score rests on a unit; over all units it is the score."""
        return 100 * self.shares[unit_key] * self.credits[unit_key].value

    def points_by(self, unit_key: str, kind: Kind) -> Fraction:
        """Return how much this kind of evidence, at its best, would add to a unit's points."""
        credit = self.credits[unit_key]
        added = cap(kind, self.role.level) - credit.worth
        return 100 * self.shares[unit_key] * added * credit.fade

    @cached_property
    def proven(self) -> Fraction:
        """Return the part of the points that rests on proof, 0 to 1."""
        proven = sum((self.points_of(key) for key in self.shares if self.is_proven(key)), ZERO)
        return proven / self.points if self.points else ZERO

    def is_proven(self, unit_key: str) -> bool:
        return self.credits[unit_key].is_proven


@dataclass(frozen=True, slots=True)
class RoleScore:
    """A role with the levels below it, lowest first; the weakest rung is the score."""

    rungs: tuple[RungScore, ...]

    @property
    def own(self) -> RungScore:
        return self.rungs[-1]

    @property
    def weakest(self) -> RungScore:
        """Return the rung that holds the score down; of equals the lowest, the first to climb."""
        return min(self.rungs, key=lambda rung: rung.points)

    @property
    def points(self) -> Fraction:
        return self.weakest.points

    @property
    def shown(self) -> int:
        return floor(self.points)

    @property
    def missing_musts(self) -> list[SkillScore]:
        return [each for each in self.own.skills if each.requirement.is_must and not each.is_met]

    @property
    def has_score(self) -> bool:
        return self.points >= READY_SCORE

    @property
    def is_half_proven(self) -> bool:
        return self.own.proven >= READY_PROVEN

    @property
    def is_ready(self) -> bool:
        return self.has_score and self.is_half_proven and not self.missing_musts


class Assessment:
    """One learner's evidence held against the library on a day."""

    def __init__(
        self,
        library: Library,
        evidence: Iterable[Evidence],
        *,
        on: date,
        recalls: Mapping[str, Recall] | None = None,
    ) -> None:
        self.library = library
        self.evidence = tuple(evidence)
        self.on = on
        self.recalls = dict(recalls or {})
        self._about: dict[str, list[Evidence]] = defaultdict(list)
        for each in self.evidence:
            for key in each.units:
                self._about[key].append(each)
        self._credits: dict[Level, dict[str, Credit]] = {level: {} for level in Level}
        self._values: dict[tuple[str, int, Level], tuple[Fraction, Fraction]] = {}
        self._rungs: dict[str, RungScore] = {}

    def with_more(self, *evidence: Evidence) -> Assessment:
        """Return how it would stand with more evidence; what that does not touch is not redone."""
        more = Assessment(
            self.library, (*self.evidence, *evidence), on=self.on, recalls=self.recalls
        )
        touched = {key for each in evidence for key in each.units}
        skills = {skill for key in touched for skill in self.library.skills_of(key)}
        more._values = {
            asked: value for asked, value in self._values.items() if asked[0] not in skills
        }
        for level, credits in self._credits.items():
            more._credits[level] = {
                key: known for key, known in credits.items() if key not in touched
            }
        return more

    def about(self, unit_key: str) -> tuple[Evidence, ...]:
        return tuple(self._about.get(unit_key, ()))

    def credit(self, unit_key: str, level: Level) -> Credit:
        known = self._credits[level]
        if unit_key not in known:
            known[unit_key] = credit_of(
                self.about(unit_key),
                level=level,
                on=self.on,
                recall=self.recalls.get(unit_key),
            )
        return known[unit_key]

    def score(self, ladder: Sequence[Role]) -> RoleScore:
        """Return the score for the last role of a ladder of rungs, lowest first."""
        return RoleScore(tuple(self.rung(role) for role in ladder))

    def rung(self, role: Role) -> RungScore:
        """Return the score for a role by itself; asked again, it is not worked out again."""
        if role.key not in self._rungs:
            self._rungs[role.key] = self._rung(role)
        return self._rungs[role.key]

    def _rung(self, role: Role) -> RungScore:
        chosen = [each for asked in role.requirements for each in self._best(asked, role.level)]
        total = sum(each.requirement.proficiency for each in chosen)
        skills = tuple(_weighed(each, total) for each in chosen)
        keys = {key for each in skills for key in each.weights}
        credits = {key: self.credit(key, role.level) for key in keys}
        return RungScore(role, skills, self._not_assessed(role), credits)

    def _best(self, asked: Requirement, level: Level) -> list[SkillScore]:
        """Return the skills that meet a requirement best: as many as it asks for."""
        scores = [self._skill(skill, asked, level) for skill in asked.skills]
        assessed = [each for each in scores if each.weights]
        # sorted() is stable: of equals the first named stands.
        return sorted(assessed, key=lambda each: -each.value)[: asked.count]

    def _skill(self, skill: str, asked: Requirement, level: Level) -> SkillScore:
        weights = self.library.weights(skill, asked.proficiency)
        known = (skill, asked.proficiency, level)
        if known not in self._values:
            self._values[known] = self._value(weights, level)
        return SkillScore(skill, asked, weights, *self._values[known])

    def _value(self, weights: Mapping[str, int], level: Level) -> tuple[Fraction, Fraction]:
        """Return the share of the hours that evidence speaks for, faded and unfaded."""
        total = sum(weights.values()) or 1
        value = unfaded = ZERO
        for key, weight in weights.items():
            credit = self.credit(key, level)
            if credit.worth:
                unfaded += credit.worth * weight
                value += credit.value * weight
        return value / total, unfaded / total

    def _not_assessed(self, role: Role) -> tuple[str, ...]:
        return tuple(
            skill
            for asked in role.requirements
            for skill in asked.skills
            if not self.library.weights(skill, asked.proficiency)
        )


def _weighed(score: SkillScore, total: int) -> SkillScore:
    return SkillScore(
        score.skill,
        score.requirement,
        score.weights,
        score.value,
        score.value_unfaded,
        Fraction(score.requirement.proficiency, total),
    )

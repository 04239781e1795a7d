"""Random libraries, roles and evidence for the laws, from numbered seeds.

Drawing them through hypothesis took ten times as long as scoring them.  In place of shrinking,
the worlds come smallest first: the first to break a law is the easiest to read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache, cached_property
from itertools import count, islice
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from tracker.readiness.model import Assessment, Library, Requirement, Role, RoleScore, Unit
from tracker.readiness.proof import PASS_MARK, PROOFS, Evidence, Kind, Level, Recall

MODELS = 1_000
TODAY = date(2026, 3, 2)
SKILLS = [f"s{number}" for number in range(6)]
FRACTIONS = [Fraction(part, 20) for part in (0, 1, 5, 7, 10, 13, 15, 16, 19, 20)]
FAILS = [Fraction(0), Fraction(1, 4), Fraction(7, 10)]
PASSES = [PASS_MARK, Fraction(4, 5), Fraction(19, 20), Fraction(1)]
DAYS = [TODAY + timedelta(days=days) for days in (-40, -9, -1, 0, 1, 8, 40)]
# Of all kinds at once, proofs nearly always take the place of claims.
MIXTURES = (
    tuple(Kind),
    tuple(kind for kind in Kind if kind not in PROOFS),
    (Kind.CHECK_OFF, Kind.CONFIRMED),
)
MINUTES = [5, 20, 45, 60, 97, 240, 600]
Item = TypeVar("Item")


@dataclass(frozen=True)
class World:
    """Units, the three levels as a ladder, and a learner's evidence."""

    units: tuple[Unit, ...]
    ladder: tuple[Role, ...]
    evidence: tuple[Evidence, ...]
    recalls: dict[str, Recall]

    def assess(self, *more: Evidence, on: date = TODAY) -> Assessment:
        return Assessment(Library(self.units), (*self.evidence, *more), on=on, recalls=self.recalls)

    def score(self, *more: Evidence, on: date = TODAY) -> RoleScore:
        """Return the score; of the world as it is, it is worked out once for all laws."""
        if not more and on == TODAY:
            return self.own_score
        return self.assess(*more, on=on).score(self.ladder)

    @cached_property
    def own_assessment(self) -> Assessment:
        return self.assess()

    @cached_property
    def own_score(self) -> RoleScore:
        return self.own_assessment.score(self.ladder)

    def but(self, **changes: object) -> World:
        return replace(self, **changes)  # type: ignore[arg-type]

    def points(self, *more: Evidence, on: date = TODAY) -> list[Fraction]:
        """Return the score and that of each rung by itself."""
        score = self.score(*more, on=on)
        return [score.points, *(rung.points for rung in score.rungs)]

    @property
    def keys(self) -> list[str]:
        return [unit.key for unit in self.units]

    @property
    def size(self) -> int:
        asked = sum(len(role.requirements) for role in self.ladder)
        return asked + 2 * len(self.units) + len(self.evidence) + len(self.recalls)


def confirmed(*keys: str, quality: Fraction = Fraction(1)) -> Evidence:
    return Evidence(Kind.CONFIRMED, "all", frozenset(keys), quality)


class Dice:
    """Chance in the shapes that worlds are made of."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def one(self, among: Sequence[Item]) -> Item:
        return among[self.chance.randrange(len(among))]

    def some(self, among: Sequence[Item], *, least: int = 0, most: int = 99) -> list[Item]:
        """Return a few, in their order and none of them twice."""
        count = self.chance.randint(least, min(most, len(among)))
        places = list(range(len(among)))
        self.chance.shuffle(places)
        return [among[place] for place in sorted(places[:count])]

    def is_heads(self) -> bool:
        return self.chance.randrange(2) == 1

    def level(self) -> int:
        return self.chance.randint(1, 5)

    def units(self, *, skills: Sequence[str] = SKILLS, prefix: str = "u") -> tuple[Unit, ...]:
        made: list[Unit] = []
        for number in range(self.chance.randint(1, 5)):
            needs = self.some([unit.key for unit in made], most=2)
            levels = {skill: self.level() for skill in self.some(skills, least=1, most=3)}
            made.append(Unit(f"{prefix}{number}", self.one(MINUTES), levels, tuple(needs)))
        return tuple(made)

    def requirements(self) -> tuple[Requirement, ...]:
        single = [Requirement((skill,), self.level()) for skill in self.some(SKILLS[:4], least=1)]
        if self.is_heads():
            return tuple(single)
        either = Requirement(tuple(SKILLS[4:]), self.level(), self.chance.randint(1, 2))
        return (*single, either)

    def keys(self, keys: Sequence[str]) -> frozenset[str]:
        """Return all as often as not: what speaks for a part only rarely shows a law broken."""
        return frozenset(keys if self.is_heads() else self.some(keys, least=1))

    def quality(self) -> Fraction:
        return Fraction(1) if self.is_heads() else self.one(FRACTIONS)

    def last_day(self) -> date | None:
        return None if self.is_heads() else self.one(DAYS)

    def evidence(
        self, keys: Sequence[str], kinds: Sequence[Kind] = tuple(Kind)
    ) -> tuple[Evidence, ...]:
        return tuple(
            Evidence(
                self.one(kinds),
                self.one("abc"),
                self.keys(keys),
                self.quality(),
                self.last_day(),
            )
            for _ in range(self.chance.randint(0, 6))
        )

    def passing(self, world: World) -> Evidence:
        """Return a certificate, or a quiz or judged work at the pass mark or better."""
        kind = self.one([Kind.REVIEWED, Kind.QUIZ, Kind.CERTIFICATE, Kind.CONFIRMED])
        quality = Fraction(1) if kind is Kind.CERTIFICATE else self.one(PASSES)
        return Evidence(kind, "new", self.keys(world.keys), quality, self.last_day())

    def world(self, *, fading: bool = True, kinds: Sequence[Kind] = ()) -> World:
        units = self.units()
        keys = [unit.key for unit in units]
        ladder = tuple(Role(level.name, level, self.requirements()) for level in Level)
        forgotten = self.some(keys) if fading else []
        recalls = {key: Recall(self.one(DAYS), self.one(FRACTIONS)) for key in forgotten}
        evidence = self.evidence(keys, kinds or self.one(MIXTURES))
        return World(units, ladder, evidence, recalls)


def any_world(world: World) -> bool:
    return True


@cache
def worlds(
    *,
    fading: bool = True,
    kinds: tuple[Kind, ...] = (),
    where: Callable[[World], bool] = any_world,
) -> list[World]:
    """Return a thousand worlds of a kind, the smallest first; laws share them."""
    thrown = (dice(seed).world(fading=fading, kinds=kinds) for seed in count())
    return sorted(islice(filter(where, thrown), MODELS), key=lambda world: world.size)


def with_dice(found: Sequence[World]) -> Iterator[tuple[World, Dice]]:
    """Yield each world with dice of its own, for whatever else a law has to throw."""
    return ((world, dice(number)) for number, world in enumerate(found))


def dice(seed: int) -> Dice:
    return Dice(Random(seed))  # noqa: S311  repeatable, not secret


# For what is worth shrinking: the same worlds, thrown by hypothesis.
thrown = st.randoms(use_true_random=False).map(Dice)

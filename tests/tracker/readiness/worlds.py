"""Random libraries, roles and evidence for the laws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import strategies as st

from tracker.readiness.model import Assessment, Library, Requirement, Role, RoleScore, Unit
from tracker.readiness.proof import PASS_MARK, PROOFS, Evidence, Kind, Level, Recall

TODAY = date(2026, 3, 2)
SKILLS = [f"s{number}" for number in range(6)]
# Sampled, not drawn freely: st.fractions() alone made these tests three times as slow.
FRACTIONS = st.sampled_from([Fraction(part, 20) for part in (0, 1, 5, 7, 10, 13, 15, 16, 19, 20)])
BETTER = st.sampled_from([Fraction(1, 2), Fraction(4, 5), Fraction(1)])
FAILS = st.sampled_from([Fraction(0), Fraction(1, 4), Fraction(7, 10)])
PASSES = st.sampled_from([PASS_MARK, Fraction(4, 5), Fraction(19, 20), Fraction(1)])
DAYS = st.sampled_from([TODAY + timedelta(days=days) for days in (-40, -9, -1, 0, 1, 8, 40)])
# Of all kinds at once, proofs nearly always take the place of claims.
MIXTURES = [
    list(Kind),
    [kind for kind in Kind if kind not in PROOFS],
    [Kind.CHECK_OFF, Kind.PROJECT],
]
MINUTES = st.sampled_from([5, 20, 45, 60, 97, 240, 600])


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
        return self.assess(*more, on=on).score(self.ladder)

    def but(self, **changes: object) -> World:
        return replace(self, **changes)  # type: ignore[arg-type]

    def points(self, *more: Evidence, on: date = TODAY) -> list[Fraction]:
        """Return the score and that of each rung by itself."""
        score = self.score(*more, on=on)
        return [score.points, *(rung.points for rung in score.rungs)]

    @property
    def all_proven(self) -> Evidence:
        return project(*(unit.key for unit in self.units))


def project(*keys: str, quality: Fraction = Fraction(1)) -> Evidence:
    return Evidence(Kind.PROJECT, "all", frozenset(keys), quality)


def levels_of(skills: list[str]) -> st.SearchStrategy[dict[str, int]]:
    return st.dictionaries(st.sampled_from(skills), st.integers(1, 5), min_size=1, max_size=3)


@st.composite
def units(draw: Callable, skills: list[str] = SKILLS, prefix: str = "u") -> tuple[Unit, ...]:
    made: list[Unit] = []
    for number in range(draw(st.integers(1, 5))):
        earlier = [unit.key for unit in made]
        needs = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=2)) if made else []
        made.append(Unit(f"{prefix}{number}", draw(MINUTES), draw(levels_of(skills)), tuple(needs)))
    return tuple(made)


@st.composite
def requirements(draw: Callable) -> tuple[Requirement, ...]:
    asked = draw(st.dictionaries(st.sampled_from(SKILLS[:4]), st.integers(1, 5), min_size=1))
    single = [Requirement((skill,), proficiency) for skill, proficiency in asked.items()]
    if not draw(st.booleans()):
        return tuple(single)
    either = Requirement(tuple(SKILLS[4:]), draw(st.integers(1, 5)), draw(st.integers(1, 2)))
    return (*single, either)


@st.composite
def pieces(
    draw: Callable, keys: list[str], kinds: list[Kind] | None = None
) -> tuple[Evidence, ...]:
    made = st.builds(
        Evidence,
        kind=st.sampled_from(kinds or list(Kind)),
        source=st.sampled_from(["a", "b", "c"]),
        # Often all: what speaks for a part of a role only rarely shows a law broken.
        units=st.just(frozenset(keys)) | st.frozensets(st.sampled_from(keys), min_size=1),
        quality=st.just(Fraction(1)) | FRACTIONS,
        expires_on=st.none() | DAYS,
    )
    return tuple(draw(st.lists(made, max_size=6)))


@st.composite
def worlds(draw: Callable, *, fading: bool = True, kinds: list[Kind] | None = None) -> World:
    made = draw(units())
    keys = [unit.key for unit in made]
    ladder = tuple(Role(level.name, level, draw(requirements())) for level in Level)
    recall = st.builds(Recall, due_on=DAYS, value=FRACTIONS)
    recalls = draw(st.dictionaries(st.sampled_from(keys), recall)) if fading else {}
    evidence = draw(pieces(keys, kinds or draw(st.sampled_from(MIXTURES))))
    return World(made, ladder, evidence, recalls)


@st.composite
def passing(draw: Callable, world: World) -> Evidence:
    """Draw a certificate, or a quiz or a project at the pass mark or better."""
    keys = [unit.key for unit in world.units]
    kind = draw(st.sampled_from([Kind.QUIZ, Kind.CERTIFICATE, Kind.PROJECT]))
    quality = Fraction(1)
    if kind is not Kind.CERTIFICATE:
        quality = draw(PASSES)
    chosen = draw(st.just(frozenset(keys)) | st.frozensets(st.sampled_from(keys), min_size=1))
    return Evidence(kind, "new", chosen, quality, draw(st.none() | DAYS))

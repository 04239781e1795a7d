"""How well the matcher does on advertisements that a person has tagged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.adverts.matching.reader import Reading, read_advert
from tracker.adverts.matching.text import plain_text


@dataclass(frozen=True, slots=True)
class Tagged:
    """An advertisement and the skills a person found in it; `part` groups them in the report."""

    id: str
    text: str
    skills: frozenset[str]
    part: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    tagged: Tagged
    reading: Reading

    @property
    def right(self) -> frozenset[str]:
        return self.tagged.skills & self.reading.skills

    @property
    def missed(self) -> frozenset[str]:
        return self.tagged.skills - self.reading.skills

    @property
    def wrong(self) -> dict[str, tuple[str, ...]]:
        """The words that led to each skill nobody tagged."""
        return {
            found.skill: tuple(mention.words for mention in found.mentions)
            for found in self.reading.wanted
            if found.skill not in self.tagged.skills
        }


@dataclass(frozen=True, slots=True)
class Score:
    right: int
    missed: int
    wrong: int

    @property
    def precision(self) -> float:
        return self.right / max(self.right + self.wrong, 1)

    @property
    def recall(self) -> float:
        return self.right / max(self.right + self.missed, 1)

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def outcome_of(tagged: Tagged) -> Outcome:
    return Outcome(tagged, read_advert(plain_text(tagged.text)))


def score_of(outcomes: Iterable[Outcome]) -> Score:
    """Count over all advertisements together, so that each tag weighs the same."""
    counts = [(len(each.right), len(each.missed), len(each.wrong)) for each in outcomes]
    return (
        Score(*(sum(column) for column in zip(*counts, strict=True))) if counts else Score(0, 0, 0)
    )

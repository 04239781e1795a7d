"""What speaks for a milestone, how much it is worth, and how that fades.  No Django, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from fractions import Fraction

ZERO, ONE = Fraction(0), Fraction(1)


class Level(IntEnum):
    ENTRY = 0
    MID = 1
    SENIOR = 2


class Kind(StrEnum):
    SELF_RATING = "self-rating"
    CLAIM = "claim"
    CHECK_OFF = "check-off"
    LINK = "link"
    REVIEWED = "reviewed"
    QUIZ = "quiz"
    CERTIFICATE = "certificate"
    CONFIRMED = "confirmed"


# What a kind is worth at most, in hundredths, at entry, mid and senior level.
CAPS: dict[Kind, tuple[int, int, int]] = {
    Kind.SELF_RATING: (20, 15, 10),
    Kind.CLAIM: (40, 30, 20),
    Kind.CHECK_OFF: (60, 50, 35),
    # A link says where to look; until somebody has looked it is the learner's word.
    Kind.LINK: (60, 50, 35),
    Kind.REVIEWED: (80, 70, 55),
    Kind.QUIZ: (85, 75, 60),
    Kind.CERTIFICATE: (90, 85, 75),
    Kind.CONFIRMED: (100, 100, 100),
}
PROOFS = frozenset({Kind.REVIEWED, Kind.QUIZ, Kind.CERTIFICATE, Kind.CONFIRMED})
PASS_MARK = Fraction(3, 4)
# However long ago it was learnt, this much of its worth stays.
FLOOR = Fraction(7, 10)
RECALL_WHEN_DUE = Fraction(9, 10)


def cap(kind: Kind, level: Level) -> Fraction:
    return Fraction(CAPS[kind][level], 100)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that speaks for milestones: a tick, a passed quiz, a certificate, judged work.

    `source` names it, so that the same quiz or certificate given twice counts once, at its best.
    `since` is the day it came about, for those who ask how things stood earlier.
    """

    kind: Kind
    source: str
    units: frozenset[str]
    quality: Fraction = ONE
    expires_on: date | None = None
    since: date | None = None

    def has_expired(self, on: date) -> bool:
        """Say whether its last valid day is over."""
        return self.expires_on is not None and self.expires_on < on

    def is_proof(self, on: date) -> bool:
        return self.kind in PROOFS and not self.has_expired(on)

    def worth(self, level: Level, on: date) -> Fraction:
        """Return its worth from 0 to 1; expired, it is worth no more than a check-off."""
        worth = cap(self.kind, level) * self.quality
        return min(worth, cap(Kind.CHECK_OFF, level)) if self.has_expired(on) else worth


@dataclass(frozen=True, slots=True)
class Recall:
    """How well something learnt is still remembered, once its review is due."""

    due_on: date
    value: Fraction

    def fade(self, on: date) -> Fraction:
        """Return what is left of the worth: all of it until the review is due, then less."""
        if on < self.due_on:
            return ONE
        return min(ONE, FLOOR + (ONE - FLOOR) * self.value / RECALL_WHEN_DUE)


@dataclass(frozen=True, slots=True)
class Credit:
    """What a milestone counts for, and the evidence that decided it."""

    worth: Fraction = ZERO
    fade: Fraction = ONE
    evidence: Evidence | None = None
    is_proven: bool = False

    @property
    def value(self) -> Fraction:
        return self.worth * self.fade


def credit_of(
    evidence: Iterable[Evidence], *, level: Level, on: date, recall: Recall | None = None
) -> Credit:
    """Return the strongest evidence for a milestone; any proof takes the place of all claims.

    An expired proof still does: what it replaced must not come back because time has passed.
    """
    given = list(evidence)
    counted = [each for each in given if each.kind in PROOFS] or given
    if not counted:
        return Credit()
    best = max(counted, key=lambda each: (each.worth(level, on), each.is_proof(on), each.source))
    fade = recall.fade(on) if recall else ONE
    return Credit(best.worth(level, on), fade, best, best.is_proof(on))


def better_proof(credit: Credit, level: Level) -> Kind | None:
    """Return the next proof of one's own work that is worth more, if there is one."""
    kinds = (Kind.REVIEWED, Kind.CONFIRMED)
    return next((kind for kind in kinds if credit.worth < cap(kind, level)), None)


def quiz_quality(score: Fraction, *, guess: Fraction) -> Fraction:
    """Return what a quiz shows beyond guessing, from 0 to 1."""
    return max(ZERO, (score - guess) / (ONE - guess))

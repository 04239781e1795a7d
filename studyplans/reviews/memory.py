"""How well something is remembered, and when to ask again: FSRS in our words.

The model and its constants are py-fsrs's.  We use it without learning steps, since a review is
a matter of days here, and without fuzz, so that the same answers always give the same dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from fsrs import Card, Scheduler, State
from fsrs import Rating as FsrsRating

# What is asked once a year is as good as known; longer intervals would only look precise.
LONGEST_DAYS = 365

_scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
_decay = -_scheduler.parameters[-1]
_factor = 0.9 ** (1 / _decay) - 1


class Rating(IntEnum):
    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


@dataclass(frozen=True, slots=True)
class Memory:
    """What FSRS knows of a milestone in a learner's head.

    Stability is the days after which nine of ten would still know it; difficulty is 1 to 10.
    """

    stability: float
    difficulty: float
    reviewed_at: datetime


def first_memory(rating: int, *, at: datetime) -> Memory:
    """Return the memory of something just learnt, or said to be known."""
    return _rated(Card(card_id=0, due=at), rating, at)


def after_review(memory: Memory, rating: int, *, at: datetime) -> Memory:
    return _rated(_card(memory), rating, at)


def _rated(card: Card, rating: int, at: datetime) -> Memory:
    moment = at.astimezone(UTC)  # py-fsrs takes no other zone
    rated, _ = _scheduler.review_card(card, FsrsRating(rating), moment)
    assert rated.stability is not None  # noqa: S101  py-fsrs fills both with the first rating
    assert rated.difficulty is not None  # noqa: S101
    return Memory(rated.stability, rated.difficulty, at)


def _card(memory: Memory) -> Card:
    return Card(
        card_id=0,  # without one py-fsrs sleeps to make one up
        state=State.Review,
        stability=memory.stability,
        difficulty=memory.difficulty,
        due=memory.reviewed_at,
        last_review=memory.reviewed_at.astimezone(UTC),
    )


def retrievability(memory: Memory, *, at: datetime) -> float:
    """Return the chance, 0 to 1, that the learner would still know it at that moment."""
    return _scheduler.get_card_retrievability(_card(memory), at.astimezone(UTC))


def interval_days(stability: float, *, retention: float) -> int:
    """Return after how many whole days the chance to remember has sunk to `retention`.

    The same arithmetic as py-fsrs's, which tells it only together with a review.
    """
    days: int = round(stability / _factor * (retention ** (1 / _decay) - 1))
    return min(max(days, 1), LONGEST_DAYS)


def due_after(memory: Memory, *, retention: float) -> datetime:
    return memory.reviewed_at + timedelta(days=interval_days(memory.stability, retention=retention))

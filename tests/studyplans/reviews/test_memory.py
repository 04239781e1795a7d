"""FSRS in our words says what py-fsrs says."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fsrs import Card, Rating, Scheduler

from studyplans.reviews import memory

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_five_good_reviews_come_further_and_further_apart() -> None:
    remembered, intervals = memory.first_memory(memory.Rating.GOOD, at=START), []
    for _ in range(5):
        due_at = memory.due_after(remembered, retention=0.9)
        intervals.append((due_at - remembered.reviewed_at).days)
        remembered = memory.after_review(remembered, memory.Rating.GOOD, at=due_at)

    assert intervals == [2, 11, 46, 163, 365]


@pytest.mark.parametrize("retention", [0.80, 0.85, 0.90, 0.95])
def test_intervals_are_those_of_py_fsrs(retention: float) -> None:
    scheduler = Scheduler(
        desired_retention=retention,
        learning_steps=(),
        relearning_steps=(),
        enable_fuzzing=False,
        maximum_interval=memory.LONGEST_DAYS,
    )
    card, at = Card(card_id=1, due=START), START
    ours = None
    for rating in (Rating.Good, Rating.Hard, Rating.Good, Rating.Again, Rating.Easy, Rating.Good):
        card, _ = scheduler.review_card(card, rating, at)
        ours = (
            memory.first_memory(rating, at=at)
            if ours is None
            else memory.after_review(ours, rating, at=at)
        )
        assert memory.due_after(ours, retention=retention) == card.due
        assert ours.stability == card.stability
        at = card.due


def test_what_is_due_is_remembered_with_the_wanted_chance() -> None:
    remembered = memory.Memory(stability=40, difficulty=5, reviewed_at=START)

    due_at = memory.due_after(remembered, retention=0.9)

    assert memory.retrievability(remembered, at=due_at) == pytest.approx(0.9)
    assert memory.retrievability(remembered, at=START) == 1


def test_a_failed_review_comes_back_sooner_and_a_day_off_at_the_least() -> None:
    at = START + timedelta(days=46)
    remembered = memory.Memory(stability=46, difficulty=5, reviewed_at=START)

    failed = memory.after_review(remembered, memory.Rating.AGAIN, at=at)

    assert failed.stability < remembered.stability
    days = (memory.due_after(failed, retention=0.9) - at).days
    assert 1 <= days < 46


def test_a_moment_of_any_zone_will_do() -> None:
    in_berlin = START.astimezone(ZoneInfo("Europe/Berlin"))

    one, other = (memory.first_memory(memory.Rating.GOOD, at=at) for at in (START, in_berlin))

    assert one == other

"""The log is the memory: replaying it gives what the achievements say, whatever was done."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import NOW, make_curriculum, make_learner, make_milestone, make_module
from tracker.accounts.models import User
from tracker.progress import actions
from tracker.progress.models import Achievement, AchievementEvent

KEYS = ["one", "two", "three"]
FIELDS = actions.RECORDED_FIELDS

states = st.tuples(
    st.just("state"), st.sampled_from(KEYS), st.sampled_from(Achievement.State.values)
)
notes = st.tuples(st.just("note"), st.sampled_from(KEYS), st.sampled_from(["", "hm", "aha"]))
minutes = st.tuples(st.just("minutes"), st.sampled_from(KEYS), st.integers(1, 90))
undoings = st.tuples(st.just("undo"), st.sampled_from(KEYS), st.integers(0, 20))
histories = st.lists(states | notes | minutes | undoings, max_size=14)


@contextmanager
def forgotten() -> Iterator[None]:
    """Give each example its own empty database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def act(learner: User, kind: str, key: str, value: Any, step: int) -> None:
    origin: dict[str, Any] = {
        "learner": learner,
        "milestone_key": key,
        "at": NOW + timedelta(minutes=step),
    }
    if kind == "state":
        actions.set_state(state=value, **origin)
    elif kind == "note":
        actions.change_achievement(note=value, **origin)
    elif kind == "minutes":
        actions.add_minutes(minutes=value, **origin)
    else:
        undo_nth(value, step)


def undo_nth(number: int, step: int) -> None:
    events = list(AchievementEvent.objects.order_by("pk"))
    if not events:
        return
    try:
        actions.undo_change(event=events[number % len(events)], at=NOW + timedelta(minutes=step))
    except actions.CannotUndo:
        return


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(histories)
def test_the_log_rebuilds_every_achievement(history: list[tuple[str, str, Any]]) -> None:
    with forgotten():
        learner = make_learner()
        module = make_module(make_curriculum())
        for key in KEYS:
            make_milestone(module, key)

        for step, (kind, key, value) in enumerate(history):
            act(learner, kind, key, value, step)

        assert replayed(learner) == recorded(learner)


def replayed(learner: User) -> dict[str, dict[str, Any]]:
    rebuilt: dict[str, dict[str, Any]] = {}
    for event in AchievementEvent.objects.of(learner).order_by("pk"):
        fresh = {"state": "open", "note": "", "evidence_url": "", "minutes_spent": 0}
        fresh["is_tested"] = False
        assert event.before == rebuilt.get(event.milestone_key, fresh)
        rebuilt[event.milestone_key] = event.after
    return rebuilt


def recorded(learner: User) -> dict[str, dict[str, Any]]:
    """Return what the achievements say, without those that were never changed."""
    logged = set(AchievementEvent.objects.of(learner).values_list("milestone_key", flat=True))
    return {
        achievement.milestone_key: {field: getattr(achievement, field) for field in FIELDS}
        for achievement in Achievement.objects.of(learner)
        if achievement.milestone_key in logged
    }

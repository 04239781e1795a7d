"""`rebuild_progress`: the log rebuilds every achievement, whatever was done."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import NOW, make_learner, make_milestone
from tests.tracker.conftest import signed_in
from tests.tracker.progress.pages import press, write
from tests.tracker.progress.test_editions import publish_with, published_maths
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress import actions
from tracker.progress.models import Achievement, AchievementEvent, Enrolment

numbers = st.integers(0, 9)
states = st.sampled_from(Achievement.State.values)
moves = st.one_of(
    st.tuples(st.just("press"), numbers, states),
    st.tuples(st.just("press in two tabs"), numbers, states),
    st.tuples(st.just("write"), numbers, st.integers(0, 90)),
    st.tuples(st.just("credit"), numbers, st.booleans()),
    st.tuples(st.just("undo"), numbers, st.none()),
    st.tuples(st.just("undo in two tabs"), numbers, st.none()),
    st.tuples(st.sampled_from(["split", "merge", "retire", "add"]), numbers, st.none()),
    st.tuples(st.sampled_from(["accept", "back"]), numbers, st.none()),
)


@contextmanager
def forgotten() -> Iterator[None]:
    """Give each example its own empty database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def act(ada: User, tabs: list[Client], move: str, number: int, value: Any, step: int) -> None:
    enrolment = Enrolment.objects.select_related("curriculum").get(learner=ada)
    keys = list(enrolment.curriculum.milestones.values_list("key", flat=True))
    key = keys[number % len(keys)]
    at = NOW + timedelta(minutes=step)
    if move.startswith("press"):
        for tab in tabs if move.endswith("tabs") else tabs[:1]:
            press(tab, key, value)
    elif move == "write":
        write(tabs[0], key, note=f"note {step}", minutes_spent=value)
    elif move == "credit":
        tested = keys if value else ()
        actions.credit_milestones(learner=ada, milestone_keys=keys, tested_keys=tested, at=at)
    elif move.startswith("undo"):
        undo_one(number, tabs if move.endswith("tabs") else tabs[:1])
    elif move in ("accept", "back"):
        tabs[0].post(f"/paths/maths/edition/{move}/")
    else:
        publish_with(move, number, step)


def undo_one(number: int, tabs: list[Client]) -> None:
    events = list(AchievementEvent.objects.order_by("pk"))
    for tab in tabs if events else []:
        tab.post(f"/progress/events/{events[number % len(events)].pk}/undo/")


def rebuild(*options: str) -> str:
    said = StringIO()
    call_command("rebuild_progress", *options, stdout=said)
    return said.getvalue()


def refused(*options: str) -> tuple[int, str]:
    """Run the command where it must fail; return its exit code and all it said."""
    said = StringIO()
    with pytest.raises(CommandError) as error:
        call_command("rebuild_progress", *options, stdout=said)
    return error.value.returncode, f"{said.getvalue()}{error.value}"


def stored(learner: User) -> list[dict[str, Any]]:
    """Return what the achievements say; one that says nothing may as well not be there."""
    columns = ("milestone_key", *actions.RECORDED_FIELDS)
    telling = Achievement.objects.of(learner).exclude(state="open", note="", minutes_spent=0)
    return list(telling.order_by("milestone_key").values(*columns))


def enrol(learner: User, curriculum: Curriculum) -> None:
    actions.enrol_learner(learner=learner, curriculum=curriculum, started_on=NOW.date(), at=NOW)


@pytest.mark.django_db
@settings(max_examples=30, deadline=None)
@given(st.lists(moves, max_size=12))
def test_the_log_equals_what_is_stored_after_any_history(
    history: list[tuple[str, int, Any]],
) -> None:
    with forgotten():
        ada = make_learner()
        enrol(ada, published_maths())
        tabs = [signed_in(ada), signed_in(ada)]

        for step, move in enumerate(history):
            act(ada, tabs, *move, step)

        rebuild("--check")
        before = stored(ada)
        logged = AchievementEvent.objects.values("milestone_key")
        Achievement.objects.filter(milestone_key__in=logged).delete()
        rebuild()
        assert stored(ada) == before


@pytest.fixture
def tampered(ada: User, maths: Curriculum) -> Achievement:
    """Ada's Vectors are done, and somebody has written otherwise past the log."""
    enrol(ada, maths)
    for key in ("math.vec", "math.mat"):
        actions.set_state(learner=ada, milestone_key=key, state="done", at=NOW)
    achievement = Achievement.objects.get(milestone_key="math.vec")
    Achievement.objects.filter(pk=achievement.pk).update(state="open", minutes_spent=7)
    return achievement


def test_check_tells_what_differs_and_changes_nothing(tampered: Achievement) -> None:
    code, said = refused("--check")

    assert code == 1
    assert "ada@example.org math.vec: state is 'open', in the log 'done'; minutes_spent" in said
    assert "math.mat" not in said
    tampered.refresh_from_db()
    assert tampered.state == "open"


def test_rebuilding_mends_the_achievement_and_the_enrolment(tampered: Achievement) -> None:
    Enrolment.objects.update(state="active")

    said = rebuild()

    tampered.refresh_from_db()
    assert (tampered.state, tampered.minutes_spent) == ("done", 0)
    assert Enrolment.objects.get().state == "finished"
    assert "state is 'open'" in said
    assert rebuild("--check") == "Learners with progress: 1. The log says the same.\n"


def test_a_lost_achievement_comes_back(tampered: Achievement) -> None:
    tampered.delete()

    rebuild()

    assert Achievement.objects.get(milestone_key="math.vec").state == "done"


def test_what_the_log_is_silent_about_is_told_and_stays(ada: User) -> None:
    Achievement.objects.create(learner=ada, milestone_key="math.vec", state="done", changed_at=NOW)

    code, said = refused()

    assert code == 1
    assert "math.vec: it says something, and the log nothing. It stays." in said
    assert Achievement.objects.get().state == "done"


def test_a_log_with_a_gap_is_told(ada: User) -> None:
    for before, after in (("open", "learning"), ("skipped", "done")):
        record = {"note": "", "evidence_url": "", "minutes_spent": 0, "is_tested": False}
        AchievementEvent.objects.create(
            learner=ada,
            milestone_key="math.vec",
            before={**record, "state": before},
            after={**record, "state": after},
            happened_at=NOW,
        )

    _, said = refused("--check")

    assert "an event does not begin where the one before it ended" in said


def test_one_learner_can_be_named(tampered: Achievement) -> None:
    make_learner("cleo@example.org")

    assert "Learners with progress: 0." in rebuild("--check", "--learner", "cleo@example.org")
    assert refused("--check", "--learner", "ADA@example.org")[0] == 1
    assert (
        "Nobody here has the address ben@example.org" in refused("--learner", "ben@example.org")[1]
    )


def test_many_learners_take_no_more_queries(
    django_assert_max_num_queries: Any, maths: Curriculum
) -> None:
    for number in range(5):
        learner = make_learner(f"learner{number}@example.org")
        actions.set_state(learner=learner, milestone_key="math.vec", state="done", at=NOW)

    with django_assert_max_num_queries(4):
        rebuild("--check")


def test_a_milestone_that_is_gone_is_rebuilt_too(ada: User, maths: Curriculum) -> None:
    gone = make_milestone(maths.modules.get(), "math.gone")
    actions.set_state(learner=ada, milestone_key="math.gone", state="done", at=NOW)
    gone.delete()
    Achievement.objects.update(state="open")

    rebuild()

    assert Achievement.objects.get().state == "done"

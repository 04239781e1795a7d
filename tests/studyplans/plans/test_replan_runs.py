"""Many plans computed again: in batches, restartable, one bad plan harming no other."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from common import clock as wall
from studyplans.plans import actions, replan_runs, tasks
from studyplans.plans.models import ReplanRun, StudyPlan
from tests.factories import make_learner
from tests.studyplans.cast import enrol, make_maths
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


@pytest.fixture
def followers(clock: time_machine.Traveller, maths: Curriculum) -> list[User]:
    learners = [make_learner(f"learner{number}@example.org") for number in range(5)]
    for learner in learners:
        enrol(learner, maths, at=wall.now())
    clock.shift(timedelta(hours=1))
    return learners


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replan_runs, "BATCH", 2)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    bells: list[int] = []
    monkeypatch.setattr(tasks.go_on_with_replan_run, "delay", bells.append)
    return bells


def planned_now() -> int:
    return StudyPlan.objects.filter(planned_at=wall.now()).count()


def test_a_run_goes_on_batch_by_batch_to_its_end(followers: list[User], rung: list[int]) -> None:
    run = replan_runs.begin_run(reason="New zone rules", at=wall.now())

    tasks.go_on_with_replan_run(run.pk)
    assert planned_now() == 2
    while rung:
        tasks.go_on_with_replan_run(rung.pop())

    run.refresh_from_db()
    assert (run.total, run.replanned, run.failed) == (5, 5, 0)
    assert run.finished_at is not None
    assert planned_now() == 5


def test_a_run_cut_off_goes_on_where_it_was(
    followers: list[User], rung: list[int], clock: time_machine.Traveller
) -> None:
    run = replan_runs.begin_run(reason="New zone rules", at=wall.now())
    tasks.go_on_with_replan_run(run.pk)
    rung.clear()  # the bell is lost with its worker

    tasks.ring_stuck_replan_runs()
    assert rung == []
    clock.shift(timedelta(minutes=11))
    tasks.ring_stuck_replan_runs()

    assert rung == [run.pk]
    tasks.go_on_with_replan_run(run.pk)
    run.refresh_from_db()
    assert run.replanned == 4


def test_one_bad_plan_stops_no_other(
    followers: list[User], monkeypatch: pytest.MonkeyPatch, rung: list[int]
) -> None:
    whole = actions.replan

    def replan(*, learner: User, **words: Any) -> None:
        if learner == followers[0]:
            raise RuntimeError("broken")
        whole(learner=learner, **words)

    monkeypatch.setattr(replan_runs, "replan", replan)
    run = replan_runs.begin_run(reason="New zone rules", at=wall.now())
    tasks.go_on_with_replan_run(run.pk)

    run.refresh_from_db()
    assert (run.replanned, run.failed) == (1, 1)
    assert rung == [run.pk]


def test_the_command_takes_only_followers_and_says_how_far_it_is(
    followers: list[User], capsys: pytest.CaptureFixture[str]
) -> None:
    enrol(make_learner("other@example.org"), make_maths(slug="stats"), at=wall.now())

    call_command("replan_learners", "--following", "maths", "--here")

    assert "2 of 5\n4 of 5\n" in capsys.readouterr().out
    assert ReplanRun.objects.get().replanned == 5


def test_the_command_refuses_what_nobody_can_follow(db: None) -> None:
    with pytest.raises(CommandError, match='No curriculum has the slug "nothing"'):
        call_command("replan_learners", "--following", "nothing")

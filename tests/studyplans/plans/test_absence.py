"""Quiet spells: noticed, paused once, and never held against anyone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common import clock as wall
from config.celery import app
from studyplans.plans import absence, actions, tasks
from studyplans.plans.models import Break, PauseCause, Receipt, StudyPlan, StudySession
from studyplans.plans.signals import plan_paused
from studyplans.plans.undoing import undo_receipt
from studyplans.reviews.models import Rating, Review, ReviewCard
from tests.factories import make_learner
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths
from tracker.accounts.models import User
from tracker.progress.actions import set_state
from tracker.progress.models import Achievement

EVERY_DAY = evenings(*range(7))


@pytest.fixture(autouse=True)
def eager_worker() -> Iterator[None]:
    """Let every ring be answered at once, in this process."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User) -> User:
    """From Monday 2 March on Ada has an hour each evening, and work for many weeks."""
    enrol(ada, make_maths(60), at=wall.now(), windows=EVERY_DAY)
    return ada


@pytest.fixture
def announced() -> Iterator[list[StudyPlan]]:
    """Collect the plans whose pause was announced."""
    heard: list[StudyPlan] = []

    def hear(sender: object, *, plan: StudyPlan, **news: Any) -> None:
        heard.append(plan)

    plan_paused.connect(hear)
    yield heard
    plan_paused.disconnect(hear)


def plan_of(learner: User) -> StudyPlan:
    return StudyPlan.objects.get(learner=learner)


def sleep_through(clock: time_machine.Traveller, nights: int) -> None:
    """Let nights go by; at half past four in Berlin after the last, the nightly tasks run."""
    morning = wall.now().date() + timedelta(days=nights)
    clock.move_to(datetime.combine(morning, time(3, 30), tzinfo=UTC))
    tasks.replan_missed_sessions()
    tasks.end_pauses()
    tasks.pause_quiet_plans()


def test_ten_quiet_days_pause_the_plan_and_say_so_once(
    enrolled: User, clock: time_machine.Traveller, announced: list[StudyPlan]
) -> None:
    for _ in range(10):  # the day of enrolling was not quiet, nine were
        sleep_through(clock, 1)
    assert not plan_of(enrolled).is_paused

    sleep_through(clock, 1)
    assert plan_of(enrolled).is_paused
    tasks.pause_quiet_plan_of(enrolled.pk)
    sleep_through(clock, 3)

    assert plan_of(enrolled).pause_cause == PauseCause.QUIET
    assert plan_of(enrolled).resumes_on is None
    assert not StudySession.objects.of(enrolled).planned().exists()
    assert [plan.learner for plan in announced] == [enrolled]


def test_only_days_with_sessions_count(ada: User, clock: time_machine.Traveller) -> None:
    enrol(ada, make_maths(60), at=wall.now(), windows=evenings(0, 2, 4))

    sleep_through(clock, 23)  # to Wednesday 25 March, the tenth such day
    assert not plan_of(ada).is_paused

    sleep_through(clock, 1)
    assert plan_of(ada).is_paused


def test_a_planned_break_is_no_absence(enrolled: User, clock: time_machine.Traveller) -> None:
    study_plan = plan_of(enrolled)
    Break.objects.create(
        plan=study_plan, starts_on=date(2026, 3, 4), ends_on=date(2026, 3, 24), note="Holiday"
    )
    actions.replan(learner=enrolled, at=wall.now())

    sleep_through(clock, 31)  # to 2 April: of the days since 3 March nine had sessions
    assert not plan_of(enrolled).is_paused

    sleep_through(clock, 1)
    assert plan_of(enrolled).is_paused


def study(learner: User) -> None:
    session = StudySession.objects.of(learner).unsettled().earliest("starts_at")
    logged_in(learner).post(f"/plan/sessions/{session.pk}/studied/")


def check_off(learner: User) -> None:
    state = Achievement.State.DONE
    set_state(learner=learner, milestone_key="maths.m1", state=state, at=wall.now())


def review(learner: User) -> None:
    card = ReviewCard.objects.create(
        learner=learner,
        milestone_key="maths.m1",
        stability=2,
        difficulty=5,
        reviewed_at=wall.now(),
        due_at=wall.now() + timedelta(days=2),
    )
    Review.objects.create(
        card=card,
        number=1,
        started_at=wall.now(),
        finished_at=wall.now(),
        rating=Rating.GOOD,
        next_due_at=wall.now() + timedelta(days=5),
    )


def pin(learner: User) -> None:
    session = StudySession.objects.of(learner).planned().latest("starts_at")
    logged_in(learner).post(f"/plan/sessions/{session.pk}/pin/")


def come_back(learner: User) -> None:
    actions.resume_plan(learner=learner, at=wall.now())


@pytest.mark.parametrize("sign_of_life", [study, check_off, review, pin, come_back])
def test_anything_done_begins_the_count_anew(
    enrolled: User, clock: time_machine.Traveller, sign_of_life: Any
) -> None:
    sleep_through(clock, 5)
    sign_of_life(enrolled)

    sleep_through(clock, 10)
    assert not plan_of(enrolled).is_paused

    sleep_through(clock, 1)
    assert plan_of(enrolled).is_paused


def test_who_came_back_has_ten_days_again(enrolled: User, clock: time_machine.Traveller) -> None:
    sleep_through(clock, 12)
    actions.resume_plan(learner=enrolled, at=wall.now())

    sleep_through(clock, 10)
    assert not plan_of(enrolled).is_paused


def test_a_pause_that_was_undone_is_not_made_again(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    sleep_through(clock, 11)
    receipt = Receipt.objects.of(enrolled).get(cause=Receipt.Cause.PAUSE)
    undo_receipt(receipt=receipt, at=wall.now())

    sleep_through(clock, 3)
    assert not plan_of(enrolled).is_paused


def test_the_quiet_of_one_pauses_nobody_else(enrolled: User, clock: time_machine.Traveller) -> None:
    ben = make_learner("ben@example.org", name="Ben")
    enrol(ben, make_maths(60, slug="code"), at=wall.now(), windows=EVERY_DAY)
    sleep_through(clock, 9)
    study(ben)
    sleep_through(clock, 2)

    assert plan_of(enrolled).is_paused
    assert not plan_of(ben).is_paused


def test_every_batch_takes_the_same_few_queries(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    for number in range(4):
        learner = make_learner(f"learner{number}@example.org")
        enrol(learner, make_maths(30, slug=f"m{number}"), at=wall.now(), windows=EVERY_DAY)
    clock.move_to("2026-03-20T03:30Z")

    with CaptureQueriesContext(connection) as few:
        first = absence.gone_quiet(limit=1, at=wall.now())
    with CaptureQueriesContext(connection) as many:
        rest = absence.gone_quiet(after=first.last_plan_id or 0, limit=100, at=wall.now())

    assert len(many) == len(few) <= 5
    assert (len(first.learner_ids), len(rest.learner_ids)) == (1, 4)
    assert rest.last_plan_id is None


def test_a_run_goes_on_batch_by_batch(
    enrolled: User, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = make_learner("ben@example.org", name="Ben")
    enrol(ben, make_maths(30, slug="code"), at=wall.now(), windows=EVERY_DAY)
    clock.move_to("2026-03-20T03:30Z")
    monkeypatch.setattr(absence.gone_quiet, "__kwdefaults__", {"after": 0, "limit": 1})

    tasks.pause_quiet_plans()

    assert plan_of(enrolled).is_paused
    assert plan_of(ben).is_paused


def test_a_pause_ends_with_its_date_on_the_learners_clock(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    enrolled.time_zone = "Pacific/Auckland"
    enrolled.save()
    actions.pause_plan(
        learner=enrolled,
        cause=PauseCause.LEARNER,
        resumes_on=date(2026, 3, 9),
        at=wall.now(),
    )

    clock.move_to("2026-03-08T14:55Z")  # 03:55 there: still the day of the 8th
    tasks.end_pauses()
    assert plan_of(enrolled).is_paused

    clock.move_to("2026-03-08T15:05Z")
    tasks.end_pauses()
    assert not plan_of(enrolled).is_paused
    assert StudySession.objects.of(enrolled).planned().exists()


def test_a_pause_without_a_date_waits_for_the_learner(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    actions.pause_plan(learner=enrolled, cause=PauseCause.LEARNER, at=wall.now())

    sleep_through(clock, 30)
    assert plan_of(enrolled).pause_cause == PauseCause.LEARNER


@pytest.mark.parametrize(
    ("since", "expected"), [(None, 3), ("2026-03-03T03:30Z", 1), ("2026-03-03T02:30Z", 2)]
)
def test_days_are_counted_on_the_learners_clock(since: str | None, expected: int) -> None:
    evenings = [datetime(2026, 3, day, 18, tzinfo=UTC) for day in (2, 3, 3, 4, 5)]

    counted = absence.quiet_days(
        evenings,
        learner=User(time_zone="Europe/Berlin"),
        since=datetime.fromisoformat(since) if since else None,
        at=datetime(2026, 3, 5, 12, tzinfo=UTC),
    )

    assert counted == expected

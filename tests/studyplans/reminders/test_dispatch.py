import gc
import threading
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError
from pytest_django import Settings

from studyplans.plans.actions import settle_studied
from studyplans.plans.models import StudySession
from studyplans.reminders import (
    actions,
    claiming,
    deciding,
    letters,
    selectors,
    sending,
    tasks,
)
from studyplans.reminders.actions import set_reminder_schedule
from studyplans.reminders.channels.email import DjangoLine
from studyplans.reminders.kinds import digest
from studyplans.reminders.kinds.kind import News
from studyplans.reminders.models import Delivery, ReminderSchedule
from studyplans.reminders.names import KindName
from tests.factories import make_learner
from tests.studyplans.cast import evenings, make_maths
from tests.studyplans.reminders.conftest import (
    MONDAY_AT_EIGHT,
    enrol_on_sunday,
    outcomes,
    todays_sessions,
    unconfirm,
)
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.actions import set_state
from tracker.progress.models import Achievement, Enrolment

Letters = list[EmailMultiAlternatives]
MONDAY, TUESDAY = "2026-03-02", "2026-03-03"


@pytest.fixture(autouse=True)
def monday_at_eight(clock: time_machine.Traveller) -> None:
    clock.move_to(MONDAY_AT_EIGHT)


def test_the_digest_arrives_at_the_chosen_hour(planned_ada: User, mailoutbox: Letters) -> None:
    tasks.dispatch_due()

    assert [letter.to for letter in mailoutbox] == [["ada@example.org"]]
    assert mailoutbox[0].subject == "Today: 1 session, 1 h"
    assert outcomes(planned_ada) == [(MONDAY, "sent", "")]


def test_nothing_is_sent_a_minute_early(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    clock.shift(-60)
    tasks.dispatch_due()

    assert mailoutbox == []


def test_ringing_twice_sends_one_reminder(planned_ada: User, mailoutbox: Letters) -> None:
    tasks.dispatch_due()
    tasks.dispatch_due()
    tasks.send_due()

    assert len(mailoutbox) == 1


def test_each_day_gets_its_own_and_a_free_day_none(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    for days in range(3):
        clock.move_to(MONDAY_AT_EIGHT + timedelta(days=days))
        tasks.dispatch_due()

    assert outcomes(planned_ada) == [
        (MONDAY, "sent", ""),
        (TUESDAY, "skipped", digest.NOTHING_PLANNED),
        ("2026-03-04", "sent", ""),
    ]
    assert len(mailoutbox) == 2


def test_a_schedule_set_back_sends_no_second_reminder(
    planned_ada: User, mailoutbox: Letters
) -> None:
    tasks.dispatch_due()
    ReminderSchedule.objects.update(next_run_at=MONDAY_AT_EIGHT)
    tasks.dispatch_due()

    assert len(mailoutbox) == 1
    assert ReminderSchedule.objects.get().next_run_at == MONDAY_AT_EIGHT + timedelta(days=1)


def test_two_dispatches_at_the_same_moment_send_one(planned_ada: User, mailoutbox: Letters) -> None:
    together = threading.Barrier(4)
    problems: list[Exception] = []

    def dispatch() -> None:
        try:
            together.wait()
            tasks.dispatch_due()
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=dispatch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert problems == []
    assert len(mailoutbox) == 1
    assert outcomes(planned_ada) == [(MONDAY, "sent", "")]


def test_cleo_hears_nothing_of_ada(planned_ada: User, cleo: User, mailoutbox: Letters) -> None:
    enrol_on_sunday(cleo, make_maths(slug="stats"))
    tasks.dispatch_due()

    [letter] = [letter for letter in mailoutbox if letter.to == ["cleo@example.org"]]
    whole = letter.message().as_string() + str(letter.body) + str(letter.alternatives)
    assert "Learn stats.m1" in str(letter.body)
    assert "maths" not in whole
    assert "ada@example.org" not in whole


def test_today_is_the_day_on_the_learners_own_wall(
    transactional_db: None, mailoutbox: Letters
) -> None:
    ben = make_learner("ben@example.org", time_zone="Pacific/Auckland")
    mornings = evenings(*range(7), starts_at=time(7), ends_at=time(7, 30))
    nights = evenings(*range(7), starts_at=time(23), ends_at=time(23, 30))
    enrol_on_sunday(ben, make_maths(12, minutes=30), windows=[*mornings, *nights])
    set_reminder_schedule(
        learner=ben,
        kind=KindName.DIGEST,
        is_on=True,
        local_time=time(6),
        weekdays=[1],
        at=MONDAY_AT_EIGHT,
    )

    call_command("dispatch_reminders", at="2026-03-02T17:00Z")  # Tuesday, 06:00 in Auckland

    [letter] = [letter for letter in mailoutbox if "Tuesday 3 March" in str(letter.body)]
    assert letter.subject == "Today: 2 sessions, 1 h"
    assert "07:00-07:30" in str(letter.body)
    assert "23:00-23:30" in str(letter.body)


def without_plan(learner: User) -> None:
    StudySession.objects.of(learner).delete()


def done(learner: User) -> None:
    for session in todays_sessions(learner):
        set_state(
            learner=learner,
            milestone_key=session.milestone_key,
            state=Achievement.State.DONE,
            at=MONDAY_AT_EIGHT - timedelta(minutes=1),
        )


def done_unknown_to_the_plan(learner: User) -> None:
    """The process died between the check-off and the plan's hearing of it."""
    for session in todays_sessions(learner):
        Achievement.objects.create(
            learner=learner,
            milestone_key=session.milestone_key,
            state=Achievement.State.DONE,
            changed_at=MONDAY_AT_EIGHT,
        )


def studied(learner: User) -> None:
    for session in todays_sessions(learner):
        settle_studied(session=session, at=MONDAY_AT_EIGHT)


def paused(learner: User) -> None:
    Enrolment.objects.update(state=Enrolment.State.PAUSED)


def left(learner: User) -> None:
    Enrolment.objects.update(state=Enrolment.State.LEFT)


def over(learner: User) -> None:
    early = MONDAY_AT_EIGHT - timedelta(hours=2)
    ids = [session.pk for session in todays_sessions(learner)]
    own = StudySession.objects.filter(pk__in=ids)
    own.update(starts_at=early, ends_at=early + timedelta(hours=1))


def closed(learner: User) -> None:
    User.objects.update(is_active=False)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (without_plan, digest.NOTHING_PLANNED),
        (done, digest.ALL_DONE),
        (done_unknown_to_the_plan, digest.ALL_DONE),
        (studied, digest.ALL_DONE),
        (paused, digest.PAUSED),
        (left, digest.NOTHING_PLANNED),
        (over, digest.ALL_OVER),
        (closed, selectors.NO_ADDRESS),
        (unconfirm, selectors.NO_ADDRESS),
    ],
)
def test_a_reminder_that_helps_nobody_is_skipped_with_its_reason(
    planned_ada: User, mailoutbox: Letters, change: Any, reason: str
) -> None:
    change(planned_ada)
    tasks.dispatch_due()

    assert mailoutbox == []
    assert outcomes(planned_ada) == [(MONDAY, "skipped", reason)]


def test_switching_off_stops_what_is_already_waiting(
    planned_ada: User, mailoutbox: Letters
) -> None:
    claiming.claim_all_due(at=MONDAY_AT_EIGHT)
    actions.switch_off(learner=planned_ada, kind=KindName.DIGEST)
    tasks.dispatch_due()

    assert mailoutbox == []
    assert outcomes(planned_ada) == [(MONDAY, "skipped", selectors.SWITCHED_OFF)]


def test_after_an_outage_the_stale_is_skipped_and_the_rest_goes_out(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    clock.move_to(datetime(2026, 3, 4, 10, 0, tzinfo=UTC))  # Wednesday, 11:00
    tasks.dispatch_due()

    assert outcomes(planned_ada) == [
        (MONDAY, "skipped", claiming.TOO_LATE),
        (TUESDAY, "skipped", claiming.TOO_LATE),
        ("2026-03-04", "sent", ""),
    ]
    assert len(mailoutbox) == 1
    next_run_at = ReminderSchedule.objects.get().next_run_at
    assert next_run_at == datetime(2026, 3, 5, 7, 0, tzinfo=UTC)


def test_a_waiting_reminder_grows_stale_at_local_midnight(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    claiming.claim_all_due(at=MONDAY_AT_EIGHT)
    clock.move_to(datetime(2026, 3, 2, 23, 0, tzinfo=UTC))  # Tuesday, 00:00 in Berlin
    tasks.dispatch_due()

    assert mailoutbox == []
    assert outcomes(planned_ada) == [(MONDAY, "skipped", claiming.TOO_LATE)]


def test_a_broken_broker_loses_nothing(
    planned_ada: User, mailoutbox: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise OperationalError("no broker")

    with monkeypatch.context() as broken:
        broken.setattr(tasks.send_due, "apply_async", refuse)
        tasks.dispatch_due()
    assert outcomes(planned_ada) == [(MONDAY, "pending", "")]

    tasks.dispatch_due()
    assert len(mailoutbox) == 1


@pytest.fixture
def many_due(planned_ada: User, cleo: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ada's and Cleo's digests are due, and a claim takes one at a time."""
    enrol_on_sunday(cleo, make_maths(slug="stats"))
    claim = claiming.claim_due

    def claim_one(*, at: datetime) -> int:
        return claiming.SCHEDULES_AT_ONCE if claim(at=at, limit=1) else 0

    monkeypatch.setattr(claiming, "claim_due", claim_one)


@pytest.mark.usefixtures("many_due")
@pytest.mark.parametrize(("senders", "claimed_at_rings"), [(1, [2]), (2, [1, 2])])
def test_sending_begins_while_the_rest_is_claimed(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    senders: int,
    claimed_at_rings: list[int],
) -> None:
    claimed = []

    def note(**options: Any) -> None:
        claimed.append(Delivery.objects.count())

    settings.REMINDERS_SENDERS = senders
    monkeypatch.setattr(tasks.send_due, "apply_async", note)
    tasks.dispatch_due()

    assert claimed == claimed_at_rings


@pytest.mark.usefixtures("many_due")
def test_a_broker_that_breaks_between_two_claims_stops_neither(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**options: Any) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.send_due, "apply_async", refuse)
    tasks.dispatch_due()

    assert [each.status for each in Delivery.objects.all()] == ["pending", "pending"]


def test_a_letter_that_cannot_be_written_leaves_the_others_alone(
    planned_ada: User,
    cleo: User,
    maths: Curriculum,
    mailoutbox: Letters,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    enrol_on_sunday(cleo, maths)
    write = letters.letter_for

    def write_for_others(delivery: Delivery, news: News) -> letters.Letter:
        if delivery.learner == planned_ada:
            raise ValueError("a broken template")
        return write(delivery, news)

    monkeypatch.setattr(sending, "letter_for", write_for_others)
    tasks.dispatch_due()

    [(_, status, reason)] = outcomes(planned_ada)
    assert (status, reason) == (
        "failed",
        "it could not be written: ValueError('a broken template')",
    )
    assert [letter.to for letter in mailoutbox] == [["cleo@example.org"]]


def test_no_transaction_is_open_while_sending_and_no_garbage_looked_for(
    planned_ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    offer = DjangoLine.offer

    def look(line: DjangoLine, *letter: Any, **note: Any) -> Any:
        seen.append((connection.in_atomic_block, gc.isenabled()))
        return offer(line, *letter, **note)

    monkeypatch.setattr(DjangoLine, "offer", look)
    tasks.dispatch_due()

    assert seen == [(False, False)]
    assert gc.isenabled()


def test_nothing_is_asked_about_nobody(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert deciding.decided([], at=MONDAY_AT_EIGHT).size == 0

    assert len(queries) == 0


def test_queries_do_not_grow_with_the_number_of_learners(
    planned_ada: User, maths: Curriculum
) -> None:
    def count(step: Any) -> int:
        with CaptureQueriesContext(connection) as queries:
            step()
        return len(queries)

    def claim() -> None:
        assert claiming.claim_due(at=MONDAY_AT_EIGHT) == User.objects.count()

    def decide() -> None:
        deliveries = list(Delivery.objects.select_related("learner"))
        decisions = selectors.decisions_on(deliveries, at=MONDAY_AT_EIGHT)
        assert [decision.reason for decision in decisions] == [""] * len(deliveries)
        assert all("1 session" in decision.news.in_words for decision in decisions)

    few = count(claim), count(decide)
    Delivery.objects.all().delete()  # or the first would be claimed a second time
    for number in range(8):
        learner = make_learner(f"learner-{number}@example.org")
        enrol_on_sunday(learner, maths, windows=evenings(0))
    ReminderSchedule.objects.update(next_run_at=MONDAY_AT_EIGHT)
    many = count(claim), count(decide)

    assert many == few

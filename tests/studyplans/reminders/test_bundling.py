"""Never two mails within an hour: what is due together goes together, the rest waits."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives

from studyplans.reminders import actions, claiming, leasing, letters, selectors, sending, tasks
from studyplans.reminders.channels.answer import Answer, Verdict
from studyplans.reminders.channels.email import DjangoLine
from studyplans.reminders.models import Delivery
from tests.studyplans.cast import enrol
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, SUNDAY
from tests.studyplans.reminders.test_kinds import book_exam, hold
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum

Letters = list[EmailMultiAlternatives]
HOUR = timedelta(hours=1)


@pytest.fixture
def busy_ada(ada: User, maths: Curriculum, clock: time_machine.Traveller) -> User:
    """Ada, who on Monday at eight has a digest, an exam in two weeks and an old certificate."""
    clock.move_to(SUNDAY)
    enrol(ada, maths, at=SUNDAY)
    ada.reminder_schedules.filter(kind__in=["weekly", "session"]).update(is_on=False)
    book_exam(ada)
    hold(ada, date(2026, 5, 31))
    clock.move_to(MONDAY_AT_EIGHT)
    return ada


def states() -> dict[str, tuple[str, str]]:
    return {each.kind: (each.status, each.reason) for each in Delivery.objects.all()}


def test_what_is_due_together_goes_in_one_mail(busy_ada: User, mailoutbox: Letters) -> None:
    tasks.dispatch_due()

    [letter] = mailoutbox
    assert letter.subject == "Today: 1 session, 1 h"
    for twin in (str(letter.body), str(letter.alternatives[0])):
        assert "The exam: in 14 days" in twin
        assert "Associate expires in 90 days" in twin
    assert states() == {
        "digest": ("sent", ""),
        "exam": ("sent", "in the daily digest of the same hour"),
        "certificate": ("sent", "in the daily digest of the same hour"),
    }


def test_without_the_digest_the_most_pressing_carries_the_rest(
    busy_ada: User, mailoutbox: Letters
) -> None:
    busy_ada.reminder_schedules.filter(kind="digest").update(is_on=False)
    tasks.dispatch_due()

    [letter] = mailoutbox
    assert letter.subject == "The exam: in 14 days"
    assert "Also\n- Associate expires in 90 days" in str(letter.body)


def test_a_second_mail_waits_until_an_hour_has_passed(
    busy_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    later = MONDAY_AT_EIGHT + timedelta(minutes=20)
    busy_ada.reminder_schedules.filter(kind="exam").update(local_time="08:20", next_run_at=later)
    for minutes in (0, 20, 59):
        clock.move_to(MONDAY_AT_EIGHT + timedelta(minutes=minutes))
        tasks.dispatch_due()
    assert len(mailoutbox) == 1

    clock.move_to(MONDAY_AT_EIGHT + HOUR)
    tasks.dispatch_due()

    assert [letter.subject for letter in mailoutbox[1:]] == ["The exam: in 14 days"]
    assert states()["exam"] == ("sent", "")


def test_what_would_be_too_late_after_the_hour_is_not_sent(
    busy_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    tasks.dispatch_due()
    clock.shift(timedelta(minutes=10))
    Delivery.objects.create(
        learner=busy_ada,
        kind="due",
        occurrence="2026-03-02",
        due_at=MONDAY_AT_EIGHT,
        stale_at=MONDAY_AT_EIGHT + timedelta(minutes=30),
    )
    [due] = Delivery.objects.filter(kind="due").select_related("learner")
    reason = selectors.decisions_on([due], at=MONDAY_AT_EIGHT + timedelta(minutes=10))[0].reason

    # There is nothing due; where there were, the hour would be the reason.
    assert reason in (selectors.TOO_MANY, "no milestone has come due")


def test_a_sender_leaves_a_learner_alone_to_whom_another_writes(
    busy_ada: User, clock: time_machine.Traveller, mailoutbox: Letters
) -> None:
    claiming.claim_all_due(at=MONDAY_AT_EIGHT)
    Delivery.objects.filter(kind="exam").update(due_at=MONDAY_AT_EIGHT - HOUR)
    assert len(leasing.lease(owner="another", at=MONDAY_AT_EIGHT, limit=1)) == 1

    sending.send_due(now=lambda: MONDAY_AT_EIGHT)

    assert mailoutbox == []
    digest = Delivery.objects.get(kind="digest")
    assert (digest.status, digest.due_at) == ("pending", MONDAY_AT_EIGHT + timedelta(minutes=1))


def test_what_becomes_of_the_letter_becomes_of_what_it_carries(
    busy_ada: User, mailoutbox: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = Answer(Verdict.LATER, "busy")
    monkeypatch.setattr(DjangoLine, "offer", lambda *_, **note: refused)
    tasks.dispatch_due()
    assert {status for status, _ in states().values()} == {"pending"}

    monkeypatch.undo()
    sending.send_due(now=lambda: datetime(2026, 3, 2, 7, 5, tzinfo=UTC))
    assert {status for status, _ in states().values()} == {"sent"}


def test_a_letter_that_cannot_be_written_does_not_take_the_rest_with_it(
    busy_ada: User, mailoutbox: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = letters.letter_for

    def broken(delivery: Delivery, *news: object) -> object:
        if delivery.kind == "digest":
            raise ValueError("a broken template")
        return real(delivery, *news)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "letter_for", broken)
    tasks.dispatch_due()

    assert [letter.subject for letter in mailoutbox] == ["The exam: in 14 days"]
    assert states()["digest"][0] == "failed"
    assert states()["certificate"] == ("sent", "in the exam countdown of the same hour")


def test_a_test_comes_at_once_whatever_was_sent(busy_ada: User, mailoutbox: Letters) -> None:
    tasks.dispatch_due()
    actions.send_test(learner=busy_ada, at=MONDAY_AT_EIGHT)

    assert len(mailoutbox) == 2

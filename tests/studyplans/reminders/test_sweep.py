"""What the sweep makes of leases, journals and time gone by, and of one bad row."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.mail import EmailMessage

from common import clock as wall_clock
from studyplans.reminders import leasing, settling, tasks
from studyplans.reminders.claiming import claim_all_due
from studyplans.reminders.journal import Journal, Mark, directory
from studyplans.reminders.kinds import KINDS, digest
from studyplans.reminders.leasing import LEASE
from studyplans.reminders.models import Delivery, DeliveryText
from studyplans.reminders.sending import Sender, send_due
from studyplans.reminders.settling import Outcome
from studyplans.reminders.sweeping import WAIT_FOR_JOURNAL, sweep
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, enrol_on_sunday, outcomes
from tests.studyplans.reminders.test_faults import waiting_mails
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone


@pytest.fixture(autouse=True)
def monday_at_eight(clock: time_machine.Traveller) -> None:
    clock.move_to(MONDAY_AT_EIGHT)


@pytest.fixture
def leased(planned_ada: User) -> Delivery:
    """Ada's digest, leased by a sender whose machine is gone, and its journal with it."""
    claim_all_due(at=MONDAY_AT_EIGHT)
    [delivery] = leasing.lease(owner="gone", at=MONDAY_AT_EIGHT)
    return delivery


def status(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.status


def test_a_machine_that_never_comes_back_leaves_its_leases_in_doubt(
    leased: Delivery, clock: time_machine.Traveller, mailoutbox: list[EmailMessage]
) -> None:
    clock.shift(LEASE + WAIT_FOR_JOURNAL - timedelta(seconds=1))
    tasks.dispatch_due()
    assert status(leased) == "leased"

    clock.shift(timedelta(seconds=1))
    tasks.dispatch_due()
    assert status(leased) == "in doubt"
    assert leased.doubts == 1
    assert mailoutbox == []


def test_what_a_lease_has_no_time_for_goes_out_under_the_next(
    transactional_db: None, mailoutbox: list[EmailMessage]
) -> None:
    waiting_mails(6)
    # Each takes so long that after four of them the lease is nearly over.
    send_due(now=lambda: MONDAY_AT_EIGHT + len(mailoutbox) * timedelta(minutes=2))

    assert set(Delivery.objects.values_list("status", flat=True)) == {"sent"}
    assert len({tuple(letter.to) for letter in mailoutbox}) == len(mailoutbox) == 6


def test_a_living_sender_is_left_in_peace(planned_ada: User) -> None:
    claim_all_due(at=MONDAY_AT_EIGHT)
    with Sender(now=wall_clock.now) as sender:
        [delivery] = leasing.lease(owner=sender.owner, at=MONDAY_AT_EIGHT)
        sweep(at=MONDAY_AT_EIGHT + timedelta(days=1))

        assert status(delivery) == "leased"


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([], "pending"),
        ([Mark.WRITING], "pending"),
        ([Mark.WRITING, Mark.CONTENT], "in doubt"),
        ([Mark.WRITING, Mark.CONTENT, Mark.SENT], "sent"),
        ([Mark.WRITING, Mark.LATER], "pending"),
        ([Mark.WRITING, Mark.CONTENT, Mark.FAILED], "failed"),
    ],
)
def test_a_dead_senders_journal_says_what_became_of_its_leases(
    planned_ada: User, marks: list[Mark], expected: str
) -> None:
    claim_all_due(at=MONDAY_AT_EIGHT)
    journal = Journal()
    [delivery] = leasing.lease(owner=journal.owner, at=MONDAY_AT_EIGHT)
    for mark in marks:
        journal.note(delivery.pk, mark, "as the server said")
    journal.abandon()

    for _ in range(2):
        sweep(at=MONDAY_AT_EIGHT)

    assert status(delivery) == expected
    assert list(directory().glob("*")) == []


@pytest.mark.parametrize(
    "outcome",
    [
        settling.SENT,
        settling.failed("no such mailbox"),
        settling.not_before(MONDAY_AT_EIGHT + timedelta(minutes=5), has_slot=True),
        Outcome("in doubt", "silence", doubts=1),
    ],
    ids=lambda outcome: outcome.status,
)
def test_settling_again_changes_nothing(leased: Delivery, outcome: Outcome) -> None:
    outcomes_of_gone = {leased.pk: outcome}
    assert settling.settle(outcomes_of_gone, owner="gone", at=MONDAY_AT_EIGHT) == 1
    [settled] = Delivery.objects.values()

    again = MONDAY_AT_EIGHT + timedelta(hours=1)
    assert settling.settle(outcomes_of_gone, owner="gone", at=again) == 0
    assert list(Delivery.objects.values()) == [settled]


def test_settling_late_leaves_the_next_senders_lease_alone(leased: Delivery) -> None:
    leasing.give_back(owner="gone", reason="")
    leasing.lease(owner="next", at=MONDAY_AT_EIGHT)

    late = {leased.pk: settling.failed("no such mailbox")}
    assert settling.settle(late, owner="gone", at=MONDAY_AT_EIGHT) == 0
    assert (status(leased), leased.lease_owner, leased.attempts) == ("leased", "next", 0)


def test_a_kind_may_ask_for_a_second_copy_rather_than_none(
    leased: Delivery,
    clock: time_machine.Traveller,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    insistent = replace(digest.DIGEST, is_repeated_in_doubt=True)
    monkeypatch.setitem(KINDS, "digest", insistent)

    clock.shift(LEASE + WAIT_FOR_JOURNAL)
    tasks.dispatch_due()
    assert (status(leased), leased.doubts) == ("pending", 1)
    clock.shift(timedelta(minutes=2))
    tasks.dispatch_due()

    assert (status(leased), leased.doubts) == ("sent", 1)
    assert len(mailoutbox) == 1


def test_a_letter_that_kills_its_senders_is_given_up(planned_ada: User) -> None:
    claim_all_due(at=MONDAY_AT_EIGHT)
    at = MONDAY_AT_EIGHT
    for _ in range(5):
        journal = Journal()
        [delivery] = leasing.lease(owner=journal.owner, at=at)
        journal.note(delivery.pk, Mark.WRITING)
        journal.abandon()
        sweep(at=at)
        at += timedelta(hours=1)

    assert status(delivery) == "failed"
    assert delivery.reason == "its sender died several times while writing it"


def test_a_letter_written_ahead_is_not_to_blame(planned_ada: User) -> None:
    claim_all_due(at=MONDAY_AT_EIGHT)
    journal = Journal()
    [delivery] = leasing.lease(owner=journal.owner, at=MONDAY_AT_EIGHT)
    for pk in (delivery.pk, delivery.pk + 1):
        journal.note(pk, Mark.WRITING)
    journal.abandon()

    sweep(at=MONDAY_AT_EIGHT)

    assert status(delivery) == "pending"
    assert (delivery.attempts, delivery.due_at) == (0, MONDAY_AT_EIGHT)


def test_what_a_mail_said_is_kept_for_a_month(
    planned_ada: User, clock: time_machine.Traveller
) -> None:
    tasks.dispatch_due()
    kept = DeliveryText.objects.get()
    assert kept.subject == "Today: 1 session, 1 h"
    assert "19:00-20:00  Learn maths.m1" in kept.text

    clock.shift(timedelta(days=30))
    tasks.forget_old_texts()
    assert DeliveryText.objects.count() == 1
    clock.shift(timedelta(seconds=1))
    tasks.forget_old_texts()
    assert DeliveryText.objects.count() == 0
    assert outcomes(planned_ada)[0][1] == "sent"


# --- one bad row ------------------------------------------------------------------------------


def unknown_zone(ada: User, _: pytest.MonkeyPatch) -> None:
    User.objects.filter(pk=ada.pk).update(time_zone="Mars/Olympus_Mons")


def huge_title(ada: User, _: pytest.MonkeyPatch) -> None:
    Milestone.objects.filter(key="maths.m1").update(title="x\r\nBcc: y@z\r\n" * 12)


@pytest.mark.parametrize("harm", [unknown_zone, huge_title])
def test_odd_data_is_mailed_all_the_same(
    planned_ada: User,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
    harm: Any,
) -> None:
    harm(planned_ada, monkeypatch)

    tasks.dispatch_due()

    assert outcomes(planned_ada) == [("2026-03-02", "sent", "")]
    assert mailoutbox[0].message()["Bcc"] is None


def odd_address(ada: User, _: pytest.MonkeyPatch) -> None:
    EmailAddress.objects.filter(user=ada).update(email="ädä@example.org")
    User.objects.filter(pk=ada.pk).update(email="ädä@example.org")


def broken_reading(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    read = digest._digest

    def read_others(learner: User, *arguments: Any, **options: Any) -> digest.Digest:
        if learner.pk == ada.pk:
            raise ValueError("broken data")
        return read(learner, *arguments, **options)

    monkeypatch.setattr(digest, "_digest", read_others)


@pytest.mark.parametrize("harm", [odd_address, broken_reading])
def test_a_poison_row_fails_alone(
    planned_ada: User,
    cleo: User,
    maths: Curriculum,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
    harm: Any,
) -> None:
    enrol_on_sunday(cleo, maths)
    harm(planned_ada, monkeypatch)

    tasks.dispatch_due()

    [(_, ended, reason)] = outcomes(planned_ada)
    assert ended == "failed"
    assert reason.startswith("it could not be written: ")
    assert [letter.to for letter in mailoutbox] == [["cleo@example.org"]]

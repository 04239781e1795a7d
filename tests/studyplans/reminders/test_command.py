from datetime import time, timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command

from studyplans.reminders import selectors
from studyplans.reminders.models import Delivery
from studyplans.reminders.selectors import NO_ADDRESS
from tests.factories import make_learner
from tests.studyplans.cast import evenings, make_maths
from tests.studyplans.reminders.conftest import (
    MONDAY_AT_EIGHT,
    SUNDAY,
    enrol_on_sunday,
    outcomes,
    unconfirm,
)
from tracker.accounts.models import User

AT = "2026-03-02T07:00Z"


@pytest.fixture(autouse=True)
def sunday(clock: time_machine.Traveller) -> None:
    clock.move_to(SUNDAY)


def test_the_command_sends_what_is_due_then(
    planned_ada: User, mailoutbox: list[EmailMessage], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("dispatch_reminders", at=AT)
    call_command("dispatch_reminders", at=AT)

    assert [letter.to for letter in mailoutbox] == [["ada@example.org"]]
    assert capsys.readouterr().out.splitlines() == ["1 due, 1 sent.", "0 due, 0 sent."]


def test_a_time_without_a_zone_is_utc(planned_ada: User, mailoutbox: list[EmailMessage]) -> None:
    call_command("dispatch_reminders", at="2026-03-02T06:59")
    assert mailoutbox == []

    call_command("dispatch_reminders", at="2026-03-02T07:00")
    assert len(mailoutbox) == 1


def test_a_dry_run_says_who_would_get_what_and_writes_nothing(
    planned_ada: User,
    cleo: User,
    mailoutbox: list[EmailMessage],
    capsys: pytest.CaptureFixture[str],
) -> None:
    ben = make_learner("ben@example.org")
    for other in (ben, cleo):
        windows = evenings(0, ends_at=time(21))
        enrol_on_sunday(other, make_maths(slug=f"for-{other.pk}"), windows=windows)
    unconfirm(ben)

    call_command("dispatch_reminders", at=AT, dry_run=True)

    assert sorted(capsys.readouterr().out.splitlines()) == [
        "ada@example.org: daily digest of 2026-03-02: 1 session, 1 h",
        f"ben@example.org: daily digest of 2026-03-02: not sent, {NO_ADDRESS}",
        "cleo@example.org: daily digest of 2026-03-02: 2 sessions, 2 h",
    ]
    assert mailoutbox == []
    assert Delivery.objects.count() == 0


def test_a_dry_run_leaves_out_what_was_sent(
    planned_ada: User, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("dispatch_reminders", at=AT)
    planned_ada.reminder_schedules.update(next_run_at=AT)
    capsys.readouterr()

    call_command("dispatch_reminders", at=AT, dry_run=True)

    assert capsys.readouterr().out == ""
    assert len(outcomes(planned_ada)) == 1


def test_a_dry_run_of_very_many_looks_at_some_and_says_so(
    planned_ada: User,
    cleo: User,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    enrol_on_sunday(cleo, make_maths(slug="for-cleo"), windows=evenings(0, ends_at=time(21)))
    planned_ada.reminder_schedules.update(next_run_at=MONDAY_AT_EIGHT - timedelta(minutes=1))
    monkeypatch.setattr(selectors, "MOST_REHEARSED", 1)

    call_command("dispatch_reminders", at=AT, dry_run=True)

    *seen, last = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ada@example.org: ") for line in seen)
    assert last == "1 more are due; a dry run looks at the longest due."


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-31T07:00"])
def test_a_time_that_is_none_is_refused(transactional_db: None, text: str) -> None:
    with pytest.raises(CommandError, match="--at"):
        call_command("dispatch_reminders", at=text)

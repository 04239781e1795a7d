from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from pytest_django import Settings

from studyplans.reminders import tasks
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName
from tests.factories import make_learner
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tracker.accounts.models import User


@pytest.fixture(autouse=True)
def monday_at_eight(clock: time_machine.Traveller) -> None:
    clock.move_to(MONDAY_AT_EIGHT)


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    taken: list[float] = []
    monkeypatch.setattr("studyplans.reminders.sending.time.sleep", taken.append)
    return taken


def mail_for(email: str) -> Delivery:
    return Delivery.objects.create(
        learner=make_learner(email),
        kind=KindName.TEST,
        occurrence="2026-03-02T0700",
        due_at=MONDAY_AT_EIGHT,
        stale_at=MONDAY_AT_EIGHT + timedelta(hours=1),
    )


def waits() -> list[int]:
    """Return for how many seconds from Monday at eight each waiting delivery waits."""
    rows = Delivery.objects.filter(status="pending").order_by("due_at")
    return [_seconds(due_at) for due_at in rows.values_list("due_at", flat=True)]


def _seconds(due_at: datetime) -> int:
    return round((due_at - MONDAY_AT_EIGHT).total_seconds())


def test_a_domain_gets_its_mail_one_after_the_other(
    transactional_db: None,
    settings: Settings,
    clock: time_machine.Traveller,
    mailoutbox: list[EmailMessage],
) -> None:
    settings.REMINDERS_PER_MINUTE_AND_DOMAIN = 3
    for number in range(4):
        mail_for(f"learner-{number}@Busy.example")
    mail_for("ada@calm.example")

    tasks.dispatch_due()
    assert len(mailoutbox) == 2
    assert waits() == [20, 40, 60]

    clock.shift(20)
    tasks.dispatch_due()
    assert len(mailoutbox) == 3
    assert waits() == [40, 60]  # those who have their moment keep it

    clock.shift(40)
    tasks.dispatch_due()
    assert len(mailoutbox) == 5


def test_all_mail_together_keeps_to_the_rate(
    transactional_db: None,
    settings: Settings,
    mailoutbox: list[EmailMessage],
    naps: list[float],
) -> None:
    settings.REMINDERS_PER_SECOND = 1
    for number in range(13):
        mail_for(f"learner-{number}@{number}.example")

    tasks.dispatch_due()

    assert len(mailoutbox) == 11  # the eleventh goes after ten seconds
    assert waits() == [11, 12]
    assert len(naps) == 10
    assert max(naps) <= 10


def test_without_a_limit_nobody_waits(
    transactional_db: None, mailoutbox: list[EmailMessage], naps: list[float]
) -> None:
    for number in range(5):
        mail_for(f"learner-{number}@busy.example")

    tasks.dispatch_due()

    assert len(mailoutbox) == 5
    assert naps == []


def test_quiet_hours_put_a_reminder_off(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: list[EmailMessage]
) -> None:
    planned_ada.reminder_schedules.update(quiet_from="22:00", quiet_until="09:30")

    tasks.dispatch_due()
    assert mailoutbox == []
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("pending", 0)
    assert delivery.due_at == MONDAY_AT_EIGHT + timedelta(minutes=90)

    clock.shift(timedelta(minutes=90))
    tasks.dispatch_due()
    assert len(mailoutbox) == 1

"""The outbox in the admin: how it is doing, and another try for what went wrong."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from studyplans.reminders import tasks
from studyplans.reminders.models import Delivery, Destination
from tests.studyplans.cast import logged_in
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tracker.accounts.models import User

LIST = "admin:reminders_delivery_changelist"
RETRY = "admin:reminders_delivery_retry"


@pytest.fixture(autouse=True)
def monday_at_eight(clock: time_machine.Traveller) -> None:
    clock.move_to(MONDAY_AT_EIGHT)


@pytest.fixture
def operator(transactional_db: None) -> Client:
    return logged_in(User.objects.create_superuser("operator@example.org", "a long password"))


@pytest.fixture
def onlooker(transactional_db: None) -> Client:
    looking = User.objects.create_user("staff@example.org", is_staff=True)
    looking.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    return logged_in(looking)


def a_delivery(learner: User, **details: Any) -> Delivery:
    details = {
        "occurrence": "2026-03-02",
        "due_at": MONDAY_AT_EIGHT - timedelta(minutes=20),
        "stale_at": MONDAY_AT_EIGHT + timedelta(hours=8),
        "settled_at": MONDAY_AT_EIGHT,
        **details,
    }
    return Delivery.objects.create(learner=learner, kind="digest", **details)


def test_the_list_says_how_the_outbox_is_doing(planned_ada: User, operator: Client) -> None:
    for number, status in enumerate(["pending", "failed", "in doubt", "sent", "sent"]):
        details: dict[str, Any] = {"settled_at": None} if status == "pending" else {}
        doubts = int(status == "in doubt")
        a_delivery(planned_ada, occurrence=f"{number}", status=status, doubts=doubts, **details)

    text = " ".join(operator.get(reverse(LIST)).content.decode().replace("\xa0", " ").split())

    assert "Waiting: <strong>1</strong>, the longest for 20 minutes" in text
    assert "Sent in the last hour: <strong>2</strong>, in 24 hours: <strong>2</strong>" in text
    assert "Failed in 24 hours: <strong>1</strong>" in text
    assert "In doubt in 24 hours: <strong>1</strong>" in text


@pytest.mark.parametrize("status", ["failed", "in doubt"])
def test_the_button_sends_what_went_wrong_again(
    planned_ada: User, operator: Client, mailoutbox: list[EmailMessage], status: str
) -> None:
    planned_ada.reminder_schedules.update(next_run_at=None)
    delivery = a_delivery(planned_ada, status=status, reason="the mail server said: 550")
    change = reverse("admin:reminders_delivery_change", args=[delivery.pk])
    assert "Send it again" in operator.get(change).content.decode()

    answer = operator.post(reverse(RETRY, args=[delivery.pk]), follow=True)
    assert "1 waiting to be sent again" in answer.content.decode()
    assert "Send it again" not in operator.get(change).content.decode()
    tasks.dispatch_due()

    assert len(mailoutbox) == 1
    delivery.refresh_from_db()
    assert delivery.status == "sent"


def test_pressing_twice_sends_once(
    planned_ada: User, operator: Client, mailoutbox: list[EmailMessage]
) -> None:
    planned_ada.reminder_schedules.update(next_run_at=None)
    delivery = a_delivery(planned_ada, status="failed")
    for _ in range(2):
        operator.post(reverse(RETRY, args=[delivery.pk]))
        tasks.dispatch_due()

    answer = operator.post(reverse(RETRY, args=[delivery.pk]), follow=True)

    assert "Nothing here has failed" in answer.content.decode()
    assert len(mailoutbox) == 1


def test_many_are_chosen_from_the_list_and_the_late_ones_stay(
    planned_ada: User, operator: Client
) -> None:
    fresh = a_delivery(planned_ada, status="failed")
    late = a_delivery(
        planned_ada, occurrence="2026-03-01", status="failed", stale_at=MONDAY_AT_EIGHT
    )
    sent = a_delivery(planned_ada, occurrence="2026-02-28", status="sent")
    chosen = [each.pk for each in (fresh, late, sent)]

    data = {"action": "send_again", "_selected_action": chosen}
    answer = operator.post(reverse(LIST), data, follow=True)

    text = answer.content.decode()
    assert "1 waiting to be sent again, within a minute. 1 would come too late and stay." in text
    assert [Delivery.objects.get(pk=pk).status for pk in chosen] == ["pending", "failed", "sent"]


def test_who_may_only_look_finds_no_button_and_no_way_round(
    planned_ada: User, onlooker: Client
) -> None:
    delivery = a_delivery(planned_ada, status="failed")
    change = reverse("admin:reminders_delivery_change", args=[delivery.pk])

    assert "Send it again" not in onlooker.get(change).content.decode()
    assert onlooker.post(reverse(RETRY, args=[delivery.pk])).status_code == 403
    onlooker.post(reverse(LIST), {"action": "send_again", "_selected_action": [delivery.pk]})

    assert Delivery.objects.get().status == "failed"


def test_looking_at_the_retry_address_retries_nothing(planned_ada: User, operator: Client) -> None:
    delivery = a_delivery(planned_ada, status="failed")

    assert operator.get(reverse(RETRY, args=[delivery.pk])).status_code == 405
    assert Delivery.objects.get().status == "failed"


def test_a_destination_shows_neither_its_address_nor_its_keys(
    planned_ada: User, operator: Client
) -> None:
    destination = Destination.objects.create(
        learner=planned_ada,
        channel="webhook",
        address="https://chat.example/s3cr3t-token",
        keys={"secret": "whsec_s3cr3t"},
        off_reason="the server answered 404",
    )

    listed = operator.get(reverse("admin:reminders_destination_changelist")).content.decode()
    shown = operator.get(
        reverse("admin:reminders_destination_change", args=[destination.pk])
    ).content.decode()

    assert "the server answered 404" in listed
    assert "the server answered 404" in shown
    assert "s3cr3t" not in listed + shown

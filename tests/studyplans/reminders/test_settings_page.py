import re
from datetime import timedelta

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from studyplans.reminders import tasks
from studyplans.reminders.models import Delivery, ReminderSchedule
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, SUNDAY, outcomes, unconfirm
from tracker.accounts.models import User


@pytest.fixture(autouse=True)
def sunday(clock: time_machine.Traveller) -> None:
    clock.move_to(SUNDAY)


def page(client: Client) -> str:
    return client.get(reverse("reminder_settings")).content.decode()


def save(client: Client, **data: object) -> str:
    answer = client.post(reverse("reminder_settings"), data, follow=True)
    return answer.content.decode()


@pytest.mark.parametrize("name", ["reminder_settings", "reminder_test"])
def test_a_visitor_is_asked_to_log_in(client: Client, transactional_db: None, name: str) -> None:
    answer = client.post(reverse(name))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_learner_chooses_hour_and_days(planned_ada: User, ada_client: Client) -> None:
    text = save(ada_client, is_on="on", local_time="06:45", weekdays=["2", "4"])

    assert "Wed 4 March, 06:45" in text
    assert "(Europe/Berlin)" in text
    schedule = ReminderSchedule.objects.get()
    assert (schedule.is_on, schedule.weekdays) == (True, [2, 4])


def test_switching_off_needs_no_day(planned_ada: User, ada_client: Client) -> None:
    text = save(ada_client, local_time="08:00")

    assert "It is switched off." in text


def test_a_learner_switches_it_off(planned_ada: User, ada_client: Client) -> None:
    text = save(ada_client, local_time="08:00", weekdays=["0"])

    assert "It is switched off." in text
    assert not ReminderSchedule.objects.get().is_on


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({"is_on": "on", "local_time": "25:00", "weekdays": ["0"]}, "Write a time such as 08:00."),
        ({"is_on": "on", "local_time": "08:00"}, "Choose at least one day"),
        (
            {"is_on": "on", "local_time": "08:00", "weekdays": ["9"]},
            "“9” is not a day of the week.",
        ),
        ({"is_on": "on", "weekdays": ["0"]}, "This field is required."),
    ],
)
def test_a_wrong_answer_is_named_and_changes_nothing(
    planned_ada: User, ada_client: Client, data: dict[str, object], error: str
) -> None:
    answer = ada_client.post(reverse("reminder_settings"), data)

    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert ReminderSchedule.objects.get().weekdays == list(range(7))


def test_before_enrolling_the_page_offers_the_default(ada: User, ada_client: Client) -> None:
    text = page(ada_client)

    assert 'value="08:00"' in text
    boxes = re.findall(r'<input type="checkbox" name="(?:is_on|weekdays)"[^>]*>', text)
    assert len([box for box in boxes if "checked" in box]) == 8  # on, and seven days
    assert "Nothing so far." in text


def test_the_history_shows_my_deliveries_only(
    planned_ada: User, cleo: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    Delivery.objects.create(
        learner=cleo,
        kind="digest",
        occurrence="2026-03-01",
        due_at=SUNDAY,
        stale_at=SUNDAY,
        status="failed",
        reason="for Cleo's eyes",
    )
    clock.move_to(MONDAY_AT_EIGHT)
    tasks.dispatch_due()

    text = page(ada_client)

    assert "Mon 2 Mar, 08:00" in text
    assert "Sent" in text
    assert "Cleo" not in text


def test_a_test_is_sent_at_once_and_in_nobodys_way(
    planned_ada: User,
    ada_client: Client,
    mailoutbox: list[EmailMessage],
    clock: time_machine.Traveller,
) -> None:
    answer = ada_client.post(reverse("reminder_test"), follow=True)

    assert "A test is on its way to ada@example.org." in answer.content.decode()
    [letter] = mailoutbox
    assert letter.subject == "Test: today, nothing planned"
    assert "Nothing is planned today." in str(letter.body)

    clock.move_to(MONDAY_AT_EIGHT)
    tasks.dispatch_due()
    assert [letter.subject for letter in mailoutbox[1:]] == ["Today: 1 session, 1 h"]


def test_one_test_a_minute(
    planned_ada: User,
    ada_client: Client,
    mailoutbox: list[EmailMessage],
    clock: time_machine.Traveller,
) -> None:
    clock.shift(timedelta(seconds=30))
    ada_client.post(reverse("reminder_test"))
    clock.shift(timedelta(seconds=59))
    answer = ada_client.post(reverse("reminder_test"), follow=True)
    assert "less than a minute ago" in answer.content.decode()
    assert len(mailoutbox) == 1

    clock.shift(timedelta(seconds=1))
    ada_client.post(reverse("reminder_test"))
    assert len(mailoutbox) == 2


def test_no_test_goes_to_an_address_nobody_confirmed(
    ada: User, ada_client: Client, mailoutbox: list[EmailMessage]
) -> None:
    unconfirm(ada)

    answer = ada_client.post(reverse("reminder_test"), follow=True)

    assert "there is no confirmed e-mail address" in answer.content.decode()
    assert mailoutbox == []
    assert [status for _, status, _ in outcomes(ada)] == ["skipped"]

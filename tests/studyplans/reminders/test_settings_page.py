import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse

from studyplans.reminders import tasks
from studyplans.reminders.kinds import SCHEDULED
from studyplans.reminders.models import ReminderSchedule
from studyplans.reminders.names import KindName
from tests.studyplans.cast import enrol
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, SUNDAY, outcomes, unconfirm
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


@pytest.fixture(autouse=True)
def sunday(clock: time_machine.Traveller) -> None:
    clock.move_to(SUNDAY)


def page(client: Client, name: str = "reminder_settings", *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def save(client: Client, kind: str = "digest", **data: object) -> str:
    answer = client.post(reverse("reminder_kind", args=[kind]), data, follow=True)
    return answer.content.decode()


def digest() -> ReminderSchedule:
    return ReminderSchedule.objects.get(kind="digest")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("reminder_kind", ["digest"]),
        ("reminder_test", []),
        ("reminder_pause", []),
        ("reminder_resume", []),
    ],
)
def test_a_visitor_is_asked_to_log_in(
    client: Client, transactional_db: None, name: str, arguments: list[str]
) -> None:
    answer = client.post(reverse(name, args=arguments))

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_a_learner_chooses_hour_and_days(planned_ada: User, ada_client: Client) -> None:
    text = save(ada_client, is_on="on", local_time="06:45", weekdays=["2", "4"])

    assert "Wed 4 March, 06:45" in text
    assert "Europe/Berlin" in text
    schedule = digest()
    assert (schedule.is_on, schedule.weekdays) == (True, [2, 4])


def test_switching_off_needs_no_day(planned_ada: User, ada_client: Client) -> None:
    text = save(ada_client, local_time="08:00")

    assert "It is switched off." in text


def test_a_learner_switches_it_off(planned_ada: User, ada_client: Client) -> None:
    text = save(ada_client, local_time="08:00", weekdays=["0"])

    assert "It is switched off." in text
    assert not digest().is_on


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
    answer = ada_client.post(reverse("reminder_kind", args=["digest"]), data)

    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert digest().weekdays == list(range(7))


def test_before_enrolling_the_page_offers_the_default(ada: User, ada_client: Client) -> None:
    text = page(ada_client, "reminder_kind", "digest")

    assert 'value="08:00"' in text
    boxes = re.findall(r'<input type="checkbox" name="(?:is_on|weekdays)"[^>]*>', text)
    assert len([box for box in boxes if "checked" in box]) == 8  # on, and seven days


def test_every_kind_has_its_place_and_says_when_it_comes_next(
    ada: User, maths: Curriculum, ada_client: Client
) -> None:
    enrol(ada, maths, at=SUNDAY)

    text = page(ada_client)

    for name in SCHEDULED:
        assert KindName(name).label.capitalize() in text
        assert reverse("reminder_kind", args=[name]) in text
    assert "Mon 2 March, 08:00" in text
    assert "Sun 1 March, 18:00" in text  # the weekly summary
    assert text.count("It is switched off.") == 1  # sessions about to start


@pytest.mark.parametrize("kind", SCHEDULED)
def test_every_kind_shows_a_preview_and_sends_nothing(
    ada_client: Client, mailoutbox: list[EmailMessage], kind: str
) -> None:
    text = page(ada_client, "reminder_kind", kind)
    framed = ada_client.get(reverse("reminder_preview", args=[kind]))

    assert "An example: just now there would be nothing to say" in text
    assert "<h1" in framed.content.decode()
    assert "sandbox" in framed["Content-Security-Policy"]
    assert mailoutbox == []


def test_a_preview_shows_the_live_plan(
    planned_ada: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(MONDAY_AT_EIGHT)
    text = page(ada_client, "reminder_kind", "digest")

    assert "As it would look now." in text
    assert "Learn maths.m1" in text


def test_a_kind_nobody_knows_is_not_found(ada: User, ada_client: Client) -> None:
    for kind in ("test", "all", "nonsense"):
        assert ada_client.get(reverse("reminder_kind", args=[kind])).status_code == 404


def test_lead_time_and_quiet_hours_are_kept(ada: User, ada_client: Client) -> None:
    hours = {"local_time": "12:30", "quiet_from": "21:00", "quiet_until": "06:30"}
    save(ada_client, "exam", is_on="on", weekdays=["0"], lead="10", **hours)

    schedule = ReminderSchedule.objects.get(kind="exam")
    assert schedule.lead_minutes == 10 * 24 * 60
    assert f"{schedule.quiet_from}-{schedule.quiet_until}" == "21:00:00-06:30:00"
    assert 'value="10"' in page(ada_client, "reminder_kind", "exam")


@pytest.mark.parametrize(
    ("quiet_from", "quiet_until", "error"),
    [
        ("22:00", "", "Give both ends of the quiet hours"),
        ("07:00", "09:00", "This lies in the quiet hours."),
        ("22:00", "09:00", "This lies in the quiet hours."),
        ("22:00", "22:00", "keep nothing quiet"),
    ],
)
def test_quiet_hours_that_cannot_be_are_named(
    planned_ada: User, ada_client: Client, quiet_from: str, quiet_until: str, error: str
) -> None:
    data: dict[str, Any] = {"is_on": "on", "local_time": "08:00", "weekdays": ["0"]}
    text = save(ada_client, **data, quiet_from=quiet_from, quiet_until=quiet_until)

    assert error in text
    assert digest().quiet_from is None


def test_all_reminders_pause_until_a_day_and_come_again(
    planned_ada: User,
    ada_client: Client,
    clock: time_machine.Traveller,
    mailoutbox: list[EmailMessage],
) -> None:
    answer = ada_client.post(reverse("reminder_pause"), {"until": "2026-03-04"}, follow=True)
    text = answer.content.decode()
    assert "No reminder comes before Wednesday 4 March." in text
    assert "Wed 4 March, 08:00" in text

    for days in range(3):
        clock.move_to(MONDAY_AT_EIGHT + timedelta(days=days))
        tasks.dispatch_due()

    assert [(day, status) for day, status, _ in outcomes(planned_ada)] == [
        ("2026-03-02", "skipped"),
        ("2026-03-03", "skipped"),
        ("2026-03-04", "sent"),
    ]
    assert len(mailoutbox) == 1


def test_a_pause_can_be_ended(
    planned_ada: User,
    ada_client: Client,
    clock: time_machine.Traveller,
    mailoutbox: list[EmailMessage],
) -> None:
    ada_client.post(reverse("reminder_pause"), {"until": "2026-06-01"})
    ada_client.post(reverse("reminder_resume"))
    clock.move_to(MONDAY_AT_EIGHT)
    tasks.dispatch_due()

    assert len(mailoutbox) == 1


@pytest.mark.parametrize("until", ["2026-03-01", "2028-01-01", "soon", ""])
def test_a_pause_needs_a_day_to_come(planned_ada: User, ada_client: Client, until: str) -> None:
    answer = ada_client.post(reverse("reminder_pause"), {"until": until})

    assert answer.status_code == 422
    assert not ReminderSchedule.objects.filter(kind="all").exists()


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

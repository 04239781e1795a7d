import re
from datetime import timedelta

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from studyplans.reminders import actions, tasks
from studyplans.reminders.kinds import SCHEDULED
from studyplans.reminders.models import ReminderSchedule
from tests.studyplans.cast import make_maths
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, enrol_on_sunday
from tracker.accounts.models import User


@pytest.fixture
def link(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: list[EmailMultiAlternatives]
) -> str:
    """The link that a mail program finds in the header of Ada's mail."""
    clock.move_to(MONDAY_AT_EIGHT)
    tasks.dispatch_due()
    header = str(mailoutbox[0].message()["List-Unsubscribe"])
    found = re.match(r"<http://localhost:8000(/[^>]*)>", header)
    assert found
    return found[1]


@pytest.fixture
def stranger() -> Client:
    """A mail program: no cookies, no login, no CSRF token."""
    return Client(enforce_csrf_checks=True)


def is_on() -> bool:
    return ReminderSchedule.objects.get(learner__email="ada@example.org").is_on


def test_following_the_link_shows_a_button_and_changes_nothing(link: str, stranger: Client) -> None:
    answer = stranger.get(link)

    assert answer.status_code == 200
    assert "Stop: daily digest" in answer.content.decode()
    assert is_on()


def test_the_button_stops_the_digest(
    link: str,
    stranger: Client,
    clock: time_machine.Traveller,
    mailoutbox: list[EmailMultiAlternatives],
) -> None:
    answer = stranger.post(link)
    assert "Switched off: daily digest" in answer.content.decode()
    assert not is_on()

    clock.shift(timedelta(days=2))
    tasks.dispatch_due()
    assert len(mailoutbox) == 1


def test_one_click_in_the_mail_program_stops_the_digest_without_a_redirect(
    link: str, stranger: Client
) -> None:
    for _ in range(2):
        answer = stranger.post(link, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert not is_on()


def test_one_link_stops_every_kind_for_good(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    clock.move_to(MONDAY_AT_EIGHT)
    tasks.dispatch_due()
    found = re.search(r"Unsubscribe from all: http://localhost:8000(/\S+)", str(mailoutbox[0].body))
    assert found

    actions.offer_reminders(learner=planned_ada, at=MONDAY_AT_EIGHT)
    assert ReminderSchedule.objects.on().count() == len(SCHEDULED) - 1

    answer = Client().post(found[1])
    actions.offer_reminders(learner=planned_ada, at=MONDAY_AT_EIGHT)

    assert "Switched off: every reminder" in answer.content.decode()
    assert {each.kind for each in ReminderSchedule.objects.all()} == set(SCHEDULED)
    assert not ReminderSchedule.objects.on().exists()


def test_a_link_stops_one_learners_mail_only(link: str, cleo: User, stranger: Client) -> None:
    enrol_on_sunday(cleo, make_maths(slug="stats"))

    stranger.post(link)

    assert not is_on()
    assert ReminderSchedule.objects.get(learner=cleo).is_on


def test_a_forged_link_is_answered_kindly_and_changes_nothing(link: str, stranger: Client) -> None:
    token = link.rstrip("/").rpartition("/")[2]
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", token[5:]):
        answer = stranger.post(reverse("reminder_unsubscribe", args=[forged]))
        assert answer.status_code == 400
        assert "This link is not complete" in answer.content.decode()
    assert is_on()


def test_a_link_works_for_ninety_days(
    link: str, stranger: Client, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=90))
    assert stranger.get(link).status_code == 200

    clock.shift(timedelta(seconds=2))
    answer = stranger.post(link)
    assert answer.status_code == 410
    assert "This link is too old" in answer.content.decode()
    assert is_on()


def test_the_link_of_an_erased_account_is_gone(
    link: str, planned_ada: User, stranger: Client
) -> None:
    planned_ada.delete()

    assert stranger.post(link).status_code == 410

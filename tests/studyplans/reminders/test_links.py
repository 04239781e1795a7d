"""What the links in a mail do: nothing on looking, one thing on the button, once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from studyplans.plans.models import StudySession
from studyplans.reminders import tasks
from studyplans.reminders.models import ReminderSchedule
from studyplans.reminders.tokens import Ask, Purpose, token_of
from tests.studyplans.cast import planned
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tracker.accounts.models import User
from tracker.progress.models import Achievement, AchievementEvent

LINES = {
    "done": "Done",
    "tomorrow": "Move to tomorrow",
    "pause": "Pause reminders for a week",
    "fewer": "Fewer of these",
}


@pytest.fixture
def links(
    planned_ada: User, clock: time_machine.Traveller, mailoutbox: list[EmailMultiAlternatives]
) -> dict[str, str]:
    """The paths that Ada's digest of Monday leads to."""
    clock.move_to(MONDAY_AT_EIGHT)
    tasks.dispatch_due()
    body = str(mailoutbox[0].body)
    found = {
        name: re.search(rf"{label}: http://localhost:8000(/\S+)", body)
        for name, label in LINES.items()
    }
    return {name: match[1] for name, match in found.items() if match}


@pytest.fixture
def stranger() -> Client:
    """A mail program: no cookies, no login, no CSRF token."""
    return Client(enforce_csrf_checks=True)


def digest() -> ReminderSchedule:
    return ReminderSchedule.objects.get(kind="digest")


def everything(learner: User) -> tuple[object, ...]:
    schedules = ReminderSchedule.objects.order_by("pk").values_list("kind", "is_on", "weekdays")
    return (planned(learner), list(schedules), Achievement.objects.count())


def told(client: Client, link: str, **data: str) -> str:
    answer = client.post(link, data)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", LINES)
def test_looking_changes_nothing(
    links: dict[str, str], planned_ada: User, stranger: Client, name: str
) -> None:
    before = everything(planned_ada)

    for method in (stranger.get, stranger.head):
        answer = method(links[name])
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]

    assert 'method="post"' in stranger.get(links[name]).content.decode()
    assert everything(planned_ada) == before


def test_done_checks_the_milestone_off_once(
    links: dict[str, str], planned_ada: User, stranger: Client
) -> None:
    assert "is checked off" in told(stranger, links["done"])
    assert "There is nothing left to do here." in told(stranger, links["done"])

    [event] = AchievementEvent.objects.all()
    assert (event.milestone_key, event.source) == ("maths.m1", "mail")


def test_move_to_tomorrow_moves_the_session_once(
    links: dict[str, str], planned_ada: User, stranger: Client
) -> None:
    text = told(stranger, links["tomorrow"])
    assert "It is planned for Tuesday 3 March, 19:00." in text
    assert planned(planned_ada)[0] == ("maths.m1", "Tue 03 Mar 19:00")

    assert "has changed since" in told(stranger, links["tomorrow"])
    assert planned(planned_ada)[0] == ("maths.m1", "Tue 03 Mar 19:00")


def test_a_session_done_in_the_meantime_is_not_moved(
    links: dict[str, str], planned_ada: User, stranger: Client
) -> None:
    told(stranger, links["done"])

    assert "has changed since" in told(stranger, links["tomorrow"])


def test_a_session_that_is_gone_gets_a_friendly_page(
    links: dict[str, str], planned_ada: User, stranger: Client
) -> None:
    StudySession.objects.of(planned_ada).delete()

    assert "This is no longer here" in told(stranger, links["tomorrow"])


def test_pause_a_week_stops_all_mail_for_a_week(
    links: dict[str, str],
    stranger: Client,
    clock: time_machine.Traveller,
    mailoutbox: list[EmailMultiAlternatives],
) -> None:
    assert "None comes before Monday 9 March" in told(stranger, links["pause"])
    assert "Reminders are paused" in told(stranger, links["pause"])

    sent = []
    for days in range(1, 10):
        clock.move_to(MONDAY_AT_EIGHT + timedelta(days=days))
        before = len(mailoutbox)
        tasks.dispatch_due()
        sent += [days] * (len(mailoutbox) - before)
    assert sent == [7]


def test_fewer_of_these_keeps_some_days(links: dict[str, str], stranger: Client) -> None:
    text = told(stranger, links["fewer"], choice="0,2,4")

    assert "Only on Mondays, Wednesdays and Fridays." in text
    assert digest().weekdays == [0, 2, 4]
    # What is left to choose is fewer still.
    assert "Wednesdays" not in stranger.get(links["fewer"]).content.decode()

    told(stranger, links["fewer"], choice="")
    assert not digest().is_on
    assert "It is switched off." in told(stranger, links["fewer"], choice="0,2,4")
    assert not digest().is_on


@pytest.mark.parametrize("choice", ["0,1,2,3,4,5,6", "x", "-"])
def test_a_choice_that_was_not_offered_changes_nothing(
    links: dict[str, str], stranger: Client, choice: str
) -> None:
    assert "How often would help you?" in told(stranger, links["fewer"], choice=choice)
    assert digest().weekdays == list(range(7))


def test_a_forged_link_is_answered_kindly_and_does_nothing(
    links: dict[str, str], planned_ada: User, cleo: User, stranger: Client
) -> None:
    before = everything(planned_ada)
    token = links["done"].rstrip("/").rpartition("/")[2]
    other = token_of(Ask(Purpose.DONE, cleo.pk, "maths.m1"))
    spliced = other.partition(":")[0] + ":" + token.partition(":")[2]
    unsubscribe = reverse("reminder_unsubscribe", args=["-"]).removesuffix("-/")
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", token[5:], spliced):
        answer = stranger.post(reverse("reminder_act", args=[forged]))
        assert answer.status_code == 400
        assert "This link is not complete" in answer.content.decode()
    # A link of one purpose opens no other door.
    assert stranger.post(f"{unsubscribe}{token}/").status_code == 400
    assert everything(planned_ada) == before


@pytest.mark.parametrize(("name", "days"), [("done", 14), ("tomorrow", 3), ("pause", 7)])
def test_a_link_grows_old(
    links: dict[str, str],
    stranger: Client,
    planned_ada: User,
    clock: time_machine.Traveller,
    name: str,
    days: int,
) -> None:
    clock.shift(timedelta(days=days, seconds=2))
    before = everything(planned_ada)

    answer = stranger.post(links[name])

    assert answer.status_code == 410
    assert "This link is too old" in answer.content.decode()
    assert everything(planned_ada) == before


def test_the_links_of_an_erased_or_closed_account_are_gone(
    links: dict[str, str], planned_ada: User, stranger: Client
) -> None:
    User.objects.update(is_active=False)
    assert stranger.post(links["done"]).status_code == 410

    planned_ada.delete()
    assert stranger.post(links["done"]).status_code == 410

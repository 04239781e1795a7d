"""What the links in a mail do: nothing on looking, one thing on the button, once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse

from studyplans.plans.models import StudySession
from studyplans.plans.session_actions import move_session
from studyplans.reminders import actions, tasks
from studyplans.reminders.models import ReminderSchedule, UsedLink
from studyplans.reminders.tokens import Ask, Purpose, token_of
from tests.studyplans.cast import logged_in, planned
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tracker.accounts.models import User
from tracker.progress.actions import set_state
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
    schedules = ReminderSchedule.objects.order_by("pk")
    wanted = schedules.values_list("kind", "is_on", "weekdays", "last_day")
    achievements = Achievement.objects.order_by("pk").values_list("milestone_key", "state")
    return (planned(learner), list(wanted), list(achievements))


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
    assert "Already done" in told(stranger, links["done"])

    [event] = AchievementEvent.objects.all()
    assert (event.milestone_key, event.source) == ("maths.m1", "mail")


def test_move_to_tomorrow_moves_the_session_once(
    links: dict[str, str], planned_ada: User, stranger: Client
) -> None:
    text = told(stranger, links["tomorrow"])
    assert "It is planned for Tuesday 3 March, 19:00." in text
    assert planned(planned_ada)[0] == ("maths.m1", "Tue 03 Mar 19:00")

    assert "Already done" in told(stranger, links["tomorrow"])
    assert planned(planned_ada)[0] == ("maths.m1", "Tue 03 Mar 19:00")


def test_what_is_checked_off_elsewhere_leaves_nothing_to_do(
    links: dict[str, str], planned_ada: User, stranger: Client
) -> None:
    change(planned_ada, Achievement.State.DONE)

    assert "There is nothing left to do here." in told(stranger, links["done"])
    assert AchievementEvent.objects.count() == 1


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


def test_fewer_of_these_offers_only_what_is_fewer(
    links: dict[str, str], planned_ada: User, stranger: Client
) -> None:
    ReminderSchedule.objects.filter(kind="digest").update(weekdays=[0, 2, 4])
    assert "Wednesdays" not in stranger.get(links["fewer"]).content.decode()

    told(stranger, links["fewer"], choice="")
    assert not digest().is_on


def test_fewer_of_what_is_switched_off_is_none(links: dict[str, str], stranger: Client) -> None:
    ReminderSchedule.objects.filter(kind="digest").update(is_on=False)

    assert "It is switched off." in told(stranger, links["fewer"], choice="0,2,4")
    assert not digest().is_on


@pytest.mark.parametrize("choice", ["0,1,2,3,4,5,6", "x", "-"])
def test_a_choice_that_was_not_offered_changes_nothing(
    links: dict[str, str], stranger: Client, choice: str
) -> None:
    assert "How often would help you?" in told(stranger, links["fewer"], choice=choice)
    assert digest().weekdays == list(range(7))

    # The link is not used up by that.
    told(stranger, links["fewer"], choice="0")
    assert digest().weekdays == [0]


# --- followed again ---------------------------------------------------------------------------


def change(learner: User, state: str) -> None:
    set_state(learner=learner, milestone_key="maths.m1", state=state, at=MONDAY_AT_EIGHT)


def take_back(name: str, learner: User) -> None:
    """Undo by hand what the link of that name did."""
    if name == "done":
        change(learner, Achievement.State.OPEN)
    elif name == "tomorrow":
        session = StudySession.objects.of(learner).planned().earliest("starts_at")
        starts_at = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
        move_session(session=session, starts_at=starts_at, minutes=60, at=MONDAY_AT_EIGHT)
    elif name == "pause":
        actions.resume_reminders(learner=learner)
    else:
        days = list(range(7))
        actions.choose_weekdays(learner=learner, kind="digest", weekdays=days, at=MONDAY_AT_EIGHT)


@pytest.mark.parametrize("name", LINES)
def test_a_link_followed_again_leaves_alone_what_was_changed_since(
    links: dict[str, str],
    planned_ada: User,
    stranger: Client,
    clock: time_machine.Traveller,
    name: str,
) -> None:
    before = everything(planned_ada)
    told(stranger, links[name], choice="0,2,4")
    assert everything(planned_ada) != before
    take_back(name, planned_ada)
    before = everything(planned_ada)

    clock.shift(timedelta(hours=1))
    page = stranger.get(links[name]).content.decode()
    assert "Already done" in page
    assert "On Monday 2 March, 08:00 it did its part" in page
    assert 'method="post"' not in page.partition("<main")[2].partition("</main>")[0]
    assert "Already done" in told(stranger, links[name], choice="0,2,4")

    assert everything(planned_ada) == before


def test_used_links_are_remembered_no_longer_than_they_would_work(
    links: dict[str, str], planned_ada: User, stranger: Client, clock: time_machine.Traveller
) -> None:
    told(stranger, links["tomorrow"])
    clock.shift(timedelta(days=3, seconds=2))
    told(stranger, links["done"])
    assert UsedLink.objects.count() == 1

    planned_ada.delete()
    assert not UsedLink.objects.exists()


@pytest.mark.parametrize("name", LINES)
def test_it_acts_for_whom_it_was_sent_to_whoever_is_logged_in(
    links: dict[str, str], planned_ada: User, cleo: User, name: str
) -> None:
    browser = logged_in(cleo)
    before = everything(planned_ada)

    assert "another account" in browser.get(links[name]).content.decode()
    told(browser, links[name], choice="0,2,4")

    assert everything(planned_ada) != before
    assert not Achievement.objects.of(cleo).exists()
    assert not cleo.reminder_schedules.exists()
    assert "another account" not in logged_in(planned_ada).get(links[name]).content.decode()


# --- forged, old, orphaned --------------------------------------------------------------------


@pytest.mark.parametrize("name", LINES)
def test_a_forged_link_is_answered_kindly_and_does_nothing(
    links: dict[str, str], planned_ada: User, cleo: User, stranger: Client, name: str
) -> None:
    before = everything(planned_ada)
    token = links[name].rstrip("/").rpartition("/")[2]
    other = token_of(Ask(Purpose(name), cleo.pk, "maths.m1"))
    spliced = other.partition(":")[0] + ":" + token.partition(":")[2]
    unsubscribe = reverse("reminder_unsubscribe", args=["-"]).removesuffix("-/")
    for forged in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", token[5:], spliced):
        answer = stranger.post(reverse("reminder_act", args=[forged]))
        assert answer.status_code == 400
        assert "This link is not complete" in answer.content.decode()
    # A link of one purpose opens no other door.
    assert stranger.post(f"{unsubscribe}{token}/").status_code == 400
    assert everything(planned_ada) == before


@pytest.mark.parametrize(
    ("name", "days"), [("done", 14), ("tomorrow", 3), ("pause", 7), ("fewer", 90)]
)
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

"""Today: what to do now."""

import pytest
import time_machine
from django.test import Client

from common import clock as wall
from studyplans.plans.models import StudySession
from tests.studyplans.cast import enrol, evenings, logged_in
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    """It is Monday, 10:00 in Berlin; maths is planned for 19:00."""
    enrol(ada, maths, at=wall.now())
    return ada


def today(client: Client) -> str:
    return client.get("/today/").content.decode()


def test_today_shows_the_session_its_time_and_what_is_left(
    enrolled: User, ada_client: Client
) -> None:
    page = today(ada_client)

    assert "Monday 2 March" in page
    assert "19:00–20:00" in page
    assert "Learn maths.m1" in page
    assert "1 h left of 1 h" in page
    assert "Finish on" in page
    assert "9 March 2026" in page


def test_checking_off_says_so_and_what_it_unlocked(enrolled: User, ada_client: Client) -> None:
    answer = ada_client.post(
        "/milestones/maths.m1/state/?in=maths", {"state": "done", "next": "/today/"}, follow=True
    )

    page = answer.content.decode()
    assert "“Learn maths.m1” is done." in page
    assert "Unlocked: “Learn maths.m2”." in page
    assert "Nothing left today." in page
    assert "Next: " in page
    assert "Wednesday 4 March, 19:00" in page
    assert "25 %" in page


def test_a_free_day_is_a_free_day(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-03T09:00Z")

    assert "A free day" in today(ada_client)


def test_a_learner_without_a_path_gets_suggestions(ada_client: Client, maths: Curriculum) -> None:
    Curriculum.objects.filter(slug="maths").update(kind="path")

    page = today(ada_client)

    assert "Choose a path and get a plan" in page
    assert "/paths/maths/enrol/" in page


def test_yesterdays_open_session_is_asked_about_without_blame(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-03T09:00Z")

    page = today(ada_client)

    assert "From the last days" in page
    assert "Yes, I studied" in page
    assert "overdue" not in page.lower()


def test_the_day_is_the_learners_own(
    ada: User, ada_client: Client, maths: Curriculum, clock: time_machine.Traveller
) -> None:
    ada.time_zone = "Pacific/Auckland"  # 22:00 on the same Monday
    ada.save()
    enrol(ada, maths, at=wall.now(), windows=evenings(1))

    assert "Monday 2 March" in today(ada_client)
    clock.move_to("2026-03-02T11:30Z")  # 00:30 on Tuesday there
    page = today(ada_client)
    assert "Tuesday 3 March" in page
    assert "19:00–20:00" in page


def test_cleo_sees_nothing_of_adas_day(enrolled: User, cleo: User) -> None:
    assert "maths.m1" not in today(logged_in(cleo))


def test_visitors_are_asked_to_log_in(client: Client, transactional_db: None) -> None:
    assert client.get("/today/")["Location"] == "/accounts/login/?next=/today/"


def test_a_milestone_that_was_renamed_or_removed_breaks_nothing(
    enrolled: User, ada_client: Client, maths: Curriculum
) -> None:
    maths.milestones.all().delete()

    assert ada_client.get("/today/").status_code == 200
    assert ada_client.get("/plan/").status_code == 200
    assert StudySession.objects.of(enrolled).exists()

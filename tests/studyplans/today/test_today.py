"""Today: what to do now."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.finish_ranges import finish_ranges
from studyplans.plans.models import Break, StudySession
from studyplans.plans.selectors import time_of
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    """It is Monday, 10:00 in Berlin; maths is planned for 19:00."""
    enrol(ada, maths, at=wall.now())
    return ada


def today(client: Client) -> str:
    return client.get("/today/").content.decode()


def words(client: Client) -> str:
    return re.sub(r"\s+", " ", strip_tags(today(client)))


def done(client: Client, key: str) -> None:
    client.post(f"/milestones/{key}/state/?in=maths", {"state": "done", "next": "/today/"})


def test_today_shows_the_session_its_time_and_what_is_left(
    enrolled: User, ada_client: Client
) -> None:
    page = today(ada_client)

    assert "Monday 2 March" in page
    assert "19:00–20:00" in page
    assert "Learn maths.m1" in page
    assert "1 h left of 1 h" in page
    assert "0 min of 1 h" in page
    assert "Your week gives today 1 h." in page


def test_each_path_says_when_it_ends_and_how_sure_that_is(
    clock: time_machine.Traveller, ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=wall.now(), target_date=date(2026, 6, 1))
    [found] = finish_ranges(ada.study_plan, at=wall.now()).values()
    assert found.early_on
    assert found.late_on

    page = words(ada_client)

    assert f"Finish between {found.early_on.day} {found.early_on:%B}" in page
    assert f"and {found.late_on.day} {found.late_on:%B %Y}." in page
    assert "learners in general" in page
    assert "Planned for 9 March 2026" in page
    assert f"{found.percent_by_target} % likely by 1 June 2026" in page


def test_a_busy_calendar_and_a_break_take_from_todays_time(
    enrolled: User, ada_client: Client
) -> None:
    taken = datetime(2026, 3, 2, 18, tzinfo=UTC), datetime(2026, 3, 2, 18, 20, tzinfo=UTC)
    actions.set_busy(learner=enrolled, source="work", intervals=[taken], at=wall.now())
    assert "Your week gives today 40 min." in today(ada_client)

    today_off = Break(starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 2))
    free = replace(time_of(enrolled), breaks=(today_off,))
    actions.change_availability(learner=enrolled, availability=free, at=wall.now())
    page = today(ada_client)
    assert "Your week leaves today free." in page
    assert "A free day" in page


def test_it_says_why_this_is_next(enrolled: User, ada_client: Client) -> None:
    assert "Learn maths.m1 begins on Monday 2 March 2026 at 19:00: " in words(ada_client)

    done(ada_client, "maths.m1")

    assert "All it builds on is done, and it comes first in your plan." in words(ada_client)


def test_a_session_under_way_is_next_and_stays_so_when_its_time_has_gone_by(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-02T18:10Z")
    assert "Its time is now." in today(ada_client)

    clock.move_to("2026-03-02T19:10Z")
    page = today(ada_client)
    assert "Its time has gone by, and it still comes first." in page
    assert "Its time is now." not in page


def test_real_minutes_count_against_the_day(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-02T18:00Z")
    session = StudySession.objects.of(enrolled).earliest("starts_at")
    ada_client.post(f"/plan/sessions/{session.pk}/timer/start/", {"next": "/today/"})
    assert "timer since 19:00" in today(ada_client)

    ada_client.post(f"/plan/sessions/{session.pk}/minutes/", {"minutes": "75"})
    page = words(ada_client)
    assert "1 h 15 min really studied" in page
    assert "1 h 15 min of 1 h 15 min" in page
    assert "Nothing left today." in page


def test_reviews_are_due_today_and_part_of_what_is_left(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    Milestone.objects.filter(key="maths.m1").update(kind=Milestone.Kind.READ)
    done(ada_client, "maths.m1")
    done(ada_client, "maths.m2")
    actions.replan(learner=enrolled, at=wall.now())
    clock.move_to("2026-03-04T09:00Z")

    page = words(ada_client)

    assert "Reviews 10 min, time kept 19:00–19:10" in page
    assert "in your own words" in page
    assert "1 h left of 1 h" in page


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
    assert "Finished early?" in page


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
    clock.move_to("2026-03-02T15:30Z")  # 04:30 on Tuesday there
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


def test_queries_do_not_grow_with_sessions_paths_or_what_is_left_over(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-03T09:00Z")
    few = queries_of(ada_client)
    few_again = queries_of(ada_client)

    clock.move_to("2026-03-02T09:00Z")
    for slug in ("code", "data", "cloud"):
        enrol(enrolled, make_maths(40, slug=slug), at=wall.now(), windows=evenings(*range(7)))
    clock.move_to("2026-03-06T09:00Z")

    assert queries_of(ada_client) == few <= 37
    assert queries_of(ada_client) == few_again <= 15


def queries_of(client: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        today(client)
    return len(asked)

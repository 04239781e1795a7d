"""The plan page: month, week and agenda; and the page of the week."""

import re
from datetime import date, time, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import (
    Break,
    Receipt,
    ReviewTime,
    SpecialWindow,
    StudyPlan,
    StudySession,
)
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum

pytestmark = pytest.mark.usefixtures("clock")


def test_the_plan_shows_weeks_days_times_and_the_budget(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=wall.now())

    page = ada_client.get("/plan/").content.decode()

    assert "2 March – 8 March 2026" in page
    assert "Monday 2 March · today" in page
    assert "19:00–20:00" in page
    assert "3 h planned of 3 h" in page
    assert "9 Mar 2026" in page


def test_a_learner_without_a_path_is_shown_the_way(ada_client: Client) -> None:
    page = ada_client.get("/plan/").content.decode()

    assert "Nothing planned" in page
    assert "/paths/" in page


def test_the_page_of_the_week_shows_the_stored_week(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=wall.now(), windows=evenings(3))

    page = ada_client.get("/plan/week/").content.decode()

    assert 'name="thursday_1_from" value="19:00"' in page


def test_cleo_sees_nothing_of_adas_plan(ada: User, cleo: User, maths: Curriculum) -> None:
    enrol(ada, maths, at=wall.now())

    for url in ("/plan/", "/plan/?view=month", "/plan/?view=week&path=maths", "/plan/changes/"):
        assert "maths" not in logged_in(cleo).get(url).content.decode().lower()


@pytest.mark.parametrize("url", ["/plan/", "/plan/week/", "/plan/changes/"])
def test_visitors_are_asked_to_log_in(client: Client, transactional_db: None, url: str) -> None:
    assert client.get(url)["Location"].startswith("/accounts/login/")


def words(client: Client, address: str) -> str:
    """Return the main part of a page as one line of text."""
    page = client.get(address).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def day_of(client: Client, day: str, *, view: str = "week") -> str:
    """Return what one day of the calendar shows, tags and all."""
    page = client.get(f"/plan/?view={view}&on={day}").content.decode()
    return page.split(f'data-drop-day="{day}"')[1].split("data-drop-day=")[0]


def test_the_week_shows_times_loads_and_what_else_takes_time(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=wall.now())
    study_plan = StudyPlan.objects.get(learner=ada)
    evening = StudySession.objects.get(milestone_key="maths.m2")
    hour = timedelta(hours=1)
    actions.set_busy(
        learner=ada,
        source="1",
        intervals=[(evening.starts_at - hour, evening.starts_at)],
        at=wall.now(),
    )
    ReviewTime.objects.create(
        plan=study_plan, starts_at=evening.ends_at, ends_at=evening.ends_at + hour / 4
    )

    wednesday = day_of(ada_client, "2026-03-04")

    assert "1 h of 1 h" in wednesday
    assert "19:00–20:00" in wednesday
    assert "Learn maths.m2" in wednesday
    assert re.search(r"18:00–19:00</span> Busy", wednesday)
    assert re.search(r"20:00–20:15</span> Reviews", wednesday)
    assert "No study time" in day_of(ada_client, "2026-03-05")


def test_breaks_and_other_hours_are_shown_and_taken_off_the_budget(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=wall.now())
    study_plan = StudyPlan.objects.get(learner=ada)
    wednesday, friday = date(2026, 3, 4), date(2026, 3, 6)
    Break.objects.create(plan=study_plan, starts_on=wednesday, ends_on=wednesday, note="Skiing")
    SpecialWindow.objects.create(plan=study_plan, date=friday, starts_at=time(18), ends_at=time(20))
    actions.replan(learner=ada, at=wall.now())

    assert "Skiing" in day_of(ada_client, "2026-03-04", view="month")
    assert "Other hours" in day_of(ada_client, "2026-03-06", view="month")
    assert "3 h planned of 3 h" in words(ada_client, "/plan/?view=week")
    Break.objects.create(plan=study_plan, starts_on=friday, ends_on=friday)
    assert "3 h planned of 1 h" in words(ada_client, "/plan/?view=week")


def test_the_month_is_a_table_with_a_load_for_each_day_and_a_sum_for_each_week(
    ada: User, ada_client: Client, maths: Curriculum, clock: time_machine.Traveller
) -> None:
    enrol(ada, maths, at=wall.now())
    clock.shift(timedelta(days=1))

    page = ada_client.get("/plan/?view=month").content.decode()

    assert page.count('<td class="day') == 6 * 7  # 23 February to 5 April
    assert "3 h planned of 3 h" in words(ada_client, "/plan/?view=month")
    assert "is-past" in page.split('data-drop-day="2026-03-02"')[0].rsplit("<td", 1)[1]
    assert "is-today" in page.split('data-drop-day="2026-03-03"')[0].rsplit("<td", 1)[1]
    assert "is-outside" in page.split('data-drop-day="2026-04-01"')[0].rsplit("<td", 1)[1]
    assert '<rect width="100"' in day_of(ada_client, "2026-03-04", view="month")


def test_earlier_and_later_keep_the_view_and_the_path(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=wall.now())
    enrol(ada, make_maths(2, slug="code"), at=wall.now())

    page = unescape(ada_client.get("/plan/?view=week&on=2026-03-18&path=code").content.decode())

    assert 'href="?view=week&on=2026-03-09&path=code"' in page
    assert 'href="?view=week&on=2026-03-23&path=code"' in page
    assert 'href="?view=month&on=2026-03-18&path=code"' in page
    assert 'href="?view=week&path=code"' in page  # today


def test_one_path_alone_can_be_seen(ada: User, ada_client: Client, maths: Curriculum) -> None:
    enrol(ada, maths, at=wall.now())
    enrol(ada, make_maths(2, slug="code"), at=wall.now())

    shown = words(ada_client, "/plan/?view=agenda&path=code")

    assert "Learn code.m1" in shown
    assert "Learn maths.m1" not in shown


@pytest.mark.parametrize(
    "query", ["view=year", "on=soon", "on=9999-12-31", "on=0001-01-01", "path=elsewhere", "view="]
)
def test_an_address_that_makes_no_sense_shows_the_plan(
    ada: User, ada_client: Client, maths: Curriculum, query: str
) -> None:
    enrol(ada, maths, at=wall.now())

    assert "Monday 2 March" in words(ada_client, f"/plan/?{query}")


def test_quiet_weeks_are_merged_into_one_row(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=wall.now())
    study_plan = StudyPlan.objects.get(learner=ada)
    Break.objects.create(plan=study_plan, starts_on=date(2026, 3, 9), ends_on=date(2026, 3, 29))
    actions.replan(learner=ada, at=wall.now())

    shown = words(ada_client, "/plan/")

    assert "9 March – 29 March 2026: nothing planned" in shown
    assert "30 March – 5 April 2026" in shown


def test_the_finish_is_told_against_the_first_plan_and_last_weeks(
    ada: User, ada_client: Client, maths: Curriculum, clock: time_machine.Traveller
) -> None:
    enrol(ada, maths, at=wall.now())
    assert "The same as your first plan." in words(ada_client, "/plan/")

    clock.move_to("2026-03-09T09:00Z")
    actions.give_up_missed(learner=ada, ended_by=wall.now(), at=wall.now())
    shown = words(ada_client, "/plan/")
    assert "7 days behind your first plan, 7 behind last week’s." in shown

    clock.move_to("2026-03-16T09:00Z")
    actions.change_windows(
        learner=ada,
        windows=evenings(0, 1, starts_at=time(18), ends_at=time(20)),
        at=wall.now(),
    )
    shown = words(logged_in(ada), "/plan/")
    assert "8 days behind your first plan, 1 behind last week’s." in shown


def test_a_paused_plan_says_so(ada: User, ada_client: Client, maths: Curriculum) -> None:
    enrol(ada, maths, at=wall.now())
    actions.pause_plan(learner=ada, cause="learner", resumes_on=date(2026, 4, 6), at=wall.now())

    assert "Sessions begin again on Monday 6 April" in words(ada_client, "/plan/")


@pytest.mark.parametrize(
    "url", ["/plan/", "/plan/?view=week", "/plan/?view=month", "/plan/changes/"]
)
def test_queries_do_not_grow_with_sessions_or_paths(
    ada: User, ada_client: Client, maths: Curriculum, url: str
) -> None:
    enrol(ada, maths, at=wall.now())
    few, few_again = queries_of(ada_client, url), queries_of(ada_client, url)

    for slug in ("code", "data", "cloud"):
        enrol(ada, make_maths(40, slug=slug), at=wall.now())

    # After a change the forecast is made anew; until the next one it is kept.
    assert queries_of(ada_client, url) == few <= 25
    assert queries_of(ada_client, url) == few_again <= 15


def queries_of(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        client.get(url)
    return len(asked)


def test_planning_takes_a_constant_number_of_queries(ada: User) -> None:
    small, large = make_maths(2, slug="small"), make_maths(60, slug="large")
    with CaptureQueriesContext(connection) as few:
        enrol(ada, small, at=wall.now())
    ada.enrolments.update(state="left")

    with CaptureQueriesContext(connection) as many:
        enrol(ada, large, at=wall.now())

    assert len(many) <= len(few) + 2  # the old sessions are found and deleted


# --- dates that cannot be met ------------------------------------------------------------------


@pytest.fixture
def late(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    """Ada, an evening short of a date she hopes for: four hours, three evenings up to it."""
    enrol(ada, maths, at=wall.now(), target_date=date(2026, 3, 8))
    clock.shift(60)
    return ada


def test_a_date_that_cannot_be_met_comes_with_exact_repairs(late: User, ada_client: Client) -> None:
    assert "1 day after 8 Mar 2026, the date you hope for." in words(ada_client, "/plan/")

    shown = words(ada_client, "/plan/dates/")

    assert "1 h more a week Your week would have 4 h:" in shown
    assert "Maths: 9 March 2026 The earliest that works instead of 8 March 2026" in shown


def test_a_longer_week_meets_the_date_and_can_be_undone(late: User, ada_client: Client) -> None:
    answer = ada_client.post("/plan/dates/", {"more_time": "1"}, follow=True)

    assert "Your week is 60 minutes longer." in answer.content.decode()
    assert "In time for 8 Mar 2026." in words(ada_client, "/plan/")
    assert "Every date you have set can be met." in words(ada_client, "/plan/dates/")
    undo_newest(late, ada_client)
    assert "1 day after 8 Mar 2026" in words(ada_client, "/plan/")


def test_a_later_date_is_taken_and_can_be_undone(late: User, ada_client: Client) -> None:
    enrolment = late.enrolments.get()

    ada_client.post("/plan/dates/", {"new_target": str(enrolment.pk)})

    assert "In time for 9 Mar 2026." in words(ada_client, "/plan/")
    undo_newest(late, ada_client)
    enrolment.refresh_from_db()
    assert (enrolment.state, enrolment.target_date) == ("active", date(2026, 3, 8))


def test_repairs_are_told_beside_what_is_pinned_too_early(late: User, ada_client: Client) -> None:
    last = StudySession.objects.of(late).latest("starts_at")
    to = {"date": "2026-03-03", "time": "18:00", "minutes": "60"}
    ada_client.post(f"/plan/sessions/{last.pk}/move/", to)

    shown = words(ada_client, "/plan/dates/")

    assert "You pinned it to Tuesday 3 March, 18:00, before what it needs is done." in shown
    assert "1 h more a week" in shown


def test_a_repair_that_is_no_longer_needed_changes_nothing(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=wall.now())

    answer = ada_client.post("/plan/dates/", {"more_time": "1"})

    assert answer["Location"] == "/plan/dates/"
    assert StudyPlan.objects.get(learner=ada).windows.count() == 3


def undo_newest(learner: User, client: Client) -> None:
    newest = Receipt.objects.of(learner).undoable()[0]
    client.post(f"/plan/changes/{newest.pk}/undo/")


def test_cleo_mends_nothing_of_adas(late: User, cleo: User) -> None:
    assert logged_in(cleo).post("/plan/dates/", {"more_time": "1"}).status_code == 404

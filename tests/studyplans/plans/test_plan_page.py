"""The plan page and the page of the week."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum

pytestmark = pytest.mark.usefixtures("clock")


def test_the_plan_shows_weeks_days_times_and_the_budget(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=clock.now())

    page = ada_client.get("/plan/").content.decode()

    assert "2 March – 8 March 2026" in page
    assert "Monday 2 March · today" in page
    assert "19:00–20:00" in page
    assert "3 h of 3 h" in page
    assert "9 Mar 2026" in page


def test_a_learner_without_a_path_is_shown_the_way(ada_client: Client) -> None:
    page = ada_client.get("/plan/").content.decode()

    assert "Nothing planned" in page
    assert "/paths/" in page


def test_the_page_of_the_week_shows_the_stored_week(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=clock.now(), windows=evenings(3))

    page = ada_client.get("/plan/week/").content.decode()

    assert 'name="thursday_1_from" value="19:00"' in page


def test_cleo_sees_nothing_of_adas_plan(ada: User, cleo: User, maths: Curriculum) -> None:
    enrol(ada, maths, at=clock.now())

    page = logged_in(cleo).get("/plan/").content.decode()

    assert "maths.m1" not in page


@pytest.mark.parametrize("url", ["/plan/", "/plan/week/"])
def test_visitors_are_asked_to_log_in(client: Client, transactional_db: None, url: str) -> None:
    assert client.get(url)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("url", ["/plan/", "/today/"])
def test_queries_do_not_grow_with_sessions_or_paths(
    ada: User, ada_client: Client, maths: Curriculum, url: str
) -> None:
    enrol(ada, maths, at=clock.now())
    with CaptureQueriesContext(
        connection,
    ) as few:
        ada_client.get(url)

    for slug in ("code", "data", "cloud"):
        enrol(ada, make_maths(40, slug=slug), at=clock.now())
    with CaptureQueriesContext(connection) as many:
        ada_client.get(url)

    assert len(many) == len(few) <= 15


def test_planning_takes_a_constant_number_of_queries(ada: User) -> None:
    small, large = make_maths(2, slug="small"), make_maths(60, slug="large")
    with CaptureQueriesContext(connection) as few:
        enrol(ada, small, at=clock.now())
    ada.enrolments.update(state="left")

    with CaptureQueriesContext(connection) as many:
        enrol(ada, large, at=clock.now())

    assert len(many) <= len(few) + 2  # the old sessions are found and deleted

"""Coming back to a paused plan: one screen, three choices, nothing lost."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import PauseCause, StudyPlan, StudySession
from studyplans.plans.selectors import finish_days
from tests.studyplans.cast import enrol, logged_in, make_maths, planned
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


@pytest.fixture
def away(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    """Ada's plan paused itself on Monday 23 March; now it is Monday 6 April."""
    enrol(ada, maths, at=wall.now())
    clock.move_to("2026-03-23T09:00Z")
    actions.give_up_missed(learner=ada, ended_by=wall.now(), at=wall.now())
    actions.pause_plan(learner=ada, cause=PauseCause.QUIET, at=wall.now())
    clock.move_to("2026-04-06T09:00Z")
    return ada


def plan_of(learner: User) -> StudyPlan:
    return StudyPlan.objects.get(learner=learner)


def finish_of(learner: User) -> date:
    [day] = finish_days(plan_of(learner)).values()
    return day


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", strip_tags(response.content.decode()))


def choose(client: Client, choice: str, **data: str) -> Any:
    return client.post("/today/return/", {"choice": choice, **data})


def test_today_leads_to_one_screen_with_three_choices(away: User, ada_client: Client) -> None:
    assert ada_client.get("/today/")["Location"] == "/today/return/"

    page = words(ada_client.get("/today/return/"))

    assert "Welcome back, Ada" in page
    assert "your plan paused itself on Monday 23 March" in page
    assert "Nothing is lost" in page
    assert "Pick up where you were Your full week, from now on. Maths: finish on" in page
    assert plan_of(away).is_paused


@pytest.mark.parametrize(
    ("choice", "data", "finish"),
    [
        ("full", {}, date(2026, 4, 13)),
        ("gentle", {}, date(2026, 4, 17)),
        ("later", {"resumes_on": "2026-04-20"}, date(2026, 4, 27)),
    ],
)
def test_each_choice_does_what_its_preview_says(
    away: User, ada_client: Client, choice: str, data: dict[str, str], finish: date
) -> None:
    preview = words(ada_client.post("/today/return/", {"preview": "1", **data}))
    assert f"finish on {finish.day} {finish:%B %Y}" in preview
    assert plan_of(away).pause_cause == PauseCause.QUIET
    assert planned(away) == []

    answer = choose(ada_client, choice, **data)

    assert answer["Location"] == "/today/"
    assert finish_of(away) == finish
    assert plan_of(away).is_paused == (choice == "later")


def test_staying_away_is_the_learners_own_pause_from_then_on(
    away: User, ada_client: Client
) -> None:
    choose(ada_client, "later", resumes_on="2026-04-20")

    page = words(ada_client.get("/today/return/"))
    assert "paused until Monday 20 April, as you asked" in page
    assert "paused itself" not in page
    assert plan_of(away).pause_cause == PauseCause.LEARNER


def test_without_a_date_the_pause_waits(away: User, ada_client: Client) -> None:
    choose(ada_client, "later", resumes_on="")

    assert plan_of(away).resumes_on is None
    assert "You paused your plan on Monday 6 April" in words(ada_client.get("/today/return/"))


@pytest.mark.parametrize("day", ["2026-04-06", "2025-01-01", "soon"])
def test_an_impossible_date_is_told_beside_the_field(
    away: User, ada_client: Client, day: str
) -> None:
    answer = choose(ada_client, "later", resumes_on=day)

    assert answer.status_code == 422
    assert f'value="{day}"' in answer.content.decode()
    assert 'aria-invalid="true"' in answer.content.decode()
    assert plan_of(away).pause_cause == PauseCause.QUIET


def test_coming_back_can_be_undone(away: User, ada_client: Client) -> None:
    answer = choose(ada_client, "full")
    [message] = get_messages(answer.wsgi_request)
    assert "Welcome back." in str(message)

    ada_client.post(str(message.extra_tags).removeprefix("undo:"))

    assert plan_of(away).pause_cause == PauseCause.QUIET
    assert planned(away) == []


def test_once_the_date_has_come_today_is_today(
    away: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    choose(ada_client, "later", resumes_on="2026-04-20")

    clock.move_to("2026-04-20T08:00Z")
    assert "Learn maths.m1" in words(ada_client.get("/today/"))
    assert ada_client.get("/today/return/")["Location"] == "/today/"


def test_what_is_pinned_is_still_in_its_place(
    ada: User, ada_client: Client, maths: Curriculum, clock: time_machine.Traveller
) -> None:
    enrol(ada, maths, at=wall.now())
    last = StudySession.objects.of(ada).planned().latest("starts_at")
    ada_client.post(f"/plan/sessions/{last.pk}/pin/")
    actions.pause_plan(learner=ada, cause=PauseCause.LEARNER, at=wall.now())

    page = words(ada_client.get("/today/return/"))
    assert "Still in its place Learn maths.m4, Monday 9 March, 19:00" in page


def test_who_is_not_away_is_sent_to_today(ada: User, ada_client: Client, maths: Curriculum) -> None:
    assert ada_client.get("/today/return/")["Location"] == "/today/"
    assert choose(ada_client, "gentle")["Location"] == "/today/"
    assert not StudyPlan.objects.exists()


def test_cleo_brings_nobody_back(away: User, cleo: User, client: Client) -> None:
    assert choose(logged_in(cleo), "full")["Location"] == "/today/"
    assert choose(client, "full")["Location"].startswith("/accounts/login/")

    assert plan_of(away).is_paused


def test_queries_do_not_grow(away: User, ada_client: Client) -> None:
    with CaptureQueriesContext(connection) as few:
        ada_client.get("/today/return/")

    actions.resume_plan(learner=away, at=wall.now())
    enrol(away, make_maths(40, slug="code"), at=wall.now())
    actions.pause_plan(learner=away, cause=PauseCause.QUIET, at=wall.now())
    with CaptureQueriesContext(connection) as many:
        ada_client.get("/today/return/")

    assert len(many) <= len(few) + 3

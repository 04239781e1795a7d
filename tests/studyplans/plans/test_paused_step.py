"""The next step of readiness put into a plan that is paused: kept, and planned later."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import PauseCause
from tests.factories import make_curriculum, make_milestone, make_module
from tests.studyplans.cast import enrol, planned
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum

pytestmark = pytest.mark.usefixtures("clock")
BUTTON = "/readiness/plan/sql/"


@pytest.fixture
def enrolled(ada: User, maths: Curriculum) -> User:
    """Ada, who follows maths on three evenings; the library has a query in SQL besides."""
    make_milestone(make_module(make_curriculum("craft")), "sql", title="Query")
    enrol(ada, maths, at=wall.now())
    return ada


def pause(learner: User, resumes_on: date | None = None) -> None:
    cause = PauseCause.LEARNER
    actions.pause_plan(learner=learner, cause=cause, resumes_on=resumes_on, at=wall.now())


def said_to(client: Client) -> str:
    answer = client.post(BUTTON)
    assert answer["Location"] == "/plan/"
    return [str(message) for message in get_messages(answer.wsgi_request)][-1]


def starts_of_query(learner: User) -> list[str]:
    return [starts for key, starts in planned(learner) if key == "sql"]


def test_a_plan_that_runs_takes_the_step_up_at_once(enrolled: User, ada_client: Client) -> None:
    assert said_to(ada_client) == "“Query” is planned."
    assert starts_of_query(enrolled)


def test_a_paused_plan_keeps_the_step_until_one_is_back(enrolled: User, ada_client: Client) -> None:
    pause(enrolled)

    said = said_to(ada_client)

    rest = "Your plan is paused: it is planned when you come back."
    assert said == f"“Query” is taken up. {rest}"
    assert said_to(ada_client) == f"You follow “Query” already. {rest}"
    assert not starts_of_query(enrolled)

    actions.resume_plan(learner=enrolled, at=wall.now())
    assert starts_of_query(enrolled)


def test_a_pause_with_an_end_names_its_day(enrolled: User, ada_client: Client) -> None:
    pause(enrolled, date(2026, 4, 6))

    said = said_to(ada_client)

    assert said.endswith("Your plan is paused: it is planned from 6 April on.")
    assert "Apr" in starts_of_query(enrolled)[0]

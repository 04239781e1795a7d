"""The page of a session in a dialog: the same view, a part of the same page."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from common import clock as wall
from studyplans.plans.models import StudySession
from tests.factories import make_curriculum, make_milestone, make_module
from tests.studyplans.cast import enrol, logged_in, planned
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum

FROM_A_LINK = {
    "HX-Request": "true",
    "HX-Target": "dialog#sheet",
    "HX-Current-URL": "https://testserver/plan/?view=week&on=2026-03-02",
}
FROM_A_FORM = {"HX-Request": "true", "HX-Target": "main#main"}
BEHIND = "/plan/?view=week&on=2026-03-02"
THURSDAY = {"date": "2026-03-05", "time": "18:30", "minutes": "60"}


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    enrol(ada, maths, at=wall.now())
    clock.shift(60)
    return ada


def first(learner: User) -> StudySession:
    return StudySession.objects.of(learner).earliest("starts_at")


def post(client: Client, session: StudySession, what: str, **data: str) -> Any:
    asked = {"sheet": "1", "next": BEHIND, **data}
    return client.post(f"/plan/sessions/{session.pk}/{what}/", asked, headers=FROM_A_FORM)


@pytest.mark.parametrize("url", ["/plan/", "/plan/?view=week", "/plan/?view=month", "/today/"])
def test_sessions_open_in_a_dialog_and_without_it_on_their_page(
    enrolled: User, ada_client: Client, url: str
) -> None:
    page = ada_client.get(url).content.decode()

    assert f'href="/plan/sessions/{first(enrolled).pk}/" data-sheet' in page
    assert '<dialog id="sheet"' in page


def test_a_dialog_gets_the_part_that_goes_into_it(enrolled: User, ada_client: Client) -> None:
    url = f"/plan/sessions/{first(enrolled).pk}/"

    sheet = ada_client.get(url, headers=FROM_A_LINK)
    page = ada_client.get(url).content.decode()

    assert sheet.content.decode().lstrip().startswith('<div id="sheet-content">')
    assert "Learn maths.m1" in sheet.content.decode()
    assert "HX-Target" in sheet["Vary"]
    assert "<h1>Learn maths.m1</h1>" in page
    assert 'name="sheet"' not in page


def test_its_forms_lead_back_to_the_page_behind(enrolled: User, ada_client: Client) -> None:
    sheet = ada_client.get(f"/plan/sessions/{first(enrolled).pk}/", headers=FROM_A_LINK)

    assert 'name="next" value="/plan/?view=week&amp;on=2026-03-02"' in sheet.content.decode()
    assert post(ada_client, first(enrolled), "move", **THURSDAY)["Location"] == BEHIND
    assert planned(enrolled)[0] == ("maths.m1", "Thu 05 Mar 18:30")


def test_an_address_of_another_site_is_not_led_back_to(enrolled: User, ada_client: Client) -> None:
    elsewhere = FROM_A_LINK | {"HX-Current-URL": "https://evil.example//evil.example/plan/"}

    sheet = ada_client.get(f"/plan/sessions/{first(enrolled).pk}/", headers=elsewhere)

    assert "evil.example" not in sheet.content.decode()


@pytest.mark.parametrize(
    ("what", "data", "message"),
    [
        ("move", THURSDAY | {"date": "2026-03-01"}, "That time is over."),
        ("move", THURSDAY | {"time": ""}, "This field is required."),
        ("split", {"minutes": "58"}, "Choose from 5 to 55 minutes."),
        ("minutes", {"minutes": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_comes_back_into_the_dialog(
    enrolled: User, ada_client: Client, what: str, data: dict[str, str], message: str
) -> None:
    answer = post(ada_client, first(enrolled), what, **data)

    assert answer.status_code == 422
    assert (answer["HX-Retarget"], answer["HX-Reselect"]) == ("#sheet", "#sheet-content")
    assert message in answer.content.decode()
    assert answer.content.decode().lstrip().startswith('<div id="sheet-content">')


def test_a_form_of_a_dialog_sent_without_htmx_gets_the_whole_page(
    enrolled: User, ada_client: Client
) -> None:
    url = f"/plan/sessions/{first(enrolled).pk}/move/"

    answer = ada_client.post(url, {"sheet": "1", **THURSDAY, "time": ""})

    assert answer.status_code == 422
    assert "HX-Retarget" not in answer
    assert "<h1>Learn maths.m1</h1>" in answer.content.decode()


def test_a_booked_exam_is_asked_about_in_the_dialog(
    clock: time_machine.Traveller, ada: User, ada_client: Client
) -> None:
    module = make_module(make_curriculum("certificate"))
    make_milestone(module, "cert.exam", kind="exam", effort_minutes=60)
    enrol(ada, module.curriculum, at=wall.now())
    clock.shift(60)
    post(ada_client, first(ada), "move", date="2026-03-10", time="08:00", minutes="60")
    later = {"date": "2026-03-12", "time": "09:00", "minutes": "60"}

    question = post(ada_client, first(ada), "move", **later)

    assert question["HX-Retarget"] == "#sheet"
    assert "Move the exam?" in question.content.decode()
    assert post(ada_client, first(ada), "move", **later, confirmed="1")["Location"] == BEHIND
    assert planned(ada) == [("cert.exam", "Thu 12 Mar 09:00")]


def test_cleo_opens_nothing_of_adas(enrolled: User, cleo: User) -> None:
    url = f"/plan/sessions/{first(enrolled).pk}/"

    assert logged_in(cleo).get(url, headers=FROM_A_LINK).status_code == 404

"""A path made of an advertisement: dated at once, its owner's alone, and easily undone."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from time_machine import Traveller

from common.clock import now
from studyplans.plans.models import StudySession
from tests.factories import make_curriculum, make_milestone, make_module, make_skill
from tests.studyplans.cast import enrol, make_maths
from tests.tracker.progress.pages import press, told, words
from tracker.accounts.models import User
from tracker.adverts.models import Advert
from tracker.curricula.models import Curriculum, Milestone
from tracker.progress.models import Achievement, Enrolment
from tracker.progress.selectors import standing_of

TEXT = "Junior ML Engineer\nYou write Python and SQL every day, with us and for our customers."
# Announcements go out after the commit, which only these tests make.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def library(clock: Traveller) -> dict[str, Milestone]:
    """Python needs a first step; SQL stands in another subject and needs what Ada has done."""
    programming = make_module(make_curriculum("programming", kind="subject"))
    data = make_module(make_curriculum("data", kind="subject", position=1))
    first = make_milestone(programming, "prog.first", effort_minutes=120)
    known = make_milestone(data, "data.known")
    python = make_milestone(
        programming, "prog.python", requires=(first,), skill=make_skill("python", area="prog")
    )
    sql = make_milestone(
        data,
        "data.sql",
        requires=(known,),
        skill=make_skill("sql", area="data"),
        is_required=False,
    )
    return {each.key: each for each in (first, known, python, sql)}


@pytest.fixture
def week(ada: User, library: object, clock: Traveller) -> None:
    """Ada follows something already, so she has said when she has time."""
    enrol(ada, make_maths(1), at=now())


@pytest.fixture
def advert(ada: User, ada_browser: Client, library: object) -> Advert:
    ada_browser.post("/adverts/", {"title": "", "text": TEXT})
    press(ada_browser, "data.known")
    return Advert.objects.get()


def make(browser: Client, advert: Advert, **form: str) -> Any:
    return browser.post(f"/adverts/{advert.pk}/path/", form)


def own_path() -> Curriculum:
    return Curriculum.objects.get(status=Curriculum.Status.PERSONAL)


def test_one_click_makes_a_path_with_dates(
    ada: User, ada_browser: Client, week: None, advert: Advert
) -> None:
    response = make(ada_browser, advert, target_date="2026-06-30")

    path = own_path()
    assert response.headers["Location"] == "/plan/"
    assert told(response)[-1] == "“Junior ML Engineer” is a path of yours, and planned."
    assert Enrolment.objects.get(curriculum=path).target_date == date(2026, 6, 30)
    planned = StudySession.objects.of(ada).planned().filter(enrolment__curriculum=path)
    assert {each.milestone_key for each in planned} == {"prog.first", "prog.python", "data.sql"}


def test_it_holds_the_missing_milestones_alone_and_all_are_required(
    ada: User, ada_browser: Client, week: None, advert: Advert
) -> None:
    make(ada_browser, advert)

    path = own_path()
    held = {each.key: each for each in path.milestones.all()}
    assert held.keys() == {"prog.first", "prog.python", "data.sql"}
    assert [each.key for each in held["prog.python"].prerequisites.all()] == ["prog.first"]
    assert held["data.sql"].needed_elsewhere == ["data.known"]
    assert held["data.sql"].is_required
    assert [module.title for module in path.modules.all()] == ["Programming", "Data"]


def test_what_is_done_in_it_is_known_everywhere(
    ada: User, ada_browser: Client, week: None, advert: Advert
) -> None:
    make(ada_browser, advert)

    for key in ("prog.first", "prog.python", "data.sql"):
        press(ada_browser, key)

    assert standing_of(ada, own_path()).share.percent == 100
    assert Enrolment.objects.get(curriculum=own_path()).state == Enrolment.State.FINISHED
    assert standing_of(ada, Curriculum.objects.get(slug="programming")).share.is_complete
    assert "You have of what it asks for 100 %" in words(ada_browser.get(f"/adverts/{advert.pk}/"))


def test_who_has_no_week_yet_says_it_next(ada_browser: Client, advert: Advert) -> None:
    response = make(ada_browser, advert)

    assert response.headers["Location"] == f"/paths/{own_path().slug}/enrol/"
    assert ada_browser.get(response.headers["Location"]).status_code == 200


def test_a_double_click_makes_one(ada_browser: Client, week: None, advert: Advert) -> None:
    make(ada_browser, advert)
    make(ada_browser, advert)

    assert own_path().milestones.count() == 3
    assert "You made a path of it" in words(ada_browser.get(f"/adverts/{advert.pk}/"))


@pytest.mark.parametrize("day", ["2026-03-02", "2040-01-01", "soon"])
def test_a_day_that_cannot_be_is_named(
    ada_browser: Client, week: None, advert: Advert, day: str
) -> None:
    response = make(ada_browser, advert, target_date=day)

    assert response.status_code == 422
    assert 'id="id_target_date_error"' in response.content.decode()
    assert not Curriculum.objects.filter(status=Curriculum.Status.PERSONAL).exists()


def test_it_is_listed_renamed_removed_and_brought_back(
    clock: Traveller, ada: User, ada_browser: Client, week: None, advert: Advert
) -> None:
    make(ada_browser, advert)
    own = f"/my-paths/{own_path().slug}"

    ada_browser.post(f"{own}/rename/", {"title": "The job in Kiel"})
    assert "The job in Kiel" in words(ada_browser.get("/my-paths/"))

    removed = ada_browser.post(f"{own}/remove/")
    assert told(removed)[-1] == (
        "“The job in Kiel” is out of your plan. What you did in it stays done."
    )
    assert "None of your own yet" in words(ada_browser.get("/my-paths/"))
    assert not _planned(ada)

    clock.shift(60)
    ada_browser.post(f"{own}/back/")
    assert "The job in Kiel" in words(ada_browser.get("/my-paths/"))
    assert _planned(ada)


def _planned(learner: User) -> bool:
    sessions = StudySession.objects.of(learner).planned()
    return sessions.filter(enrolment__curriculum=own_path()).exists()


def test_a_name_is_needed(ada_browser: Client, week: None, advert: Advert) -> None:
    make(ada_browser, advert)

    response = ada_browser.post(f"/my-paths/{own_path().slug}/rename/", {"title": " "})

    assert response.status_code == 422
    assert own_path().title == "Junior ML Engineer"


def test_after_it_was_removed_a_new_one_starts_from_where_one_stands(
    ada_browser: Client, week: None, advert: Advert
) -> None:
    make(ada_browser, advert)
    press(ada_browser, "prog.first")
    ada_browser.post(f"/my-paths/{own_path().slug}/remove/")

    make(ada_browser, advert)

    advert.refresh_from_db()
    assert advert.path is not None
    assert {each.key for each in advert.path.milestones.all()} == {"prog.python", "data.sql"}


def test_cleo_sees_it_at_no_door(
    ada_browser: Client, cleo_browser: Client, week: None, advert: Advert
) -> None:
    make(ada_browser, advert)
    slug = own_path().slug
    ada_browser.post(f"/my-paths/{slug}/rename/", {"title": "Secret of Ada"})

    for door in (f"/paths/{slug}/", f"/paths/{slug}/enrol/", f"/my-paths/{slug}/rename/"):
        assert cleo_browser.get(door).status_code == 404, door
        assert Client().get(door).status_code in (302, 404), door
    for door in ("remove/", "back/", "rename/"):
        assert cleo_browser.post(f"/my-paths/{slug}/{door}", {"title": "Mine"}).status_code == 404
    assert cleo_browser.post(f"/adverts/{advert.pk}/path/").status_code == 404
    assert cleo_browser.post(f"/paths/{slug}/enrol/").status_code == 404
    for page in ("/paths/", "/paths/?q=secret", "/milestones/prog.python/", "/my-paths/"):
        assert "Secret of Ada" not in words(cleo_browser.get(page)), page
    assert f"in={slug}" not in cleo_browser.get("/milestones/prog.python/").content.decode()
    assert cleo_browser.get(f"/milestones/prog.python/?in={slug}").status_code == 200
    assert not Enrolment.objects.filter(learner__email="cleo@example.org").exists()


def test_an_author_does_not_see_it_either(
    ada_browser: Client, admin_client: Client, week: None, advert: Advert
) -> None:
    make(ada_browser, advert)
    path, milestone = own_path(), own_path().milestones.first()
    assert milestone is not None

    editions = admin_client.get("/admin/curricula/curriculum/?edition=all")

    assert "Junior ML Engineer" not in words(editions)
    for page in (f"curriculum/{path.pk}", f"milestone/{milestone.pk}"):
        found = admin_client.get(f"/admin/curricula/{page}/change/")
        assert found.status_code == 302
        assert found.headers["Location"] == "/admin/"


def test_its_owner_opens_it(ada_browser: Client, week: None, advert: Advert) -> None:
    make(ada_browser, advert)

    page = words(ada_browser.get(f"/paths/{own_path().slug}/"))

    assert "A path of your own: nobody else sees it." in page
    assert "Retired" not in page
    assert "Junior ML Engineer" in words(ada_browser.get("/progress/"))


def test_it_goes_with_its_owners_account(
    ada: User, ada_browser: Client, week: None, advert: Advert
) -> None:
    make(ada_browser, advert)

    ada.delete()

    assert not Curriculum.objects.filter(status=Curriculum.Status.PERSONAL).exists()
    assert Curriculum.objects.filter(slug="programming").exists()
    assert not Achievement.objects.exists()


def test_nothing_missing_makes_no_path(ada_browser: Client, week: None, advert: Advert) -> None:
    for key in ("prog.first", "prog.python", "data.sql"):
        press(ada_browser, key)

    response = make(ada_browser, advert)

    assert response.headers["Location"] == f"/adverts/{advert.pk}/"
    assert not Curriculum.objects.filter(status=Curriculum.Status.PERSONAL).exists()

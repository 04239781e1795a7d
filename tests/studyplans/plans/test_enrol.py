"""Enrolling: from a week and a date to a dated plan."""

import pytest
from django.test import Client

from common import clock
from studyplans.plans.models import StudySession, Window
from tests.factories import make_curriculum, make_milestone, make_module
from tests.studyplans.cast import enrol, evenings, make_maths, planned, week_data
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.models import Enrolment

pytestmark = pytest.mark.usefixtures("clock")  # Monday 2 March 2026, 9:00 UTC
URL = "/paths/maths/enrol/"


def test_enrolling_answers_with_a_dated_plan(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    data = week_data(monday="19:00-20:30", saturday="09:00-10:00")

    answer = ada_client.post(URL, {**data, "started_on": "2026-03-02"}, follow=True)

    assert answer.redirect_chain == [("/plan/", 302)]
    assert planned(ada) == [
        ("maths.m1", "Mon 02 Mar 19:00"),
        ("maths.m2", "Mon 02 Mar 20:00"),
        ("maths.m2", "Sat 07 Mar 09:00"),
        ("maths.m3", "Sat 07 Mar 09:30"),
        ("maths.m3", "Mon 09 Mar 19:00"),
        ("maths.m4", "Mon 09 Mar 19:30"),
    ]
    assert "9 Mar 2026" in answer.content.decode()


def test_the_plan_keeps_to_the_learners_own_clock(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    ada.time_zone = "America/New_York"
    ada.save()

    ada_client.post(URL, {**week_data(monday="19:00-20:00"), "started_on": "2026-03-02"})

    # New York changes its clocks on 8 March: the sessions stay at 19:00.
    starts = [f"{s.starts_at:%d %b %H:%M}" for s in StudySession.objects.of(ada)[:2]]
    assert starts == ["03 Mar 00:00", "09 Mar 23:00"]


def test_nothing_is_planned_before_the_start(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    ada_client.post(URL, {**week_data(monday="19:00-20:00"), "started_on": "2026-03-17"})

    assert planned(ada)[0] == ("maths.m1", "Mon 23 Mar 19:00")


def test_a_target_that_cannot_be_met_is_said_and_never_blocks(
    ada_client: Client, ada: User, maths: Curriculum
) -> None:
    data = week_data(monday="19:00-20:00")
    dates = {"started_on": "2026-03-02", "target_date": "2026-03-16"}

    answer = ada_client.post(URL, {**data, **dates}, follow=True)

    assert "7 days after 16 Mar 2026" in answer.content.decode()
    assert len(planned(ada)) == 4


def test_the_preview_stores_nothing(ada_client: Client, ada: User, maths: Curriculum) -> None:
    data = {**week_data(monday="19:00-20:00"), "started_on": "2026-03-02", "preview": "1"}

    answer = ada_client.post(URL, data)

    assert "23 March 2026" in answer.content.decode()
    assert not Enrolment.objects.exists()
    assert not Window.objects.exists()


def test_a_preview_of_half_an_answer_says_what_is_missing_and_is_no_error(
    ada_client: Client, maths: Curriculum
) -> None:
    data = {**week_data(monday="19:00-"), "started_on": "2026-03-02", "preview": "1"}

    answer = ada_client.post(URL, data)

    assert answer.status_code == 200
    assert "No finish date yet. Monday lacks its end." in answer.content.decode()


def test_a_second_path_shares_the_week_and_neither_starves(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    make_maths(slug="code")
    enrol(ada, maths, at=clock.now())

    ada_client.post(
        "/paths/code/enrol/", {**week_data(monday="18:00-20:00"), "started_on": "2026-03-02"}
    )

    assert [key for key, _ in planned(ada)] == [
        "maths.m1", "code.m1", "maths.m2", "code.m2", "maths.m3", "code.m3", "maths.m4", "code.m4",
    ]  # fmt: skip


def test_a_milestone_of_two_paths_is_planned_once(ada: User, maths: Curriculum) -> None:
    other = make_curriculum("path")
    make_milestone(make_module(other), "maths.m1")
    enrol(ada, maths, at=clock.now())

    enrol(ada, other, at=clock.now())

    assert [key for key, _ in planned(ada)].count("maths.m1") == 1


@pytest.mark.parametrize(
    ("week", "said"),
    [
        ({"monday": "20:00-19:00"}, "Monday ends at 19:00, not after its start. Make it later."),
        ({"monday": "19:00-19:00"}, "Monday ends at 19:00, not after its start. Make it later."),
        ({"monday": "19:00-19:10"}, "Monday has only 10 minutes. Make it 15 or more."),
        (
            {"monday": "19:00-20:00", "monday_2": "19:30-21:00"},
            "The two times on Monday overlap.",
        ),
        ({"monday": "19:00-"}, "Monday lacks its end. Add it, or clear both times."),
        ({"monday": "-19:00"}, "Monday lacks its start. Add it, or clear both times."),
        ({"monday": "25:00-26:00"}, "Write a time such as 19:00."),
        ({"monday": "19:00:30-20:00"}, "Write a time such as 19:00."),
        ({}, "Give at least one time of the week to study in."),
    ],
)
def test_an_impossible_week_is_named_and_kept(
    ada_client: Client, maths: Curriculum, week: dict[str, str], said: str
) -> None:
    data = {**week_data(tuesday="08:00-09:00"), **week_data(**week)} if week else {}

    answer = ada_client.post(URL, {**data, "started_on": "2026-03-02"})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert not data or 'value="08:00"' in page  # what was typed is not lost
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ({"started_on": "soon"}, "Write a date such as 2027-01-31."),
        ({"started_on": "1999-01-01"}, "Start within a year from today."),
        ({"started_on": ""}, "This field is required."),
        (
            {"started_on": "2026-03-02", "target_date": "2026-03-02"},
            "This is not after the start. Choose a later day.",
        ),
        (
            {"started_on": "2026-02-01", "target_date": "2026-02-20"},
            "This day is over. Choose a later one.",
        ),
        (
            {"started_on": "2026-03-02", "target_date": "9999-12-31"},
            "Choose a day within ten years.",
        ),
    ],
)
def test_an_impossible_date_is_named(
    ada_client: Client, maths: Curriculum, dates: dict[str, str], said: str
) -> None:
    answer = ada_client.post(URL, {**week_data(monday="19:00-20:00"), **dates})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Enrolment.objects.exists()


def test_a_draft_cannot_be_found(ada_client: Client, maths: Curriculum) -> None:
    maths.status = Curriculum.Status.DRAFT
    maths.save()

    assert ada_client.get(URL).status_code == 404
    assert ada_client.post(URL, week_data(monday="19:00-20:00")).status_code == 404


def test_visitors_are_asked_to_log_in(client: Client, maths: Curriculum) -> None:
    answer = client.get(URL)

    assert answer.status_code == 302
    assert answer["Location"] == f"/accounts/login/?next={URL}"


def test_enrolling_again_changes_the_dates_and_keeps_one_enrolment(
    ada: User, ada_client: Client, maths: Curriculum
) -> None:
    enrol(ada, maths, at=clock.now(), windows=evenings(0))

    ada_client.post(URL, {**week_data(friday="19:00-20:00"), "started_on": "2026-03-02"})

    assert Enrolment.objects.of(ada).count() == 1
    assert planned(ada)[0] == ("maths.m1", "Fri 06 Mar 19:00")

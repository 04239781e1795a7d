from typing import Any

import pytest
from django.test import Client

from tests.factories import NOW
from tests.tracker.progress.pages import told, words, write
from tracker.accounts.models import User
from tracker.progress import actions
from tracker.progress.models import Achievement, AchievementEvent

pytestmark = pytest.mark.usefixtures("maths")


def test_note_evidence_and_minutes_are_kept(ada_browser: Client, ada: User) -> None:
    response = write(
        ada_browser,
        "math.vec",
        note="Norms need practice.",
        evidence_url="https://example.org/ada/vectors",
        minutes_spent="95",
    )

    assert told(response) == ["Saved."]
    achievement = Achievement.objects.get(learner=ada)
    assert achievement.note == "Norms need practice."
    assert achievement.evidence_url == "https://example.org/ada/vectors"
    assert achievement.minutes_spent == 95


def test_saving_what_is_there_already_logs_nothing(ada_browser: Client) -> None:
    write(ada_browser, "math.vec", note="Once.")
    ada_browser.get("/paths/")  # reads the message of the first
    response = write(ada_browser, "math.vec", note="Once.")

    assert told(response) == []
    assert AchievementEvent.objects.count() == 1


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "ftp://example.org/x", "not a link"]
)
def test_evidence_that_is_no_web_link_is_refused_beside_the_field(
    ada_browser: Client, address: str
) -> None:
    response = write(ada_browser, "math.vec", note="Keep me.", evidence_url=address)

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"evidence_url"}
    page = response.content.decode()
    assert 'id="id_evidence_url_error"' in page
    assert f'value="{address}"' in page
    assert "Keep me." in page
    assert not AchievementEvent.objects.exists()


def test_a_refused_form_leads_back_to_the_page_once_it_is_good(ada_browser: Client) -> None:
    refused = ada_browser.post("/milestones/math.vec/record/?in=maths", {"minutes_spent": "x"})

    assert 'name="next" value="/milestones/math.vec/?in=maths"' in refused.content.decode()


@pytest.mark.parametrize(("minutes", "status"), [("0", 302), ("100000", 302)])
def test_minutes_within_bounds(ada_browser: Client, minutes: str, status: int) -> None:
    assert write(ada_browser, "math.vec", minutes_spent=minutes).status_code == status


@pytest.mark.parametrize("minutes", ["-1", "100001", "", "1.5", "soon", "9" * 40])
def test_minutes_out_of_bounds_are_refused(ada_browser: Client, minutes: str) -> None:
    response = write(ada_browser, "math.vec", minutes_spent=minutes)

    assert response.status_code == 422
    assert response.context["form"].errors.keys() == {"minutes_spent"}


def test_a_note_is_text_not_markup(ada_browser: Client) -> None:
    write(ada_browser, "math.vec", note="<script>alert(1)</script>")

    assert "<script>alert" not in ada_browser.get("/milestones/math.vec/").content.decode()


def test_the_evidence_link_is_marked_as_a_learners_own(ada_browser: Client) -> None:
    write(ada_browser, "math.vec", evidence_url="https://example.org/ada")

    page = ada_browser.get("/milestones/math.vec/").content.decode()

    assert 'href="https://example.org/ada" rel="nofollow noopener ugc"' in page


def test_cleo_sees_nothing_of_adas_record(ada_browser: Client, cleo_browser: Client) -> None:
    write(ada_browser, "math.vec", note="Adas own words.", evidence_url="https://example.org/ada")

    page = words(cleo_browser.get("/milestones/math.vec/")) + words(cleo_browser.get("/progress/"))

    assert "Evidence linked" not in page
    assert "Adas own words." not in page
    assert "example.org/ada" not in page


def test_a_visitor_is_led_to_the_log_in(client: Client) -> None:
    form: dict[str, Any] = {"minutes_spent": "5", "next": "/milestones/math.vec/?in=maths"}
    response = client.post("/milestones/math.vec/record/", form)

    assert response.headers["Location"].startswith("/accounts/login/?next=/milestones/math.vec/")


def test_studied_minutes_add_up_and_open_becomes_learning(ada: User) -> None:
    for minutes in (30, 45):
        actions.add_minutes(learner=ada, milestone_key="math.vec", minutes=minutes, at=NOW)

    achievement = Achievement.objects.get(learner=ada)
    assert (achievement.state, achievement.minutes_spent) == ("learning", 75)

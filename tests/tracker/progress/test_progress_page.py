import csv
import io

import pytest
from django.test import Client

from tests.factories import make_curriculum, make_enrolment, make_milestone, make_module
from tests.tracker.progress.pages import press, words, write
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone
from tracker.progress.models import Achievement


def test_it_adds_up_what_was_done(ada_browser: Client, ada: User, maths: Curriculum) -> None:
    make_enrolment(ada, maths)
    press(ada_browser, "math.vec")
    write(ada_browser, "math.vec", minutes_spent=95)

    page = words(ada_browser.get("/progress/"))

    assert "Milestones done 1 Time you wrote down 1 h 35 min Following 1 Finished 0" in page
    assert "All of it 50%" in page
    assert "1 of 3 done 1 h left" in page
    assert "Next: Matrices" in page


def test_a_newcomer_is_offered_paths(ada_browser: Client, db: None) -> None:
    for slug in ("one", "two", "three", "four"):
        make_milestone(make_module(make_curriculum(slug, kind="path")), f"{slug}.start")

    response = ada_browser.get("/progress/")

    assert "You follow nothing yet" in words(response)
    assert len(response.context["suggested"]) == 3


def test_what_was_left_is_not_followed_any_more(
    ada_browser: Client, ada: User, maths: Curriculum
) -> None:
    make_enrolment(ada, maths, state="left")
    press(ada_browser, "math.vec")

    page = words(ada_browser.get("/progress/"))

    assert "You follow nothing yet" in page
    assert "Milestones done 1" in page


def test_it_asks_to_log_in(client: Client, db: None) -> None:
    assert client.get("/progress/").headers["Location"] == "/accounts/login/?next=/progress/"


def test_cleo_sees_nothing_of_adas(
    ada_browser: Client, cleo_browser: Client, ada: User, maths: Curriculum
) -> None:
    make_enrolment(ada, maths)
    press(ada_browser, "math.vec")

    assert "Vectors" not in words(cleo_browser.get("/progress/"))


# --- how it is known --------------------------------------------------------------------------


@pytest.fixture
def three_ways(ada: User, ada_browser: Client, maths: Curriculum) -> None:
    """Vectors tested, matrices with evidence, and a claim that no milestone names any more."""
    press(ada_browser, "math.vec")
    press(ada_browser, "math.mat")
    write(ada_browser, "math.mat", evidence_url="https://example.org/mat", minutes_spent=40)
    Achievement.objects.filter(milestone_key="math.vec").update(is_tested=True)
    changed_at = Achievement.objects.get(milestone_key="math.vec").changed_at
    Achievement.objects.create(
        learner=ada, milestone_key="gone.away", state="credited", changed_at=changed_at
    )


@pytest.mark.usefixtures("three_ways")
def test_what_was_claimed_is_told_apart_from_what_was_shown(ada_browser: Client) -> None:
    page = words(ada_browser.get("/progress/"))

    assert "Tested by a check 1 Shown with evidence 1 On your word 1" in page


@pytest.mark.usefixtures("three_ways")
def test_the_record_is_there_as_a_table_and_as_data(ada_browser: Client) -> None:
    table = ada_browser.get("/progress/record.csv")
    data = ada_browser.get("/progress/record.json")

    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="milepost-progress.csv"' in table.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(table.content.decode())))
    assert [(row["milestone"], row["state"], row["basis"]) for row in rows] == [
        ("gone.away", "credited", "claimed"),
        ("math.mat", "done", "evidenced"),
        ("math.vec", "done", "tested"),
    ]
    assert rows[1]["title"] == "Matrices"
    assert data.headers["Content-Type"] == "application/json"
    assert data.json()["milestones"][1] == {**rows[1], "minutes_spent": 40}


@pytest.mark.usefixtures("three_ways")
@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r"])
def test_a_title_that_looks_like_a_formula_is_none(ada_browser: Client, mark: str) -> None:
    Milestone.objects.filter(key="math.vec").update(title=f"{mark}1+1")

    table = ada_browser.get("/progress/record.csv").content.decode()

    titles = [row["title"] for row in csv.DictReader(io.StringIO(table, newline=""))]
    assert f"'{mark}1+1" in titles


def test_the_record_is_ones_own(
    ada_browser: Client, cleo_browser: Client, client: Client, maths: Curriculum
) -> None:
    press(ada_browser, "math.vec")

    assert cleo_browser.get("/progress/record.json").json() == {"milestones": []}
    assert client.get("/progress/record.csv").status_code == 302
    assert ada_browser.get("/progress/record.xml").status_code == 404

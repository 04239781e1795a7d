from django.test import Client

from tests.factories import make_curriculum, make_enrolment, make_milestone, make_module
from tests.tracker.progress.pages import press, words, write
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


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

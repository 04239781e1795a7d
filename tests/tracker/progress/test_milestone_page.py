import pytest
from django.test import Client

from tests.factories import (
    make_curriculum,
    make_enrolment,
    make_milestone,
    make_module,
    make_skill,
)
from tests.tracker.progress.pages import press, words
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone, Resource


def test_it_shows_everything_about_a_milestone(client: Client, maths: Curriculum) -> None:
    milestone = make_milestone(
        maths.modules.get(),
        "math.svd",
        title="SVD",
        kind="project",
        effort_minutes=90,
        requires=(Milestone.objects.get(key="math.mat"),),
        skill=make_skill("linear-algebra"),
    )
    book = Resource.objects.create(
        key="book", title="A book", url="https://www.example.org/b", format="book", cost="paid"
    )
    milestone.resources.set([book])

    page = words(client.get("/milestones/math.svd/"))

    assert "SVD Project 1 h 30 min Required" in page
    assert "Done when You can show math.svd." in page
    assert "A book (opens in a new tab) example.org Book Paid" in page
    assert "Leads to linear-algebra guided" in page
    assert "First Matrices" in page
    assert "Previous: Tensors" in page


def test_it_says_what_it_unlocks_and_which_prerequisites_are_done(
    ada_browser: Client, maths: Curriculum
) -> None:
    press(ada_browser, "math.vec")

    assert "Opens the way to Matrices" in words(ada_browser.get("/milestones/math.vec/"))
    assert "First Vectors done" in words(ada_browser.get("/milestones/math.mat/"))


def test_a_locked_one_names_what_is_missing(ada_browser: Client, maths: Curriculum) -> None:
    assert "Locked. Needs Vectors" in words(ada_browser.get("/milestones/math.mat/"))


@pytest.fixture
def path(maths: Curriculum) -> Curriculum:
    """A path that takes vectors from maths."""
    path = make_curriculum("path", title="The path", kind="path")
    make_milestone(make_module(path, title="Start"), "math.vec", title="Vectors")
    return path


def test_it_stays_in_the_curriculum_the_reader_came_from(client: Client, path: Curriculum) -> None:
    page = client.get("/milestones/math.vec/?in=path")

    assert page.context["view"].milestone.curriculum == path
    assert "Also in Done once, it counts in each. Maths" in words(page)


def test_without_that_it_shows_what_the_learner_follows_before_its_home(
    client: Client, ada_browser: Client, ada: User, path: Curriculum
) -> None:
    make_enrolment(ada, path)

    assert client.get("/milestones/math.vec/").context["view"].milestone.curriculum.slug == "maths"
    followed = ada_browser.get("/milestones/math.vec/").context["view"].milestone.curriculum
    assert followed == path


def test_a_curriculum_that_does_not_hold_it_is_ignored(client: Client, path: Curriculum) -> None:
    page = client.get("/milestones/math.mat/?in=path")

    assert page.context["view"].milestone.curriculum.slug == "maths"


def test_a_visitor_reads_it_and_is_led_to_sign_up(client: Client, maths: Curriculum) -> None:
    page = client.get("/milestones/math.vec/").content.decode()

    assert "Sign up to check off" in page
    assert "Your record" not in page


def test_steps_and_what_good_work_shows_are_told(client: Client, maths: Curriculum) -> None:
    Milestone.objects.filter(key="math.vec").update(
        steps=[{"title": "Draw three", "minutes": 90}], rubric=["Each arrow has its length."]
    )

    page = client.get("/milestones/math.vec/").content.decode()

    assert "Draw three" in page
    assert "1 h 30 min" in page
    assert "Each arrow has its length." in page

"""What somebody of a background finds, and taking what is credited as known."""

from typing import Any

import pytest
from django.test import Client

from tests.factories import (
    make_curriculum,
    make_enrolment,
    make_milestone,
    make_module,
    make_skill,
)
from tests.tracker.progress.pages import press, told, words
from tracker.accounts.models import User
from tracker.curricula.models import Background, Curriculum
from tracker.progress.models import Achievement, AchievementEvent, Enrolment
from tracker.progress.signals import background_credited

CREDIT = "/paths/road/credit/"


@pytest.fixture
def road(db: None, maths: Curriculum) -> Curriculum:
    """A path of ten hours from coder that takes vectors and matrices for known."""
    make_skill("python", area="code")
    background = Background.objects.create(key="coder", title="Coder", assumed={"python": 3})
    path = make_curriculum(
        "road",
        title="The road",
        kind="path",
        background=background,
        credited_keys=["math.vec", "math.mat"],
    )
    make_milestone(make_module(path), "road.one", effort_minutes=600)
    another = make_curriculum("valley", kind="path", title="The valley")
    make_milestone(make_module(another), "math.vec", title="Vectors")
    return path


def states(learner: User) -> dict[str, str]:
    return dict(Achievement.objects.of(learner).values_list("milestone_key", "state"))


def test_it_says_what_is_credited_and_what_remains(client: Client, road: Curriculum) -> None:
    response = client.get("/backgrounds/coder/")

    page = words(response)
    assert "Remains 10 h in 1 milestone" in page
    assert "Takes 2 milestones as known (2 h)" in page
    assert "Maths 2, 2 h Vectors Matrices" in page
    assert "Code python Independent" in page
    assert "Sign up to enrol in The road" in page
    assert "Take 2 milestones as known" not in page


def test_a_background_without_a_path_says_so(client: Client, db: None) -> None:
    Background.objects.create(key="poet", title="Poet")

    assert "No path starts here yet" in words(client.get("/backgrounds/poet/"))


def test_what_remains_is_the_readers_own(ada_browser: Client, ada: User, road: Curriculum) -> None:
    press(ada_browser, "road.one")

    assert "Remains 0 min in 1 milestone" in words(ada_browser.get("/backgrounds/coder/"))


@pytest.mark.parametrize("address", ["/backgrounds/coder/", "/paths/road/"])
def test_a_learner_takes_all_of_it_as_known(
    ada_browser: Client, ada: User, road: Curriculum, address: str
) -> None:
    assert "Take 2 milestones as known" in words(ada_browser.get(address))

    response = ada_browser.post(CREDIT, {"next": address})

    assert response.headers["Location"] == address
    assert told(response) == [
        "2 milestones are known already, as your own claim. Undo any of them on its own page."
    ]
    assert states(ada) == {"math.vec": "credited", "math.mat": "credited"}
    assert "You have said of each whether you know it." in words(ada_browser.get(address))


def test_each_claim_can_be_undone(ada_browser: Client, ada: User, road: Curriculum) -> None:
    ada_browser.post(CREDIT)
    event = AchievementEvent.objects.get(learner=ada, milestone_key="math.vec")

    ada_browser.post(f"/progress/events/{event.pk}/undo/")

    assert states(ada) == {"math.vec": "open", "math.mat": "credited"}


@pytest.mark.parametrize("state", ["done", "skipped", "learning"])
def test_what_the_learner_said_already_stays(
    ada_browser: Client, ada: User, road: Curriculum, state: str
) -> None:
    press(ada_browser, "math.vec", state)

    response = ada_browser.post(CREDIT)

    assert told(response)[-1].startswith("1 milestone is known already")
    assert states(ada) == {"math.vec": state, "math.mat": "credited"}


def test_pressing_twice_claims_once(ada_browser: Client, ada: User, road: Curriculum) -> None:
    ada_browser.post(CREDIT)
    ada_browser.post(CREDIT)

    assert AchievementEvent.objects.of(ada).count() == 2


def test_a_followed_subject_that_it_completes_is_finished(
    ada_browser: Client, ada: User, road: Curriculum, maths: Curriculum
) -> None:
    enrolment = make_enrolment(ada, maths)

    ada_browser.post(CREDIT)

    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.FINISHED


@pytest.mark.django_db(transaction=True)
def test_it_is_announced_once_for_all(ada_browser: Client, ada: User, road: Curriculum) -> None:
    heard: list[Any] = []

    def hear(sender: object, **news: Any) -> None:
        heard.append(news["milestone_keys"])

    background_credited.connect(hear)
    ada_browser.post(CREDIT)
    ada_browser.post(CREDIT)

    assert heard == [("math.vec", "math.mat")]


def test_only_learners_may_and_only_for_themselves(
    ada_browser: Client, cleo_browser: Client, client: Client, ada: User, road: Curriculum
) -> None:
    ada_browser.post(CREDIT)

    response = client.post(CREDIT, {"next": "/backgrounds/coder/"})

    assert response.headers["Location"] == "/accounts/login/?next=/backgrounds/coder/"
    assert "Take 2 milestones as known" in words(cleo_browser.get("/backgrounds/coder/"))
    assert ada_browser.get(CREDIT).status_code == 405


def test_a_retired_path_credits_nothing(ada_browser: Client, ada: User, road: Curriculum) -> None:
    Curriculum.objects.filter(slug="road").update(status="retired")

    assert ada_browser.post(CREDIT).status_code == 404
    assert states(ada) == {}

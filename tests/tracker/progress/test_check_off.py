import pytest
from django.test import Client

from tests.factories import make_curriculum, make_enrolment, make_milestone, make_module
from tests.tracker.progress.pages import press, told, words
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.models import Achievement, AchievementEvent, Enrolment

pytestmark = pytest.mark.usefixtures("maths")


def state_of(learner: User, key: str) -> str:
    return Achievement.objects.get(learner=learner, milestone_key=key).state


def test_one_press_checks_off_and_leads_back(ada_browser: Client, ada: User) -> None:
    response = press(ada_browser, "math.vec", next="/paths/maths/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/paths/maths/"
    assert told(response) == ["“Vectors” is done."]
    assert state_of(ada, "math.vec") == "done"


def test_without_a_page_to_return_to_it_leads_to_the_milestone(ada_browser: Client) -> None:
    assert press(ada_browser, "math.vec").headers["Location"] == "/milestones/math.vec/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_a_page_outside_this_site_is_not_led_to(ada_browser: Client, target: str) -> None:
    assert (
        press(ada_browser, "math.vec", next=target).headers["Location"] == "/milestones/math.vec/"
    )


def test_two_presses_make_one_event(ada_browser: Client) -> None:
    press(ada_browser, "math.vec")
    ada_browser.get("/paths/")  # reads the message of the first
    second = press(ada_browser, "math.vec")

    assert AchievementEvent.objects.count() == 1
    assert told(second) == []


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("learning", "You are learning “Vectors”."),
        ("skipped", "“Vectors” is skipped. It does not count as done."),
        ("credited", "You know “Vectors” already. It counts, as your own claim."),
    ],
)
def test_each_other_state_is_one_press_too(
    ada_browser: Client, ada: User, state: str, said: str
) -> None:
    response = press(ada_browser, "math.vec", state)

    assert told(response) == [said]
    assert state_of(ada, "math.vec") == state


@pytest.mark.parametrize(
    ("state", "percent"), [("done", "50%"), ("credited", "50%"), ("skipped", "0%")]
)
def test_what_counts_moves_the_percentage(
    ada_browser: Client, ada: User, maths: Curriculum, state: str, percent: str
) -> None:
    make_enrolment(ada, maths)

    press(ada_browser, "math.vec", state)

    assert f"Your progress {percent}" in words(ada_browser.get("/paths/maths/"))


def test_checking_off_says_what_it_unlocks(
    ada_browser: Client, ada: User, maths: Curriculum
) -> None:
    make_enrolment(ada, maths)

    response = press(ada_browser, "math.vec")

    assert told(response) == ["“Vectors” is done. Unlocked: “Matrices”."]


def test_of_much_that_it_unlocks_two_are_named(
    ada_browser: Client, ada: User, maths: Curriculum
) -> None:
    make_enrolment(ada, maths)
    vectors = maths.milestones.get(key="math.vec")
    for number in range(3):
        key = f"math.more{number}"
        make_milestone(vectors.module, key, title=f"More {number}", requires=(vectors,))

    response = press(ada_browser, "math.vec")

    assert told(response) == ["“Vectors” is done. Unlocked: “Matrices”, “More 0” and 2 more."]


def test_skipping_unlocks_nothing(ada_browser: Client, ada: User, maths: Curriculum) -> None:
    make_enrolment(ada, maths)

    assert told(press(ada_browser, "math.vec", "skipped")) == [
        "“Vectors” is skipped. It does not count as done."
    ]


def test_an_unlocked_milestone_waits_for_nothing_more(ada_browser: Client) -> None:
    before = words(ada_browser.get("/paths/maths/"))
    press(ada_browser, "math.vec")
    after = words(ada_browser.get("/paths/maths/"))

    assert "Locked. Needs Vectors" in before
    assert "Locked." not in after


@pytest.mark.parametrize("state", ["perfect", "", "OPEN"])
def test_a_state_that_is_none_changes_nothing(ada_browser: Client, state: str) -> None:
    response = press(ada_browser, "math.vec", state)

    assert response.status_code == 302
    assert told(response) == ["That is not something a milestone can be. Nothing has changed."]
    assert not AchievementEvent.objects.exists()


def test_a_visitor_is_led_to_the_log_in_and_back(client: Client) -> None:
    response = press(client, "math.vec", next="/paths/maths/")

    assert response.headers["Location"] == "/accounts/login/?next=/paths/maths/"
    assert not AchievementEvent.objects.exists()


def test_a_visitor_is_not_led_outside_either(client: Client) -> None:
    response = press(client, "math.vec", next="https://evil.example/")

    assert response.headers["Location"] == "/accounts/login/?next=/paths/"


def test_a_link_checks_nothing_off(ada_browser: Client) -> None:
    assert ada_browser.get("/milestones/math.vec/state/?state=done").status_code == 405
    assert ada_browser.get("/milestones/math.vec/record/").status_code == 405
    assert not AchievementEvent.objects.exists()


def test_a_milestone_of_two_curricula_counts_in_both(
    ada_browser: Client, ada: User, maths: Curriculum
) -> None:
    path = make_curriculum("path", title="Path", kind="path")
    make_milestone(make_module(path), "math.vec", title="Vectors")
    make_enrolment(ada, maths)
    make_enrolment(ada, path)

    press(ada_browser, "math.vec")

    assert "Your progress 50%" in words(ada_browser.get("/paths/maths/"))
    assert "Your progress 100%" in words(ada_browser.get("/paths/path/"))


def test_doing_all_that_is_required_finishes_the_enrolment(
    ada_browser: Client, ada: User, maths: Curriculum
) -> None:
    enrolment = make_enrolment(ada, maths)

    press(ada_browser, "math.vec")
    press(ada_browser, "math.mat")

    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.FINISHED


def test_undoing_reopens_a_finished_enrolment(
    ada_browser: Client, ada: User, maths: Curriculum
) -> None:
    enrolment = make_enrolment(ada, maths)
    press(ada_browser, "math.vec")
    press(ada_browser, "math.mat")

    ada_browser.post(f"/progress/events/{AchievementEvent.objects.latest('pk').pk}/undo/")

    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.ACTIVE

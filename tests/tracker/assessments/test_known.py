""" "I know this" for a module: by a claim, by a self-check, with evidence; and doubts."""

import socket

import pytest
from django.test import Client

from common import clock as wall
from tests.factories import make_milestone
from tests.tracker.assessments.desk import answer_all, begin, make_questions, standing
from tests.tracker.progress.pages import press, words
from tracker.accounts.models import User
from tracker.assessments.models import Attempt, Placement
from tracker.curricula.models import Curriculum, Question
from tracker.progress.actions import doubt_claim
from tracker.progress.models import Achievement, AchievementEvent

pytestmark = pytest.mark.usefixtures("maths")

MODULE = "/paths/maths/modules/la/known/"
LINK = "https://example.org/certificate"


def show(browser: Client, url: str = LINK, kind: str = "certificate") -> str:
    sent = {"evidence_kind": kind, "evidence_url": url}
    return words(browser.post(f"{MODULE}show/", sent, follow=True))


def test_the_path_leads_there(ada_browser: Client) -> None:
    assert f'href="{MODULE}"' in ada_browser.get("/paths/maths/").content.decode()


def test_looking_changes_nothing(ada_browser: Client) -> None:
    page = words(ada_browser.get(MODULE))

    assert "4 milestones still to do would count as known already, on your word" in page
    assert "6 questions at most" in page
    assert not AchievementEvent.objects.exists()


def test_a_claim_credits_what_is_still_to_do(ada: User, ada_browser: Client) -> None:
    press(ada_browser, "math.mat", "skipped")

    page = words(ada_browser.post(f"{MODULE}claim/", follow=True))

    assert "3 milestones count as known already, on your word." in page
    assert standing(ada, "math.fit") == ("credited", "claimed")
    assert standing(ada, "math.mat") == ("skipped", None)
    assert "Shown 0 On your word 3 Not finished 1" in page


def test_evidence_shows_what_was_only_claimed(ada: User, ada_browser: Client) -> None:
    ada_browser.post(f"{MODULE}claim/")

    page = show(ada_browser)

    assert standing(ada, "math.vec") == ("credited", "evidenced")
    assert "Shown 4 On your word 0 Not finished 0" in page
    assert f'href="{LINK}"' in ada_browser.get(MODULE).content.decode()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("", "This field is required."),
        ("javascript:alert(1)", "Enter a valid URL."),
        ("ftp://example.org/x", "Use a link that begins with https:// or http://."),
        ("https://example.org@evil.example/", "Leave out the name before the @."),
    ],
)
def test_evidence_that_is_no_link_is_refused(ada_browser: Client, url: str, problem: str) -> None:
    sent = {"evidence_kind": "repository", "evidence_url": url}

    response = ada_browser.post(f"{MODULE}show/", sent)

    assert response.status_code == 422
    assert problem in words(response)
    assert not Placement.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:1/admin", "http://10.0.0.8/", "http://192.168.1.1/x"),
        *("http://169.254.169.254/latest/", "http://[::1]:8000/", "http://[::ffff:10.0.0.8]/"),
        *("http://localhost/", "https://files.localhost./", "http://nas.local/work"),
        *("http://wiki.corp/me", "http://git.internal/ada"),
    ],
)
def test_a_link_that_only_ada_could_open_is_refused_without_a_look(
    ada_browser: Client, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", pytest.fail)
    monkeypatch.setattr(socket, "create_connection", pytest.fail)

    page = show(ada_browser, url)

    assert "Nobody outside your own network can open that. Use a public link;" in page
    assert not Placement.objects.exists()


def test_a_self_check_stops_when_it_is_clear(ada: User, ada_browser: Client) -> None:
    attempt = begin(ada_browser, f"{MODULE}check/")

    page = answer_all(ada_browser, attempt, True, True, True, True)

    assert "<h1>Passed</h1>" in page
    assert "4 of 4 right. That was clear enough" in page
    assert standing(ada, "math.vec") == ("credited", "tested")
    assert standing(ada, "math.mat") == ("credited", "tested")
    assert standing(ada, "math.fit") == ("open", None)
    assert standing(ada, "math.exam") == ("open", None)
    assert Placement.objects.get().way == "check"


def test_a_failed_self_check_changes_nothing_and_is_kept(ada_browser: Client) -> None:
    attempt = begin(ada_browser, f"{MODULE}check/")

    page = answer_all(ada_browser, attempt, False, False)

    assert "Nothing has changed" in page
    assert not Achievement.objects.exists()
    assert Attempt.objects.get().has_passed is False
    assert "0 of 2 right" in words(ada_browser.get(MODULE))


def test_what_has_no_questions_counts_on_ones_word_only(
    ada: User, ada_browser: Client, maths: Curriculum
) -> None:
    make_milestone(maths.modules.get(), "math.mute", kind="read")

    answer_all(ada_browser, begin(ada_browser, f"{MODULE}check/"), *[True] * 4)

    assert standing(ada, "math.mute") == ("credited", "claimed")


def test_it_begins_in_the_middle(ada_browser: Client) -> None:
    make_questions("math.mat", 3, first=4)
    attempt = begin(ada_browser, f"{MODULE}check/")

    page = ada_browser.get(f"/checks/{attempt.pk}/").content.decode()

    assert attempt.question_keys.index(_asked(page)) == len(attempt.question_keys) // 2


def _asked(page: str) -> str:
    return page.split('name="question" value="')[1].split('"')[0]


def test_too_few_questions_offer_no_self_check(ada_browser: Client) -> None:
    Question.objects.exclude(key="math.vec.q1").delete()

    page = words(ada_browser.get(MODULE))

    assert "There are too few questions on this module to be sure." in page


def test_a_placement_can_be_taken_back(ada: User, ada_browser: Client) -> None:
    ada_browser.post(f"{MODULE}claim/")
    press(ada_browser, "math.vec", "learning")
    placement = Placement.objects.get()

    ada_browser.post(f"/placements/{placement.pk}/undo/")
    page = words(ada_browser.post(f"/placements/{placement.pk}/undo/", follow=True))

    assert "Taken back." in page
    assert standing(ada, "math.fit") == ("open", None)
    assert standing(ada, "math.vec") == ("learning", None)


def test_a_double_click_claims_once(ada_browser: Client) -> None:
    ada_browser.post(f"{MODULE}claim/")
    again = words(ada_browser.post(f"{MODULE}claim/", follow=True))

    assert "Nothing in it was left to credit" in again
    assert Placement.objects.count() == 1
    assert AchievementEvent.objects.count() == 4


def test_cleo_can_take_nothing_back(ada_browser: Client, cleo_browser: Client) -> None:
    ada_browser.post(f"{MODULE}claim/")
    placement = Placement.objects.get()

    assert cleo_browser.post(f"/placements/{placement.pk}/undo/").status_code == 404
    assert "Not finished 4" in words(cleo_browser.get(MODULE))


def test_an_unknown_module_is_not_found(ada_browser: Client) -> None:
    assert ada_browser.get("/paths/maths/modules/none/known/").status_code == 404
    assert ada_browser.get("/paths/none/modules/la/known/").status_code == 404


# --- a doubt ----------------------------------------------------------------------------------


def test_a_doubted_claim_is_asked_about_and_kept(ada: User, ada_browser: Client) -> None:
    press(ada_browser, "math.vec", "credited")

    assert doubt_claim(learner=ada, milestone_key="math.vec", at=wall.now())

    assert "Do you still know this?" in words(ada_browser.get("/milestones/math.vec/"))
    assert standing(ada, "math.vec") == ("credited", "claimed")


def test_saying_so_again_settles_it(ada: User, ada_browser: Client) -> None:
    press(ada_browser, "math.vec", "credited")
    doubt_claim(learner=ada, milestone_key="math.vec", at=wall.now())

    page = words(ada_browser.post("/milestones/math.vec/keep/", follow=True))

    assert "stays known already, on your word" in page
    assert "Do you still know this?" not in page


def test_showing_it_settles_it(ada: User, ada_browser: Client) -> None:
    press(ada_browser, "math.vec", "credited")
    doubt_claim(learner=ada, milestone_key="math.vec", at=wall.now())

    answer_all(ada_browser, begin(ada_browser), True, True, True)

    assert Achievement.objects.get().doubted_at is None


def test_practice_that_went_well_settles_it_on_ones_word(ada: User, ada_browser: Client) -> None:
    Question.objects.filter(key="math.vec.q3").delete()
    press(ada_browser, "math.vec", "credited")
    doubt_claim(learner=ada, milestone_key="math.vec", at=wall.now())

    answer_all(ada_browser, begin(ada_browser), True, True)

    assert Achievement.objects.get().doubted_at is None
    assert standing(ada, "math.vec") == ("credited", "claimed")


@pytest.mark.parametrize("state", ["done", "learning", "skipped", "open"])
def test_only_claims_are_doubted(ada: User, ada_browser: Client, state: str) -> None:
    press(ada_browser, "math.vec", state)

    assert not doubt_claim(learner=ada, milestone_key="math.vec", at=wall.now())


def test_what_was_shown_is_not_doubted(ada: User, ada_browser: Client) -> None:
    show(ada_browser)

    assert not doubt_claim(learner=ada, milestone_key="math.vec", at=wall.now())


def test_cleo_keeps_nothing_of_adas(ada: User, ada_browser: Client, cleo_browser: Client) -> None:
    press(ada_browser, "math.vec", "credited")
    doubt_claim(learner=ada, milestone_key="math.vec", at=wall.now())

    cleo_browser.post("/milestones/math.vec/keep/")

    assert Achievement.objects.get(learner=ada).is_in_doubt


def test_an_account_with_placements_can_be_erased(ada: User, ada_browser: Client) -> None:
    ada_browser.post(f"{MODULE}claim/")
    answer_all(ada_browser, begin(ada_browser), True, True, True)

    ada.delete()

    assert not Placement.objects.exists()
    assert not Attempt.objects.exists()

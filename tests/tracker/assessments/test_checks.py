"""Checking oneself on a milestone, from the offer to the result and back."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from common import clock as wall
from tests.factories import make_milestone
from tests.tracker.assessments.desk import answer, answer_all, begin, make_questions, standing
from tests.tracker.progress.pages import words
from tracker.accounts.models import User
from tracker.assessments.models import Attempt
from tracker.assessments.selectors import view_of
from tracker.curricula.models import Choice, Curriculum, Question
from tracker.progress.actions import change_achievement, set_state
from tracker.progress.models import Achievement, AchievementEvent

pytestmark = pytest.mark.usefixtures("maths")


def test_the_milestone_leads_to_its_check(ada_browser: Client) -> None:
    page = ada_browser.get("/milestones/math.vec/").content.decode()

    assert 'href="/milestones/math.vec/check/"' in page
    assert "Check yourself: 3 questions" in page


def test_a_milestone_without_questions_offers_no_check(ada_browser: Client) -> None:
    page = ada_browser.get("/milestones/math.fit/").content.decode()

    assert "Check yourself" not in page


def test_looking_begins_nothing(ada_browser: Client) -> None:
    page = words(ada_browser.get("/milestones/math.vec/check/"))

    assert "3 questions, each with its explanation right after" in page
    assert not Attempt.objects.exists()


def test_an_answer_is_explained_at_once_and_nothing_before_it(ada_browser: Client) -> None:
    attempt = begin(ada_browser)
    before = ada_browser.get(f"/checks/{attempt.pk}/").content.decode()
    first = attempt.question_keys[0]

    after = answer(ada_browser, attempt, rightly=False)

    assert "Why " not in before
    assert "<title>Not this time." in after
    assert f"Why right of {first}." in after
    assert f"Why wrong-1 of {first}." in after


def test_passing_checks_the_milestone_off_as_tested(ada: User, ada_browser: Client) -> None:
    page = answer_all(ada_browser, begin(ada_browser), True, True, True)

    assert "<h1>Passed</h1>" in page
    assert page.count("Why right of") == 3
    assert standing(ada, "math.vec") == ("done", "tested")
    assert "Tested" in ada_browser.get("/milestones/math.vec/").content.decode()


def test_failing_changes_nothing_and_is_kept(ada: User, ada_browser: Client) -> None:
    set_state(learner=ada, milestone_key="math.vec", state="credited", at=wall.now())

    page = answer_all(ada_browser, begin(ada_browser), True, True, False)

    kept = Attempt.objects.get()
    assert "<h1>Not yet</h1>" in page
    assert (kept.right_count, kept.asked_count, kept.has_passed) == (2, 3, False)
    assert standing(ada, "math.vec") == ("credited", "claimed")
    assert "2 of 3 right" in words(ada_browser.get("/milestones/math.vec/check/"))


def test_passing_keeps_what_was_known_already(ada: User, ada_browser: Client) -> None:
    set_state(learner=ada, milestone_key="math.vec", state="credited", at=wall.now())

    answer_all(ada_browser, begin(ada_browser), True, True, True)

    assert standing(ada, "math.vec") == ("credited", "tested")


def test_a_pass_can_be_undone(ada: User, ada_browser: Client) -> None:
    answer_all(ada_browser, begin(ada_browser), True, True, True)

    ada_browser.post(f"/progress/events/{AchievementEvent.objects.get().pk}/undo/")

    assert standing(ada, "math.vec") == ("open", None)
    assert Attempt.objects.get().has_passed


def test_three_of_four_right_pass(ada: User, ada_browser: Client) -> None:
    make_questions("math.vec", 1, first=4)

    answer_all(ada_browser, begin(ada_browser), False, True, True, True)

    assert standing(ada, "math.vec") == ("done", "tested")


def test_an_assessment_also_asks_about_what_it_builds_upon(ada_browser: Client) -> None:
    attempt = begin(ada_browser, "/milestones/math.exam/check/")

    about = [key.rpartition(".")[0] for key in attempt.question_keys]
    assert len(about) == 8
    assert about[:3] == ["math.exam"] * 3
    assert set(about[3:]) == {"math.vec", "math.mat"}


def test_a_retry_asks_other_questions(ada_browser: Client) -> None:
    make_questions("math.vec", 6, first=4)
    first = begin(ada_browser)
    answer_all(ada_browser, first, False, False, False, False, False)

    second = begin(ada_browser)

    assert len(second.question_keys) == 4
    assert not set(second.question_keys) & set(first.question_keys)


def test_where_the_answers_were_just_read_a_retry_waits_a_day(
    ada_browser: Client, clock: time_machine.Traveller
) -> None:
    answer_all(ada_browser, begin(ada_browser), False, False, False)

    page = words(ada_browser.get("/milestones/math.vec/check/"))
    refused = ada_browser.post("/milestones/math.vec/check/", follow=True)
    clock.shift(timedelta(days=1))

    assert "Come back from Tuesday 3 March, 10:00" in page
    assert "You have just seen these questions" in words(refused)
    assert begin(ada_browser).number == 2


def test_few_questions_are_practice_and_prove_nothing(ada: User, ada_browser: Client) -> None:
    Question.objects.filter(key="math.vec.q3").delete()

    page = answer_all(ada_browser, begin(ada_browser), True, True)

    assert "This was practice" in page
    assert standing(ada, "math.vec") == ("open", None)


def test_questions_do_not_replace_a_project(ada: User, ada_browser: Client) -> None:
    make_questions("math.fit", 3)

    page = answer_all(ada_browser, begin(ada_browser, "/milestones/math.fit/check/"), *[True] * 3)

    assert "This was practice" in page
    assert standing(ada, "math.fit") == ("open", None)


def test_a_double_click_begins_once(ada_browser: Client) -> None:
    assert begin(ada_browser) == begin(ada_browser)


def test_an_answer_sent_twice_counts_once(ada_browser: Client) -> None:
    attempt = begin(ada_browser)
    asked = view_of(attempt).question
    assert asked is not None
    for choice in asked.choices[:2]:
        sent = {"choice": choice.pk}
        ada_browser.post(f"/checks/{attempt.pk}/answer/", sent)

    attempt.refresh_from_db()
    assert (attempt.asked_count, attempt.answers[0]["choice"]) == (1, asked.choices[0].text)


@pytest.mark.parametrize("sent", [{}, {"choice": "x"}, {"choice": "999999"}])
def test_what_is_no_answer_is_no_mistake(ada_browser: Client, sent: dict[str, str]) -> None:
    attempt = begin(ada_browser)

    response = ada_browser.post(f"/checks/{attempt.pk}/answer/", sent, follow=True)

    attempt.refresh_from_db()
    assert response.status_code == 200
    assert attempt.asked_count == 0


def test_one_may_stop_and_nothing_changes(ada: User, ada_browser: Client) -> None:
    attempt = begin(ada_browser)
    answer(ada_browser, attempt)

    page = ada_browser.post(f"/checks/{attempt.pk}/stop/", follow=True).content.decode()

    assert "<h1>Not yet</h1>" in page
    assert standing(ada, "math.vec") == ("open", None)


def test_questions_taken_away_in_the_middle_lock_nothing(ada_browser: Client) -> None:
    attempt = begin(ada_browser)
    answer(ada_browser, attempt)
    Question.objects.all().delete()

    page = ada_browser.get(f"/checks/{attempt.pk}/").content.decode()
    ended = ada_browser.post(f"/checks/{attempt.pk}/stop/", follow=True)

    assert "The rest was taken away" in page
    assert ended.status_code == 200


def test_a_reworded_choice_leaves_the_mark_that_was_given(ada_browser: Client) -> None:
    attempt = begin(ada_browser)
    answer_all(ada_browser, attempt, True, True, True)
    Choice.objects.filter(is_right=True).update(text="righter")

    page = ada_browser.get(f"/checks/{attempt.pk}/").content.decode()

    assert "3 of 3 right" in page
    assert "righter" in page


@pytest.mark.parametrize("address", ["", "answer/", "stop/"])
def test_cleo_sees_and_changes_nothing_of_it(
    ada_browser: Client, cleo_browser: Client, address: str
) -> None:
    attempt = begin(ada_browser)
    ask = cleo_browser.post if address else cleo_browser.get

    assert ask(f"/checks/{attempt.pk}/{address}").status_code == 404


def test_a_visitor_is_led_to_the_log_in(client: Client) -> None:
    response = client.get("/milestones/math.vec/check/")

    assert response.headers["Location"].startswith("/accounts/login/")


def test_links_begin_answer_and_stop_nothing(ada_browser: Client) -> None:
    attempt = begin(ada_browser)

    assert ada_browser.get(f"/checks/{attempt.pk}/answer/").status_code == 405
    assert ada_browser.get(f"/checks/{attempt.pk}/stop/").status_code == 405


def test_evidence_is_told_from_a_claim_and_from_a_test(
    ada: User, ada_browser: Client, maths: Curriculum
) -> None:
    make_milestone(maths.modules.get(), "math.said", title="Said")
    for key in ("math.vec", "math.said"):
        set_state(learner=ada, milestone_key=key, state="credited", at=wall.now())
    change_achievement(
        learner=ada, milestone_key="math.vec", evidence_url="https://example.org", at=wall.now()
    )
    answer_all(ada_browser, begin(ada_browser, "/milestones/math.mat/check/"), *[True] * 3)

    page = words(ada_browser.get("/paths/maths/"))

    assert page.count("Known already With evidence") == 1
    assert page.count("Known already On your word") == 1
    assert page.count("Tested") == 1
    assert Achievement.objects.get(milestone_key="math.mat").basis == "tested"

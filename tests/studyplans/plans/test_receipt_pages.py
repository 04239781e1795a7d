"""The page of changes, its sentences, and undoing from there."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.test import Client

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import Receipt, StudyPlan, StudySession
from studyplans.plans.receipts_text import sentence_of, told
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths, planned
from tests.studyplans.plans.test_sessions import said
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    enrol(ada, maths, at=wall.now())
    clock.shift(60)
    return ada


def change_week(learner: User, *weekdays: int, hour: int = 7) -> Receipt:
    windows = evenings(*weekdays, starts_at=time(hour), ends_at=time(hour + 1))
    actions.change_windows(learner=learner, windows=windows, at=wall.now())
    return newest(learner)


def newest(learner: User) -> Receipt:
    return Receipt.objects.of(learner).undoable()[0]


def test_a_sentence_says_what_moved_and_what_became_of_the_finish(enrolled: User) -> None:
    assert sentence_of(change_week(enrolled, 0, 2, 4)) == (
        "4 sessions moved; finish moves from 9 March to 11 March (2 days later)."
    )
    assert sentence_of(change_week(enrolled, 1, 2, 3, 4)) == (
        "4 sessions moved; finish moves from 11 March to 6 March (5 days earlier)."
    )
    assert sentence_of(change_week(enrolled, 1, 2, 3, 4, hour=8)) == (
        "4 sessions moved; finish stays 6 March."
    )


def test_a_sentence_names_the_paths_where_there_are_several(enrolled: User) -> None:
    enrol(enrolled, make_maths(1, slug="code"), at=wall.now())

    said_of_week = sentence_of(change_week(enrolled, 5))

    assert "Maths: finish moves from" in said_of_week
    assert "Code: finish moves from" in said_of_week


def test_a_sentence_counts_what_is_new_and_what_is_gone(enrolled: User) -> None:
    assert sentence_of(Receipt.objects.of(enrolled).earliest("made_at")) == (
        "4 sessions added; finish on 9 March."
    )

    actions.pause_plan(learner=enrolled, cause="learner", at=wall.now())

    assert sentence_of(newest(enrolled)) == ("4 sessions taken out; no finish date for now.")


def test_another_year_is_named(enrolled: User) -> None:
    receipt = Receipt(
        made_at=wall.now(), finishes=[[1, "2026-12-30", "2027-01-02"]], plan=StudyPlan()
    )

    assert sentence_of(receipt) == (
        "Nothing else moved; finish moves from 30 December to 2 January 2027 (3 days later)."
    )


def test_nothing_to_tell_is_said_too() -> None:
    assert sentence_of(None) == "Nothing else moved."


def test_the_page_lists_changes_with_what_moved(enrolled: User, ada_client: Client) -> None:
    change_week(enrolled, 1, 3)

    page = ada_client.get("/plan/changes/").content.decode()

    assert "Change of your week" in page
    assert "Mon 2 Mar, 19:00–20:00" in page
    assert "Tue 3 Mar, 07:00–08:00" in page
    assert "Learn maths.m1" in page
    assert "Undo, with 1 later change" in page  # the enrolment before it


@pytest.fixture
def far(clock: time_machine.Traveller, ada: User) -> Receipt:
    """Ada's thirty hours, an hour on three evenings a week, move to the mornings."""
    enrol(ada, make_maths(30), at=wall.now())
    clock.shift(60)
    return change_week(ada, 0, 2, 4)


def test_sessions_near_are_listed_and_those_far_are_folded(
    far: Receipt, ada: User, ada_client: Client
) -> None:
    [told_one, _] = told(Receipt.objects.of(ada), zone=ada.zone)

    days = {line.after[0].date() for line in told_one.lines if line.after}
    assert max(days) == date(2026, 3, 16)
    assert [fold.title for fold in told_one.folds][:2] == ["Learn maths.m7", "Learn maths.m8"]
    assert told_one.folds[0].text == "1 session moved, now 18 March"
    assert (told_one.folds[-1].title, len(told_one.folds)) == ("16 more milestones", 9)
    assert told_one.folds[-1].text == "16 sessions moved, now 6 April to 11 May"
    page = ada_client.get("/plan/changes/").content.decode()
    assert "16 more milestones: 16 sessions moved, now 6 April to 11 May" in page
    assert "Learn maths.m30" not in page


def test_a_sentence_does_not_count_what_became_of_very_many(far: Receipt) -> None:
    assert sentence_of(far).startswith("30 sessions changed; finish moves from ")


def test_a_milestone_of_many_sessions_is_one_sentence(
    clock: time_machine.Traveller, ada: User
) -> None:
    enrol(ada, make_maths(1, minutes=1800), at=wall.now())
    clock.shift(60)
    change_week(ada, 0, 2, 4)

    [told_one, _] = told(Receipt.objects.of(ada), zone=ada.zone)

    [fold] = told_one.folds
    assert fold.title == "Learn maths.m1"
    assert fold.text.startswith("24 sessions moved, now ")


def test_every_session_of_a_change_has_its_line(far: Receipt, ada_client: Client) -> None:
    assert f'href="/plan/changes/{far.pk}/"' in ada_client.get("/plan/changes/").content.decode()

    page = ada_client.get(f"/plan/changes/{far.pk}/").content.decode()

    page = page[: page.index("</main>")]
    assert page.count('<th scope="row">') == 30
    assert "Learn maths.m30" in page


def test_cleo_reads_no_change_of_adas(far: Receipt, cleo: User, client: Client) -> None:
    assert logged_in(cleo).get(f"/plan/changes/{far.pk}/").status_code == 404
    assert client.get(f"/plan/changes/{far.pk}/")["Location"].startswith("/accounts/login/")


def test_the_newest_change_is_undone_at_once(enrolled: User, ada_client: Client) -> None:
    before = planned(enrolled)
    receipt = change_week(enrolled, 1, 3)

    answer = ada_client.post(f"/plan/changes/{receipt.pk}/undo/")

    assert answer["Location"] == "/plan/changes/"
    assert planned(enrolled) == before
    assert "undone" in ada_client.get("/plan/changes/").content.decode()


def test_an_older_change_is_undone_only_after_saying_what_goes_with_it(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    before = planned(enrolled)
    older = change_week(enrolled, 1, 3)
    clock.shift(timedelta(minutes=1))
    change_week(enrolled, 5)
    changed = planned(enrolled)

    question = ada_client.post(f"/plan/changes/{older.pk}/undo/")
    assert "Undo 2 changes?" in question.content.decode()
    assert ada_client.get(f"/plan/changes/{older.pk}/undo/").status_code == 200
    assert planned(enrolled) == changed

    answer = ada_client.post(f"/plan/changes/{older.pk}/undo/", {"all": "1", "next": "/plan/"})
    assert answer["Location"] == "/plan/"
    assert "2 changes undone" in said(answer)
    assert planned(enrolled) == before


def test_undoing_twice_undoes_nothing_more(enrolled: User, ada_client: Client) -> None:
    receipt = change_week(enrolled, 1, 3)
    ada_client.post(f"/plan/changes/{receipt.pk}/undo/")
    after = planned(enrolled)

    answer = ada_client.post(f"/plan/changes/{receipt.pk}/undo/", {"all": "1"})

    assert (
        said(answer)
        == "Undone. Your plan is back to what it was before. That change is undone already."
    )
    assert planned(enrolled) == after


def test_cleo_undoes_nothing_of_adas(enrolled: User, cleo: User, client: Client) -> None:
    receipt = change_week(enrolled, 1, 3)
    url = f"/plan/changes/{receipt.pk}/undo/"

    assert logged_in(cleo).post(url).status_code == 404
    assert client.post(url)["Location"].startswith("/accounts/login/")
    assert newest(enrolled) == receipt


def test_a_plan_without_changes_says_so(ada_client: Client) -> None:
    assert "No changes yet" in ada_client.get("/plan/changes/").content.decode()


def test_a_finish_tells_the_day_a_session_was_dragged_from(
    enrolled: User, ada_client: Client
) -> None:
    last = StudySession.objects.of(enrolled).latest("starts_at")

    ada_client.post(f"/plan/sessions/{last.pk}/move/", {"to": "2026-03-20", "next": "/plan/"})

    assert newest(enrolled).finishes == [
        [last.enrolment_id, str(date(2026, 3, 9)), str(date(2026, 3, 20))]
    ]

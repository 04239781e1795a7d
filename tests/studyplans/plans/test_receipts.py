"""Every change leaves a receipt, and each of the last twenty can be taken back exactly."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import (
    Baseline,
    CancelledSession,
    PauseCause,
    PlannedFinish,
    Receipt,
    StudyPlan,
    StudySession,
    Window,
)
from studyplans.plans.selectors import time_of
from studyplans.plans.undoing import undo_receipt
from studyplans.reviews.models import ReviewPreference
from tests.factories import make_milestone
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths, planned
from tracker.accounts.models import User
from tracker.curricula import actions as authors
from tracker.curricula.models import Curriculum
from tracker.progress.models import Achievement, AchievementEvent, Enrolment
from tracker.progress.selectors import states_of


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> User:
    ReviewPreference.objects.create(learner=ada, is_on=False)
    enrol(ada, maths, at=wall.now())
    clock.shift(60)
    return ada


def everything(learner: User) -> tuple[Any, ...]:
    """All that undoing has to bring back; sequences count on, as calendars need."""
    sessions = StudySession.objects.of(learner)
    columns = ("uid", "milestone_key", "starts_at", "ends_at", "state", "is_pinned")
    study_plan = StudyPlan.objects.get(learner=learner)
    availability = time_of(learner)
    return (
        list(sessions.values_list(*columns)),
        [str(window) for window in availability.windows],
        [str(taken) for taken in availability.breaks],
        study_plan.style,
        study_plan.pause_cause,
        {key: state for key, state in states_of(learner).items() if state != "open"},
        list(Enrolment.objects.of(learner).values_list("state", "target_date", "curriculum")),
    )


def newest(learner: User) -> Receipt:
    return Receipt.objects.of(learner).undoable()[0]


def check_off(client: Client, key: str) -> None:
    client.post(f"/milestones/{key}/state/", {"state": "done"})


def new_week(learner: User) -> None:
    windows = evenings(1, 3, starts_at=time(7), ends_at=time(8))
    actions.change_windows(learner=learner, windows=windows, at=wall.now())


def pause(learner: User) -> None:
    actions.pause_plan(learner=learner, cause=PauseCause.LEARNER, at=wall.now())


def halve(learner: User) -> None:
    actions.halve_week(learner=learner, at=wall.now())


def check_off_ahead(learner: User) -> None:
    check_off(logged_in(learner), "maths.m2")


def enrol_elsewhere(learner: User) -> None:
    enrol(learner, make_maths(3, slug="stats"), at=wall.now())


def leave(learner: User) -> None:
    logged_in(learner).post("/paths/maths/leave/")


def give_up(learner: User) -> None:
    actions.give_up_missed(learner=learner, ended_by=wall.now(), at=wall.now())


CHANGES = [new_week, pause, halve, check_off_ahead, enrol_elsewhere, leave]


@pytest.mark.parametrize("change", CHANGES)
def test_undoing_goes_back_to_exactly_what_was(
    enrolled: User, change: Callable[[User], None], clock: time_machine.Traveller
) -> None:
    before = everything(enrolled)
    change(enrolled)
    if change is enrol_elsewhere:
        assert everything(enrolled) != before
    clock.shift(60)

    undo_receipt(receipt=newest(enrolled), at=wall.now())

    if change is enrol_elsewhere:  # the enrolment stays on record as left
        assert everything(enrolled)[:5] == before[:5]
    else:
        assert everything(enrolled) == before


def test_undoing_an_older_change_undoes_the_later_ones_too(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    before = everything(enrolled)
    new_week(enrolled)
    oldest = newest(enrolled)
    for change in (halve, pause):
        clock.shift(60)
        change(enrolled)

    assert undo_receipt(receipt=oldest, at=wall.now()) == 3

    assert everything(enrolled) == before


def test_a_receipt_is_undone_once(enrolled: User, clock: time_machine.Traveller) -> None:
    new_week(enrolled)
    receipt = newest(enrolled)
    undo_receipt(receipt=receipt, at=wall.now())
    pause(enrolled)

    assert undo_receipt(receipt=receipt, at=wall.now()) == 0

    assert StudyPlan.objects.get(learner=enrolled).is_paused


def test_what_was_learnt_since_stays_learnt(enrolled: User, clock: time_machine.Traveller) -> None:
    before = planned(enrolled)
    new_week(enrolled)
    receipt = newest(enrolled)
    clock.shift(60)
    check_off_ahead(enrolled)
    clock.shift(60)

    undo_receipt(receipt=receipt, at=wall.now())

    assert states_of(enrolled)["maths.m2"] == "done"
    assert [when for _, when in planned(enrolled)] == [when for _, when in before[:3]]
    assert "maths.m2" not in dict(planned(enrolled))


def test_undoing_missed_sessions_brings_them_back(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-03T06:00Z")
    before = everything(enrolled)
    give_up(enrolled)
    assert everything(enrolled) != before

    undo_receipt(receipt=newest(enrolled), at=wall.now())

    assert everything(enrolled) == before


def test_undoing_the_check_off_itself_takes_the_plan_back_with_it(
    enrolled: User, ada_client: Client
) -> None:
    before = everything(enrolled)
    check_off(ada_client, "maths.m2")
    receipt = newest(enrolled)
    assert (receipt.cause, receipt.subject) == ("check_off", "Learn maths.m2")

    event = AchievementEvent.objects.of(enrolled).latest("pk")
    ada_client.post(f"/progress/events/{event.pk}/undo/")

    assert states_of(enrolled)["maths.m2"] == "open"
    assert planned(enrolled)[1][0] == "maths.m2"
    assert everything(enrolled) == before


def test_what_happened_since_is_not_undone(
    enrolled: User, clock: time_machine.Traveller, ada_client: Client
) -> None:
    new_week(enrolled)
    receipt = newest(enrolled)
    clock.move_to("2026-03-03T07:30Z")  # Tuesday 08:30 in Berlin: the session is over
    session = StudySession.objects.of(enrolled).earliest("starts_at")
    ada_client.post(f"/plan/sessions/{session.pk}/studied/")

    undo_receipt(receipt=receipt, at=wall.now())

    session.refresh_from_db()
    assert session.state == "studied"
    assert Achievement.objects.of(enrolled).get(milestone_key="maths.m1").minutes_spent == 60


def test_a_check_off_on_plan_leaves_the_rest_and_no_receipt(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-02T18:30Z")
    count = Receipt.objects.of(enrolled).count()
    before = planned(enrolled)

    check_off(ada_client, "maths.m1")

    assert planned(enrolled) == before[1:]
    assert Receipt.objects.of(enrolled).count() == count


def test_only_the_last_twenty_are_kept(enrolled: User, clock: time_machine.Traveller) -> None:
    for number in range(22):
        windows = evenings(1, starts_at=time(7), ends_at=time(8, number + 10))
        actions.change_windows(learner=enrolled, windows=windows, at=wall.now())
        clock.shift(60)

    assert Receipt.objects.of(enrolled).count() == 20


def test_a_session_that_moves_keeps_its_identity(enrolled: User) -> None:
    uids = list(StudySession.objects.of(enrolled).values_list("uid", flat=True))

    new_week(enrolled)

    moved = StudySession.objects.of(enrolled)
    assert set(moved.values_list("uid", flat=True)) == set(uids)
    assert set(moved.values_list("sequence", flat=True)) == {1}


def test_what_is_gone_is_remembered_as_cancelled(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    uids = set(StudySession.objects.of(enrolled).values_list("uid", flat=True))

    pause(enrolled)
    assert set(CancelledSession.objects.values_list("uid", flat=True)) == uids
    undo_receipt(receipt=newest(enrolled), at=wall.now())
    assert not CancelledSession.objects.exists()

    pause(enrolled)
    clock.shift(timedelta(days=40))
    actions.resume_plan(learner=enrolled, at=wall.now())
    pause(enrolled)
    assert not uids & set(CancelledSession.objects.values_list("uid", flat=True))


def test_the_first_promise_stays_and_each_week_keeps_its_own(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    baseline = Baseline.objects.get()
    assert str(baseline.finish_on) == "2026-03-09"
    assert baseline.weeks == [["2026-03-02", 180], ["2026-03-09", 60]]

    clock.shift(timedelta(days=7))
    give_up(enrolled)

    baseline.refresh_from_db()
    assert str(baseline.finish_on) == "2026-03-09"
    finishes = list(PlannedFinish.objects.values_list("week_of", "finish_on"))
    assert [(str(week), str(day)) for week, day in finishes] == [
        ("2026-03-09", "2026-03-16"),
        ("2026-03-02", "2026-03-09"),
    ]


def test_a_paused_plan_holds_only_what_is_pinned(enrolled: User) -> None:
    pinned = StudySession.objects.of(enrolled).earliest("starts_at")
    StudySession.objects.filter(pk=pinned.pk).update(is_pinned=True)

    pause(enrolled)

    assert list(StudySession.objects.of(enrolled)) == [pinned]


def test_a_pause_with_an_end_plans_from_there(enrolled: User) -> None:
    until = wall.today_for(enrolled) + timedelta(days=9)

    actions.pause_plan(learner=enrolled, cause=PauseCause.LEARNER, resumes_on=until, at=wall.now())

    assert planned(enrolled)[0] == ("maths.m1", "Wed 11 Mar 19:00")


def test_coming_back_with_half_a_week(enrolled: User, clock: time_machine.Traveller) -> None:
    pause(enrolled)
    clock.shift(timedelta(days=21))

    actions.resume_plan(learner=enrolled, half_a_week=True, at=wall.now())

    assert planned(enrolled)[:4] == [
        ("maths.m1", "Mon 23 Mar 19:00"),
        ("maths.m1", "Wed 25 Mar 19:00"),
        ("maths.m2", "Fri 27 Mar 19:00"),
        ("maths.m2", "Mon 30 Mar 19:00"),
    ]


def test_pinned_sessions_stay_where_they_are_put(enrolled: User) -> None:
    session = StudySession.objects.of(enrolled).get(milestone_key="maths.m3")
    session.starts_at += timedelta(days=1)
    session.ends_at += timedelta(days=1)
    session.is_pinned = True
    session.save()
    where = session.starts_at

    new_week(enrolled)
    actions.replan(learner=enrolled, at=wall.now())

    session.refresh_from_db()
    assert session.starts_at == where
    assert StudySession.objects.of(enrolled).filter(milestone_key="maths.m3").count() == 1


def test_busy_times_are_planned_around(enrolled: User) -> None:
    evening = StudySession.objects.of(enrolled).earliest("starts_at")

    actions.set_busy(
        learner=enrolled,
        source="1",
        intervals=[(evening.starts_at, evening.ends_at)],
        at=wall.now(),
    )
    assert planned(enrolled)[0] == ("maths.m1", "Wed 04 Mar 19:00")

    actions.set_busy(learner=enrolled, source="1", intervals=[], at=wall.now())
    assert planned(enrolled)[0] == ("maths.m1", "Mon 02 Mar 19:00")


def test_windows_that_were_there_are_put_back_whole(enrolled: User) -> None:
    before = [str(window) for window in Window.objects.all()]

    new_week(enrolled)
    undo_receipt(receipt=newest(enrolled), at=wall.now())

    assert [str(window) for window in Window.objects.all()] == before


def test_undoing_a_new_edition_goes_back_to_the_old_one(
    clock: time_machine.Traveller, ada: User, ada_client: Client
) -> None:
    ReviewPreference.objects.create(learner=ada, is_on=False)
    first = make_maths()
    Curriculum.objects.filter(pk=first.pk).update(status="draft")
    first.refresh_from_db()
    authors.publish_curriculum(curriculum=first, at=wall.now())
    enrol(ada, first, at=wall.now())
    clock.shift(60)
    draft = authors.draft_next_edition(curriculum=first)
    make_milestone(draft.modules.get(), "maths.m5")
    authors.publish_curriculum(curriculum=draft, at=wall.now())
    before = everything(ada)

    ada_client.post("/paths/maths/edition/accept/")
    assert everything(ada) != before
    clock.shift(60)
    undo_receipt(receipt=newest(ada), at=wall.now())

    assert everything(ada) == before


def test_undoing_does_not_replan_behind_the_learners_back(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    enrol_elsewhere(enrolled)
    clock.shift(60)
    undo_receipt(receipt=newest(enrolled), at=wall.now())

    assert Receipt.objects.of(enrolled).undoable()[0].subject == "Maths"


def test_a_check_off_says_what_it_did_to_the_plan(enrolled: User, ada_client: Client) -> None:
    answer = ada_client.post("/milestones/maths.m2/state/", {"state": "done"}, follow=True)

    assert "Plan: 2 sessions moved, 1 taken out; finish moves from 9 March to 6 March" in (
        answer.content.decode()
    )


def test_a_check_off_on_plan_has_nothing_to_say_of_it(
    enrolled: User, ada_client: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-03-02T18:30Z")

    answer = ada_client.post("/milestones/maths.m1/state/", {"state": "done"}, follow=True)

    assert "Plan:" not in answer.content.decode()

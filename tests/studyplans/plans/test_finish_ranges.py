"""The finish as a range: from the learner's own weeks, and honest where there are none."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from common import clock as wall
from studyplans.forecasting import BUILT_IN, MINIMUM_FINISHERS, Calibration, StudiedWeek
from studyplans.plans import actions, calibrating, tasks
from studyplans.plans.finish_ranges import (
    current_calibration,
    finish_ranges,
    minutes_ahead,
    studied_weeks,
)
from studyplans.plans.models import Break, ForecastCalibration, PauseCause, StudySession
from studyplans.plans.selectors import plan_of, time_of
from studyplans.reviews.models import ReviewPreference
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths
from tracker.accounts.models import User
from tracker.progress.actions import set_state
from tracker.progress.models import Achievement, Enrolment


@pytest.fixture
def enrolled(clock: time_machine.Traveller, ada: User) -> User:
    """Ada has 20 hours to learn, three a week, from Monday 2 March, and wants no reviews."""
    ReviewPreference.objects.create(learner=ada, is_on=False)
    enrol(ada, make_maths(20), at=wall.now())
    return ada


def live_through(learner: User, clock: time_machine.Traveller, *, weeks: int, done: int) -> None:
    """Let weeks go by, so many milestones checked off in each."""
    for _ in range(weeks):
        monday = wall.now()
        ahead = StudySession.objects.of(learner).planned().order_by("starts_at")
        for session in ahead[:done]:
            clock.move_to(session.ends_at)
            set_state(
                learner=learner,
                milestone_key=session.milestone_key,
                state=Achievement.State.DONE,
                at=wall.now(),
            )
        clock.move_to(monday + timedelta(days=7))
        actions.give_up_missed(learner=learner, ended_by=wall.now(), at=wall.now())


def the_range(learner: User) -> Any:
    study_plan = plan_of(learner)
    assert study_plan
    [found] = finish_ranges(study_plan, at=wall.now()).values()
    return found


def test_on_day_one_the_range_is_wide_and_says_why(enrolled: User) -> None:
    found = the_range(enrolled)

    assert found.early_on < found.likely_on < found.late_on
    assert "learners in general" in found.rests_on
    assert found.percent_by_target is None


def test_weeks_are_counted_as_planned_and_done(
    enrolled: User, clock: time_machine.Traveller
) -> None:
    live_through(enrolled, clock, weeks=1, done=3)
    live_through(enrolled, clock, weeks=1, done=1)

    assert studied_weeks(enrolled, at=wall.now()) == [
        StudiedWeek(planned_minutes=180, finished_minutes=180),
        StudiedWeek(planned_minutes=180, finished_minutes=60),
    ]


def test_what_is_under_way_counts_as_begun(enrolled: User, clock: time_machine.Traveller) -> None:
    session = StudySession.objects.of(enrolled).earliest("starts_at")
    clock.move_to(session.ends_at)
    logged_in(enrolled).post(f"/plan/sessions/{session.pk}/studied/")
    clock.move_to("2026-03-09T09:00Z")

    [week] = studied_weeks(enrolled, at=wall.now())

    assert (week.finished_minutes, week.begun_minutes) == (0, 60)


def test_a_slow_learner_finishes_later_than_a_steady_one(
    enrolled: User, cleo: User, clock: time_machine.Traveller
) -> None:
    enrol(cleo, make_maths(20, slug="stats"), at=wall.now())
    begin = wall.now()
    live_through(enrolled, clock, weeks=4, done=3)
    clock.move_to(begin)
    live_through(cleo, clock, weeks=4, done=1)

    assert the_range(cleo).likely_on > the_range(enrolled).likely_on
    assert the_range(enrolled).rests_on.endswith("based on 4 weeks.")


def test_a_target_has_a_probability(clock: time_machine.Traveller, ada: User) -> None:
    enrol(ada, make_maths(20), at=wall.now(), target_date=date(2026, 12, 1))
    safe = the_range(ada).percent_by_target
    enrol(ada, Enrolment.objects.get().curriculum, at=wall.now(), target_date=date(2026, 3, 30))
    hopeless = the_range(ada).percent_by_target

    assert safe > 80 > 20 > hopeless


def test_breaks_ahead_move_the_range(enrolled: User) -> None:
    before = the_range(enrolled)
    long_break = Break(starts_on=date(2026, 3, 9), ends_on=date(2026, 4, 5))
    availability = time_of(enrolled)

    actions.change_availability(
        learner=enrolled, availability=replace(availability, breaks=(long_break,)), at=wall.now()
    )

    assert minutes_ahead(enrolled, time_of(enrolled), at=wall.now())[1:5] == [0, 0, 0, 0]
    assert the_range(enrolled).likely_on - before.likely_on == timedelta(days=28)


def test_a_paused_plan_has_no_range(enrolled: User) -> None:
    actions.pause_plan(learner=enrolled, cause=PauseCause.LEARNER, at=wall.now())

    assert finish_ranges(enrolled.study_plan, at=wall.now()) == {}


def test_queries_do_not_grow(
    enrolled: User, django_assert_num_queries: Any, clock: time_machine.Traveller
) -> None:
    live_through(enrolled, clock, weeks=3, done=3)

    study_plan = plan_of(enrolled)
    assert study_plan
    with django_assert_num_queries(12):
        finish_ranges(study_plan, at=wall.now())


def test_the_built_in_calibration_stays_until_enough_have_finished(enrolled: User) -> None:
    tasks.refit_forecast()

    assert not ForecastCalibration.objects.exists()
    assert current_calibration() == BUILT_IN


def test_enough_finishers_refit_it_and_are_held_against_the_old_one(
    db: None, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    steady = [StudiedWeek(planned_minutes=180, finished_minutes=150)] * 12
    histories = [steady[: 6 + number % 7] for number in range(MINIMUM_FINISHERS)]
    monkeypatch.setattr(calibrating, "finished_histories", lambda: iter(histories))

    tasks.refit_forecast()

    stored = ForecastCalibration.objects.get()
    assert stored.learners == MINIMUM_FINISHERS
    assert 0 <= (stored.coverage_percent or 0) <= 100
    assert current_calibration() == Calibration.from_json(stored.values) != BUILT_IN


def test_a_finisher_is_a_history(clock: time_machine.Traveller, ada: User) -> None:
    ReviewPreference.objects.create(learner=ada, is_on=False)
    enrol(ada, make_maths(4), at=wall.now(), windows=evenings(0, 2))
    live_through(ada, clock, weeks=2, done=2)
    assert Enrolment.objects.get().state == Enrolment.State.FINISHED

    [history] = calibrating.finished_histories()

    assert [week.finished_minutes for week in history] == [120, 120]

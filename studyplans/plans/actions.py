"""Everything that changes plans."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from common import clock
from studyplans.plans.availability import (
    Availability,
    availability_of,
    half_of_week,
    remembered,
    store_availability,
)
from studyplans.plans.memory import Changes, note_states
from studyplans.plans.models import BusyTime, Receipt, StudyPlan, StudySession, Window
from studyplans.plans.planning import News, existing_plan, locked_plan, plan_again
from studyplans.plans.selectors import time_of
from studyplans.plans.signals import plan_paused
from studyplans.plans.undoing import dates_of
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.actions import Change, add_minutes, enrol_learner, set_state, take_minutes
from tracker.progress.models import Achievement, AchievementEvent, Enrolment
from tracker.progress.percent import COUNTED_STATES
from tracker.progress.selectors import enrolment_in, states_of, titles_by_key

PLANNED, DONE = StudySession.State.PLANNED, StudySession.State.DONE


@transaction.atomic
def start_plan(
    *,
    learner: User,
    curriculum: Curriculum,
    windows: Sequence[Window],
    started_on: date,
    target_date: date | None,
    at: datetime,
) -> Enrolment:
    """Enrol a learner with the week they have, and plan it."""
    study_plan = locked_plan(learner)
    origin = _origin(study_plan)
    standing = enrolment_in(curriculum, learner=learner)
    before = dates_of(standing) if standing else None
    availability = dataclasses.replace(availability_of(study_plan), windows=tuple(windows))
    store_availability(study_plan, availability)
    enrolment = enrol_learner(
        learner=learner,
        curriculum=curriculum,
        started_on=started_on,
        target_date=target_date,
        at=at,
    )
    news = News(
        cause=Receipt.Cause.ENROLMENT,
        subject=curriculum.title,
        origin={**origin, "enrolment": enrolment.pk, "before": before},
    )
    _plan_again(study_plan, news, at=at)
    return enrolment


@transaction.atomic
def change_availability(*, learner: User, availability: Availability, at: datetime) -> None:
    """Replace all a learner says about their time, but the calendars, and plan again."""
    study_plan = locked_plan(learner)
    origin = _origin(study_plan)
    store_availability(study_plan, availability)
    _plan_again(study_plan, News(cause=Receipt.Cause.AVAILABILITY, origin=origin), at=at)


@transaction.atomic
def change_windows(*, learner: User, windows: Sequence[Window], at: datetime) -> None:
    """Replace the learner's week and plan again."""
    availability = dataclasses.replace(time_of(learner), windows=tuple(windows))
    change_availability(learner=learner, availability=availability, at=at)


@transaction.atomic
def halve_week(*, learner: User, at: datetime) -> None:
    """Give the next seven days, today included, half their minutes."""
    halved = half_of_week(time_of(learner), clock.date_of(at, learner))
    change_availability(learner=learner, availability=halved, at=at)


def _origin(study_plan: StudyPlan) -> dict[str, Any]:
    return {"availability": remembered(availability_of(study_plan), study_plan)}


@transaction.atomic
def set_busy(
    *, learner: User, source: str, intervals: Iterable[tuple[datetime, datetime]], at: datetime
) -> None:
    """Replace the times a calendar says are taken, and plan around them.

    The same times again change nothing.
    """
    study_plan = locked_plan(learner)
    stored = study_plan.busy_times.filter(source=source)
    asked = sorted(set(intervals))
    if list(stored.values_list("starts_at", "ends_at")) == asked:
        return
    stored.delete()
    BusyTime.objects.bulk_create(
        [
            BusyTime(plan=study_plan, source=source, starts_at=starts_at, ends_at=ends_at)
            for starts_at, ends_at in asked
        ],
        batch_size=500,
    )
    _plan_again(study_plan, News(cause=Receipt.Cause.CALENDAR), at=at)


@transaction.atomic
def pause_plan(*, learner: User, cause: str, resumes_on: date | None = None, at: datetime) -> None:
    """Plan nothing until a date, or until the learner comes back; what is pinned stays."""
    study_plan = locked_plan(learner)
    origin = _origin(study_plan)
    study_plan.paused_at, study_plan.pause_cause = at, cause
    study_plan.resumes_on = resumes_on
    study_plan.save(update_fields=["paused_at", "pause_cause", "resumes_on"])
    _plan_again(study_plan, News(cause=Receipt.Cause.PAUSE, origin=origin), at=at)
    transaction.on_commit(partial(plan_paused.send, StudyPlan, plan=study_plan, at=at))


@transaction.atomic
def resume_plan(*, learner: User, half_a_week: bool = False, at: datetime) -> None:
    """Plan again from now, where asked for with a first week of half the minutes."""
    study_plan = locked_plan(learner)
    origin = _origin(study_plan)
    study_plan.paused_at, study_plan.pause_cause, study_plan.resumes_on = None, "", None
    study_plan.save(update_fields=["paused_at", "pause_cause", "resumes_on"])
    if half_a_week:
        availability = availability_of(study_plan)
        store_availability(study_plan, half_of_week(availability, clock.date_of(at, learner)))
    _plan_again(study_plan, News(cause=Receipt.Cause.RETURN, origin=origin), at=at)


@transaction.atomic
def replan(
    *,
    learner: User,
    at: datetime,
    news: News = News(cause=Receipt.Cause.REPLAN),  # noqa: B008  frozen
) -> Receipt | None:
    """Compute the sessions to come from what is left, now.

    What is over stays as it was, and so does a session under way whose milestone is still open.
    """
    return _plan_again(locked_plan(learner), news, at=at)


def _plan_again(study_plan: StudyPlan, news: News, *, at: datetime) -> Receipt | None:
    return plan_again(study_plan, news=news, changes=Changes(), at=at, is_today_settled=False)


@transaction.atomic
def follow_check_offs(
    *, learner: User, events: Sequence[AchievementEvent], at: datetime
) -> Receipt | None:
    """Bring the plan up to what is checked off or open again; the day that has begun stays.

    A milestone that was done in its last session leaves the rest of the plan where it is, so
    then nothing is computed at all.
    """
    study_plan = existing_plan(learner)
    if study_plan is None:
        return None
    milestone_keys = [event.milestone_key for event in events]
    tomorrow = clock.start_of_day(clock.date_of(at, learner) + timedelta(days=1), learner)
    today = clock.start_of_day(clock.date_of(at, learner), learner)
    states = states_of(learner, milestone_keys)
    changes = Changes()
    own = study_plan.sessions.filter(milestone_key__in=milestone_keys)
    listed = list(own.filter(Q(state=PLANNED) | Q(state=DONE, starts_at__gte=today)))
    counted = [each for each in listed if states[each.milestone_key] in COUNTED_STATES]
    reopened = [each for each in listed if states[each.milestone_key] not in COUNTED_STATES]
    settled = [each for each in counted if each.state == PLANNED and each.starts_at < tomorrow]
    note_states(settled, DONE, changes)
    note_states([each for each in reopened if each.state == DONE], PLANNED, changes)
    is_all_past = not reopened and all(each.starts_at < tomorrow for each in counted)
    if is_all_past and set(milestone_keys) == {each.milestone_key for each in settled}:
        return None
    news = News(
        cause=Receipt.Cause.CHECK_OFF,
        subject=titles_by_key(milestone_keys[:1]).get(milestone_keys[0], milestone_keys[0]),
        origin={"events": [event.pk for event in events]},
    )
    return plan_again(study_plan, news=news, changes=changes, at=at, is_today_settled=True)


@transaction.atomic
def leave_out(*, learner: User, milestone_keys: Sequence[str], at: datetime) -> Receipt | None:
    """Skip milestones the learner can do without, in one step that is undone in one."""
    study_plan = locked_plan(learner)
    skipped = [
        set_state(learner=learner, milestone_key=key, state=Achievement.State.SKIPPED, at=at)
        for key in milestone_keys
    ]
    news = News(
        cause=Receipt.Cause.LEFT_OUT,
        subject=", ".join(titles_by_key(milestone_keys).values()),
        origin={"events": [each.event.pk for each in skipped if each.event]},
    )
    return _plan_again(study_plan, news, at=at)


@transaction.atomic
def settle_studied(
    *, session: StudySession, at: datetime, source: str = AchievementEvent.Source.WEB
) -> Change:
    """Note that a session happened: its minutes count as spent on the milestone.

    Settling twice changes nothing more.
    """
    waiting = StudySession.objects.filter(pk=session.pk).unsettled()
    if waiting.update(state=StudySession.State.STUDIED) == 0:
        return Change(None)
    return add_minutes(
        learner=session.plan.learner,
        milestone_key=session.milestone_key,
        minutes=session.minutes,
        at=at,
        source=source,
    )


@transaction.atomic
def undo_studied(*, session: StudySession, at: datetime) -> Change:
    """Take back that a session happened, and its minutes; undoing twice changes nothing more."""
    settled = StudySession.objects.filter(pk=session.pk, state=StudySession.State.STUDIED)
    if settled.update(state=StudySession.State.PLANNED, minutes_studied=None) == 0:
        return Change(None)
    return take_minutes(
        learner=session.plan.learner,
        milestone_key=session.milestone_key,
        minutes=session.minutes if session.minutes_studied is None else session.minutes_studied,
        at=at,
    )


@transaction.atomic
def give_up_missed(*, learner: User, ended_by: datetime, at: datetime) -> int:
    """Call sessions unanswered since then missed and plan again; return how many there were."""
    study_plan = locked_plan(learner)
    ended = list(study_plan.sessions.planned().ended(by=ended_by))
    changes = Changes()
    note_states(ended, StudySession.State.MISSED, changes)
    cause = Receipt.Cause.MISSED if ended else Receipt.Cause.REPLAN
    plan_again(study_plan, news=News(cause=cause), changes=changes, at=at, is_today_settled=False)
    return len(ended)

"""Everything that changes plans."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from common import clock
from studyplans.plans.models import StudyPlan, StudySession, StudySessionQuerySet, Window
from studyplans.plans.selectors import followed_by, weekly_windows
from studyplans.plans.workload import (
    SETTLED_STATES,
    Work,
    problem_of,
    standings_by_key,
    work_left,
)
from studyplans.scheduling import plan
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.actions import Change, add_minutes, enrol_learner, take_minutes
from tracker.progress.models import AchievementEvent, Enrolment
from tracker.progress.selectors import states_of


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
    """Enrol a learner with the week they have; the plan follows on commit."""
    _store_windows(learner, windows)
    return enrol_learner(
        learner=learner,
        curriculum=curriculum,
        started_on=started_on,
        target_date=target_date,
        at=at,
    )


@transaction.atomic
def change_windows(*, learner: User, windows: Sequence[Window], at: datetime) -> None:
    """Replace the learner's week and plan again."""
    _store_windows(learner, windows)
    replan(learner=learner, at=at)


def _store_windows(learner: User, windows: Sequence[Window]) -> None:
    study_plan, _ = StudyPlan.objects.get_or_create(learner=learner)
    study_plan.windows.all().delete()
    for window in windows:
        window.plan = study_plan
    Window.objects.bulk_create(windows)


@transaction.atomic
def replan(*, learner: User, at: datetime) -> None:
    """Compute the sessions to come from what is left, now.

    What is over stays as it was, and so does a session under way whose milestone is still open.
    """
    study_plan = _locked_plan(learner)
    under_way = study_plan.sessions.planned().under_way(at=at)
    kept = _still_open(learner, under_way)
    begin = max([at, *(session.ends_at for session in kept)])
    _store_plan(study_plan, at=at, begin=begin, kept=kept)


@transaction.atomic
def replan_after_today(*, learner: User, at: datetime) -> None:
    """Compute the sessions from tomorrow on; nothing new enters a day that has begun."""
    study_plan = _locked_plan(learner)
    tomorrow = clock.start_of_day(clock.date_of(at, learner) + timedelta(days=1), learner)
    todays = study_plan.sessions.planned().not_ended(at=at).filter(starts_at__lt=tomorrow)
    kept = _still_open(learner, todays)
    _store_plan(study_plan, at=at, begin=tomorrow, kept=kept)


def _locked_plan(learner: User) -> StudyPlan:
    StudyPlan.objects.get_or_create(learner=learner)
    return StudyPlan.objects.select_for_update().select_related("learner").get(learner=learner)


def _still_open(learner: User, sessions: StudySessionQuerySet) -> list[StudySession]:
    """Leave out sessions of milestones that are settled or no longer followed."""
    active = sessions.filter(enrolment__state=Enrolment.State.ACTIVE)
    listed = list(active)
    states = states_of(learner, {session.milestone_key for session in listed})
    return [
        session for session in listed if states.get(session.milestone_key) not in SETTLED_STATES
    ]


def _store_plan(
    study_plan: StudyPlan, *, at: datetime, begin: datetime, kept: Sequence[StudySession]
) -> None:
    learner = study_plan.learner
    to_come = study_plan.sessions.planned().not_ended(at=at)
    to_come.exclude(pk__in=[session.pk for session in kept]).delete()
    active = Enrolment.objects.of(learner).active().select_related("curriculum")
    enrolments = {enrolment.curriculum_id: enrolment for enrolment in active}
    followed = [followed_by(enrolment) for enrolment in enrolments.values()]
    work = [_less(item, kept) for item in work_left(followed, standings_by_key(learner))]
    windows = weekly_windows(study_plan.windows.all())
    computed = plan(problem_of(work, windows=windows, zone=learner.zone, begin=begin))
    planned_for = {item.milestone.key: enrolments[item.followed.curriculum.pk] for item in work}
    StudySession.objects.bulk_create(
        [
            StudySession(
                plan=study_plan,
                enrolment=planned_for[session.key],
                milestone_key=session.key,
                starts_at=session.starts_at,
                ends_at=session.ends_at,
            )
            for session in computed.sessions
        ],
        batch_size=500,
    )
    study_plan.planned_at = at
    study_plan.unplaced_count = len(computed.unplaced)
    study_plan.save(update_fields=["planned_at", "unplaced_count"])


def _less(work: Work, kept: Iterable[StudySession]) -> Work:
    """Return the work without the minutes that sessions already stand for."""
    own = [session for session in kept if session.milestone_key == work.milestone.key]
    minutes = max(0, work.minutes - sum(session.minutes for session in own))
    return dataclasses.replace(work, minutes=minutes)


@transaction.atomic
def settle_done(*, learner: User, milestone_key: str, at: datetime) -> None:
    """Settle today's and earlier sessions of a milestone that is checked off."""
    tomorrow = clock.start_of_day(clock.date_of(at, learner) + timedelta(days=1), learner)
    own = StudySession.objects.of(learner).filter(milestone_key=milestone_key)
    own.planned().filter(starts_at__lt=tomorrow).update(state=StudySession.State.DONE)


@transaction.atomic
def unsettle_done(*, learner: User, milestone_key: str, at: datetime) -> None:
    """Put today's sessions of a milestone that is open again back into the plan."""
    today = clock.start_of_day(clock.date_of(at, learner), learner)
    done = StudySession.objects.of(learner).filter(state=StudySession.State.DONE)
    own = done.filter(milestone_key=milestone_key, starts_at__gte=today)
    own.update(state=StudySession.State.PLANNED)


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
    if settled.update(state=StudySession.State.PLANNED) == 0:
        return Change(None)
    return take_minutes(
        learner=session.plan.learner,
        milestone_key=session.milestone_key,
        minutes=session.minutes,
        at=at,
    )


@transaction.atomic
def give_up_missed(*, learner: User, ended_by: datetime, at: datetime) -> int:
    """Call sessions unanswered since then missed and plan again; return how many there were."""
    ended = StudySession.objects.of(learner).planned().ended(by=ended_by)
    missed = ended.update(state=StudySession.State.MISSED)
    replan(learner=learner, at=at)
    return missed

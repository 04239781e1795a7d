"""Compute a plan again and store it: the one way sessions to come are made."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from common import clock
from studyplans.plans.availability import Availability
from studyplans.plans.free_time import time_to_plan
from studyplans.plans.memory import Changes, store_sessions
from studyplans.plans.models import (
    Baseline,
    PlannedFinish,
    Receipt,
    ReviewTime,
    StudyPlan,
    StudySession,
)
from studyplans.plans.selectors import finish_days, followed_by, last_day
from studyplans.plans.workload import (
    SETTLED_STATES,
    Work,
    best_plan,
    problem_of,
    standings_by_key,
    work_left,
)
from studyplans.reviews.selectors import preference_of, reviews_due, upcoming
from studyplans.scheduling import Plan, Review, Session
from tracker.accounts.models import User
from tracker.progress.models import Enrolment
from tracker.progress.selectors import states_of

# Reviews further ahead than this will be dated anew by those before them.
REVIEW_DAYS_AHEAD = 56


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened, as its receipt will say; `origin` is what undoing needs besides sessions."""

    cause: str
    subject: str = ""
    origin: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def locked_plan(learner: User) -> StudyPlan:
    """Return the learner's plan, made where there is none, locked until the transaction ends."""
    found = existing_plan(learner)
    if found is not None:
        return found
    StudyPlan.objects.get_or_create(learner=learner)
    return locked_plan(learner)


def existing_plan(learner: User) -> StudyPlan | None:
    locked = StudyPlan.objects.select_for_update(of=["self"]).select_related("learner")
    return locked.filter(learner=learner).first()


def still_open(learner: User, sessions: Iterable[StudySession]) -> list[StudySession]:
    """Leave out sessions of milestones that are settled, or of paths no longer followed."""
    listed = [each for each in sessions if each.enrolment.state == Enrolment.State.ACTIVE]
    states = states_of(learner, {session.milestone_key for session in listed})
    return [each for each in listed if states.get(each.milestone_key) not in SETTLED_STATES]


def plan_again(
    study_plan: StudyPlan, *, news: News, changes: Changes, at: datetime, is_today_settled: bool
) -> Receipt | None:
    """Store the plan for what is left, and a receipt where that moved or settled anything.

    What is over stays as it was, and so do pinned sessions and one under way.  Where today is
    settled, today's sessions stay and nothing new enters the day.
    """
    learner = study_plan.learner
    before = finish_days(study_plan)
    to_come = study_plan.sessions.planned().not_ended(at=at)
    standing = list(to_come.select_related("enrolment__curriculum"))
    open_ones = still_open(learner, standing)
    tomorrow = clock.start_of_day(clock.date_of(at, learner) + timedelta(days=1), learner)
    until = tomorrow if is_today_settled else at + timedelta(microseconds=1)
    kept = [each for each in open_ones if each.starts_at < until]
    pinned = [each for each in open_ones if each.is_pinned and each.starts_at >= until]
    begin = tomorrow if is_today_settled else max([at, *(each.ends_at for each in kept)])
    computed, wanted = _computed(study_plan, begin=begin, kept=kept, pinned=pinned)
    untouched = {each.pk for each in (*kept, *pinned)}
    store_sessions(
        study_plan,
        standing=[each for each in standing if each.pk not in untouched],
        wanted=wanted,
        changes=changes,
        at=at,
    )
    _store_review_times(study_plan, computed, at=at)
    study_plan.planned_at = at
    study_plan.unplaced_count = len(computed.unplaced) if computed else 0
    study_plan.save(update_fields=["planned_at", "unplaced_count"])
    after = _finishes(learner, computed, [*kept, *pinned, *wanted])
    _remember(study_plan, after, [*kept, *pinned, *wanted], at=at)
    return make_receipt(study_plan, news, changes, before=before, after=after, at=at)


def _computed(
    study_plan: StudyPlan,
    *,
    begin: datetime,
    kept: Sequence[StudySession],
    pinned: Sequence[StudySession],
) -> tuple[Plan | None, list[StudySession]]:
    learner = study_plan.learner
    if study_plan.is_paused:
        if study_plan.resumes_on is None:
            return None, []
        begin = max(begin, clock.start_of_day(study_plan.resumes_on, learner))
    active = Enrolment.objects.of(learner).active().select_related("curriculum")
    enrolments = {enrolment.curriculum_id: enrolment for enrolment in active}
    followed = [followed_by(enrolment) for enrolment in enrolments.values()]
    work = [
        _fitting(item, kept=kept, pinned=pinned)
        for item in work_left(followed, standings_by_key(learner))
    ]
    availability = time_to_plan(study_plan, begin=begin)
    computed = best_plan(
        problem_of(
            work,
            availability=availability,
            zone=learner.zone,
            begin=begin,
            pinned=pinned,
            reviews=_reviews(learner, availability, at=begin),
        )
    )
    planned_for = {item.milestone.key: enrolments[item.followed.curriculum.pk] for item in work}
    own = {(each.milestone_key, each.starts_at, each.ends_at) for each in pinned}
    wanted = [
        _session_of(study_plan, session, planned_for[session.key])
        for session in computed.sessions
        if (session.key, session.starts_at, session.ends_at) not in own
    ]
    return computed, wanted


def _reviews(learner: User, availability: Availability, *, at: datetime) -> tuple[Review, ...]:
    """Return the reviews the week keeps time for: what is due, shared out, and what soon will be.

    A backlog is no wall: each day takes on a seventh of the share the week gives to reviews.
    """
    preference = preference_of(learner)
    if not preference.is_on:
        return ()
    listed = [*reviews_due(learner, at), *upcoming(learner, at, days=REVIEW_DAYS_AHEAD)]
    a_day = max(1, availability.weekly_minutes * preference.week_share_percent // 700)
    before = accumulate((each.minutes for each in listed), initial=0)
    return tuple(
        Review(
            key=each.card.milestone_key,
            minutes=each.minutes,
            due=max(each.card.due_at, at + timedelta(days=minutes // a_day)),
            overdue_rank=rank,
        )
        for rank, (each, minutes) in enumerate(zip(listed, before, strict=False))
    )


def _fitting(work: Work, *, kept: Iterable[StudySession], pinned: Iterable[StudySession]) -> Work:
    """Return the work without the minutes kept sessions stand for, yet all that is pinned."""
    minutes = work.minutes - _minutes_of(work, kept)
    return dataclasses.replace(work, minutes=max(0, minutes, _minutes_of(work, pinned)))


def _minutes_of(work: Work, sessions: Iterable[StudySession]) -> int:
    return sum(each.minutes for each in sessions if each.milestone_key == work.milestone.key)


def _session_of(study_plan: StudyPlan, session: Session, enrolment: Enrolment) -> StudySession:
    return StudySession(
        plan=study_plan,
        enrolment=enrolment,
        milestone_key=session.key,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
    )


def _store_review_times(study_plan: StudyPlan, computed: Plan | None, *, at: datetime) -> None:
    study_plan.review_times.filter(ends_at__gt=at).delete()
    times: list[ReviewTime] = []
    for each in computed.reviews if computed else ():
        if times and times[-1].ends_at == each.starts_at:
            times[-1].ends_at = each.ends_at
        else:
            times.append(
                ReviewTime(plan=study_plan, starts_at=each.starts_at, ends_at=each.ends_at)
            )
    ReviewTime.objects.bulk_create(times)


def _finishes(
    learner: User, computed: Plan | None, sessions: Iterable[StudySession]
) -> dict[int, date | None]:
    """Return the last day of each path; None where some of it has no place, or none is planned."""
    latest: dict[int, datetime] = {}
    for session in sessions:
        ends_at = latest.get(session.enrolment_id, session.ends_at)
        latest[session.enrolment_id] = max(ends_at, session.ends_at)
    slugs = {each.enrolment_id: each.enrolment.curriculum.slug for each in sessions}
    hopeless = _paths_that_do_not_fit(computed)
    return {
        pk: None if computed is None or slugs[pk] in hopeless else last_day(ends_at, learner)
        for pk, ends_at in latest.items()
    }


def _paths_that_do_not_fit(computed: Plan | None) -> set[str]:
    if computed is None:
        return set()
    unplaced = set(computed.unplaced)
    return {each.path for each in computed.problem.milestones if each.key in unplaced}


def _remember(
    study_plan: StudyPlan,
    finishes: Mapping[int, date | None],
    sessions: Iterable[StudySession],
    *,
    at: datetime,
) -> None:
    """Keep the first promise of each path for good, and this week's for the weeks to come."""
    known = {pk: day for pk, day in finishes.items() if day is not None}
    if not known:
        return
    today = clock.date_of(at, study_plan.learner)
    monday = today - timedelta(days=today.weekday())
    weeks = _weeks_by_path(study_plan.learner, sessions)
    Baseline.objects.bulk_create(
        [
            Baseline(enrolment_id=pk, made_at=at, finish_on=day, weeks=weeks[pk])
            for pk, day in known.items()
        ],
        ignore_conflicts=True,
    )
    PlannedFinish.objects.bulk_create(
        [
            PlannedFinish(enrolment_id=pk, week_of=monday, finish_on=day)
            for pk, day in known.items()
        ],
        update_conflicts=True,
        unique_fields=["enrolment", "week_of"],
        update_fields=["finish_on"],
    )


def _weeks_by_path(
    learner: User, sessions: Iterable[StudySession]
) -> dict[int, list[tuple[str, int]]]:
    minutes: dict[int, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for session in sessions:
        day = session.starts_at.astimezone(learner.zone).date()
        minutes[session.enrolment_id][day - timedelta(days=day.weekday())] += session.minutes
    return {
        pk: [(monday.isoformat(), total) for monday, total in sorted(weeks.items())]
        for pk, weeks in minutes.items()
    }


def make_receipt(
    study_plan: StudyPlan,
    news: News,
    changes: Changes,
    *,
    before: Mapping[int, date | None],
    after: Mapping[int, date | None],
    at: datetime,
) -> Receipt | None:
    documents = changes.documents
    if not documents and "availability" not in news.origin:
        return None
    receipt = Receipt.objects.create(
        plan=study_plan,
        cause=news.cause,
        subject=news.subject[:200],
        made_at=at,
        changes=documents,
        origin=dict(news.origin),
        finishes=[
            [pk, _day_text(before.get(pk)), _day_text(after.get(pk))] for pk in {**before, **after}
        ],
    )
    newest = study_plan.receipts.values_list("pk", flat=True)[: Receipt.KEPT]
    study_plan.receipts.exclude(pk__in=list(newest)).delete()
    return receipt


def _day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None

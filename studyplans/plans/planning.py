"""Compute a plan again and store it: the one way sessions to come are made."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from common import clock
from studyplans.plans.memory import Changes, store_sessions
from studyplans.plans.models import (
    Baseline,
    PlannedFinish,
    Receipt,
    ReviewTime,
    StudyPlan,
    StudySession,
)
from studyplans.plans.open_question import OpenQuestion, open_question
from studyplans.plans.selectors import finish_days, last_day
from studyplans.plans.signals import plan_changed
from studyplans.plans.workload import best_plan
from studyplans.scheduling import Plan
from tracker.accounts.models import User


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


def plan_again(
    study_plan: StudyPlan, *, news: News, changes: Changes, at: datetime, is_today_settled: bool
) -> Receipt | None:
    """Store the plan for what is left, and a receipt where that moved or settled anything.

    What is over stays as it was, and so do pinned sessions and one under way.  Where today is
    settled, today's sessions stay and nothing new enters the day.
    """
    before = finish_days(study_plan)
    question = open_question(study_plan, at=at, is_today_settled=is_today_settled)
    computed = None if question.problem is None else best_plan(question.problem)
    wanted = _wanted(study_plan, question, computed)
    store_sessions(study_plan, standing=question.movable, wanted=wanted, changes=changes, at=at)
    sessions = [*question.kept, *question.pinned, *wanted]
    _store_review_times(study_plan, computed, at=at)
    study_plan.planned_at = at
    study_plan.version += 1
    study_plan.unplaced_count = len(computed.unplaced) if computed else 0
    study_plan.save(update_fields=["planned_at", "version", "unplaced_count"])
    transaction.on_commit(partial(plan_changed.send, StudyPlan, plan=study_plan, at=at))
    after = _finishes(study_plan.learner, computed, sessions)
    _remember(study_plan, after, sessions, at=at)
    return make_receipt(study_plan, news, changes, before=before, after=after, at=at)


def _wanted(
    study_plan: StudyPlan, question: OpenQuestion, computed: Plan | None
) -> list[StudySession]:
    if computed is None:
        return []
    own = {(each.milestone_key, each.starts_at, each.ends_at) for each in question.pinned}
    return [
        StudySession(
            plan=study_plan,
            enrolment=question.enrolments[session.key],
            milestone_key=session.key,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
        )
        for session in computed.sessions
        if (session.key, session.starts_at, session.ends_at) not in own
    ]


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
        day = clock.date_of(session.starts_at, learner)
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

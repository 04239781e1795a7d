"""What planning again this moment would be asked: the same for planning and for explaining."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from common import clock
from studyplans.plans.availability import Availability
from studyplans.plans.free_time import time_to_plan
from studyplans.plans.models import StudyPlan, StudySession
from studyplans.plans.selectors import followed_in
from studyplans.plans.workload import (
    SETTLED_STATES,
    MilestoneStanding,
    Work,
    problem_of,
    standings_by_key,
    work_left,
)
from studyplans.reviews.selectors import preference_of, reviews_until
from studyplans.scheduling import PlanProblem, Review
from tracker.accounts.models import User
from tracker.progress.models import Enrolment

# Reviews further ahead than this will be dated anew by those before them.
REVIEW_DAYS_AHEAD = 56


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """The engine's problem and the sessions around it.

    `kept` are under way or of a settled day, `pinned` stay by the learner's wish; `movable` are
    the rest.  A plan paused without end has no problem.  `enrolments` names for each milestone
    key the path it is planned for, `titles` what it is called.
    """

    kept: Sequence[StudySession]
    pinned: Sequence[StudySession]
    movable: Sequence[StudySession]
    problem: PlanProblem | None
    enrolments: Mapping[str, Enrolment]
    titles: Mapping[str, str]


def open_question(
    study_plan: StudyPlan, *, at: datetime, is_today_settled: bool = False
) -> OpenQuestion:
    learner = study_plan.learner
    standings = standings_by_key(learner)
    to_come = study_plan.sessions.planned().not_ended(at=at)
    standing = list(to_come.select_related("enrolment__curriculum"))
    open_ones = [each for each in standing if _is_open(each, standings)]
    tomorrow = clock.start_of_day(clock.date_of(at, learner) + timedelta(days=1), learner)
    until = tomorrow if is_today_settled else at + timedelta(microseconds=1)
    kept = [each for each in open_ones if each.starts_at < until]
    pinned = [each for each in open_ones if each.is_pinned and each.starts_at >= until]
    begin = tomorrow if is_today_settled else max([at, *(each.ends_at for each in kept)])
    untouched = {each.pk for each in (*kept, *pinned)}
    availability = time_to_plan(study_plan, begin=begin)
    enrolments = _followed(learner)
    work = [
        _fitting(item, kept=kept, pinned=pinned)
        for item in work_left(followed_in(enrolments.values(), availability), standings)
    ]
    return OpenQuestion(
        kept=kept,
        pinned=pinned,
        movable=[each for each in standing if each.pk not in untouched],
        problem=_problem(study_plan, work, availability, begin=begin, pinned=pinned),
        enrolments={
            item.milestone.key: enrolments[pk]
            for item in work
            if (pk := item.followed.enrolment_id) is not None
        },
        titles={item.milestone.key: item.milestone.title for item in work},
    )


def _is_open(session: StudySession, standings: Mapping[str, MilestoneStanding]) -> bool:
    """Tell whether a session's path is followed and its milestone still to be learnt."""
    if session.enrolment.state != Enrolment.State.ACTIVE:
        return False
    return standings.get(session.milestone_key, MilestoneStanding()).state not in SETTLED_STATES


def _followed(learner: User) -> dict[int, Enrolment]:
    active = Enrolment.objects.of(learner).active().select_related("curriculum")
    return {enrolment.pk: enrolment for enrolment in active}


def _problem(
    study_plan: StudyPlan,
    work: Sequence[Work],
    availability: Availability,
    *,
    begin: datetime,
    pinned: Sequence[StudySession],
) -> PlanProblem | None:
    learner = study_plan.learner
    if study_plan.is_paused:
        if study_plan.resumes_on is None:
            return None
        begin = max(begin, clock.start_of_day(study_plan.resumes_on, learner))
    return problem_of(
        work,
        availability=availability,
        zone=learner.zone,
        begin=begin,
        pinned=pinned,
        reviews=_reviews(learner, availability, at=begin),
    )


def _reviews(learner: User, availability: Availability, *, at: datetime) -> tuple[Review, ...]:
    """Return the reviews the week keeps time for: what is due, shared out, and what soon will be.

    A backlog is no wall: each day takes on a seventh of the share the week gives to reviews.
    """
    preference = preference_of(learner)
    if not preference.is_on:
        return ()
    listed = reviews_until(learner, at, days=REVIEW_DAYS_AHEAD)
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

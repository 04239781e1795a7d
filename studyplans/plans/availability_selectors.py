"""What a learner's time leads to: hours a week, finish dates, and how full it gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Sum

from common import clock
from studyplans.plans.availability import Availability
from studyplans.plans.models import Receipt, StudyPlan
from studyplans.plans.receipts_text import Finish, finish_text, finishes_of
from studyplans.plans.selectors import days_after, finish_days, followed_in, last_day
from studyplans.plans.workload import problem_of, standings_by_key, work_left
from studyplans.scheduling import Tightest, plan
from tracker.accounts.models import User
from tracker.curricula.models import Milestone
from tracker.progress.models import Enrolment


@dataclass(frozen=True, slots=True)
class PathOutlook:
    """Where some availability takes a path."""

    enrolment: Enrolment
    finish: Finish
    text: str

    @property
    def days_late(self) -> int:
        return days_after(self.finish.after, self.enrolment.target_date)


@dataclass(frozen=True, slots=True)
class Load:
    """The stretch in which dates ask most of the time there is; `last` is its last local day."""

    first: date
    last: date
    work_minutes: int
    open_minutes: int

    @property
    def percent(self) -> int | None:
        """Return how full it is, rounded up; None where there is no time at all."""
        return -(-100 * self.work_minutes // self.open_minutes) if self.open_minutes else None

    @property
    def is_too_much(self) -> bool:
        return self.work_minutes > self.open_minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What some availability leads to; `rest_percent` is left to paths without a share."""

    weekly_minutes: int
    shared_percent: int
    rest_percent: int
    is_paused: bool
    paths: tuple[PathOutlook, ...] = ()
    load: Load | None = None

    @property
    def does_not_fit(self) -> bool:
        return any(each.finish.after is None for each in self.paths)


def followed_enrolments(learner: User) -> list[Enrolment]:
    return list(Enrolment.objects.of(learner).active().select_related("curriculum"))


def optional_minutes(enrolments: Sequence[Enrolment]) -> dict[int, int]:
    """Return the minutes of optional work of each enrolment that has any."""
    editions = {each.curriculum_id: each.pk for each in enrolments}
    optional = Milestone.objects.filter(curriculum__in=editions, is_required=False).order_by()
    found = optional.values_list("curriculum").annotate(Sum("effort_minutes"))
    return {editions[pk]: minutes for pk, minutes in found}


def latest_receipt(learner: User, *, at: datetime) -> Receipt | None:
    """Return what the last change made just then left behind."""
    made = Receipt.objects.of(learner).filter(made_at=at)
    return made.select_related("plan__learner").first()


def outlook_now(
    study_plan: StudyPlan, enrolments: Sequence[Enrolment], availability: Availability, at: datetime
) -> Outlook:
    """Return what the stored plan leads to."""
    stored = finish_days(study_plan)
    finishes = {pk: Finish(pk, None, day) for pk, day in stored.items()}
    return _outlook(study_plan, enrolments, availability, finishes, at)


def outlook_after(
    receipt: Receipt,
    enrolments: Sequence[Enrolment],
    availability: Availability,
    at: datetime,
) -> Outlook:
    """Return what a change of availability leads to, going by its receipt."""
    finishes = {each.enrolment_id: each for each in finishes_of(receipt)}
    return _outlook(receipt.plan, enrolments, availability, finishes, at)


def _outlook(
    study_plan: StudyPlan,
    enrolments: Sequence[Enrolment],
    availability: Availability,
    finishes: Mapping[int, Finish],
    at: datetime,
) -> Outlook:
    shares = [availability.shares[each.pk] for each in enrolments if each.pk in availability.shares]
    outlook = Outlook(
        weekly_minutes=availability.weekly_minutes,
        shared_percent=sum(shares),
        rest_percent=100 - sum(shares) if len(shares) < len(enrolments) else 0,
        is_paused=study_plan.is_paused,
    )
    if study_plan.is_paused and study_plan.resumes_on is None:
        # What is pinned may stand, but nobody knows when the rest follows.
        return outlook
    year = clock.date_of(at, study_plan.learner).year
    paths = tuple(
        PathOutlook(each, finish, finish_text(finish, year=year))
        for each in enrolments
        if (finish := finishes.get(each.pk))
    )
    load = None if study_plan.is_paused else _load(study_plan, enrolments, availability, at)
    return replace(outlook, paths=paths, load=load)


def _load(
    study_plan: StudyPlan, enrolments: Sequence[Enrolment], availability: Availability, at: datetime
) -> Load | None:
    learner = study_plan.learner
    work = work_left(followed_in(enrolments, availability), standings_by_key(learner))
    exams = {item.milestone.key for item in work if item.milestone.kind == Milestone.Kind.EXAM}
    booked = study_plan.sessions.planned().pinned().not_ended(at).filter(milestone_key__in=exams)
    problem = problem_of(
        work, availability=availability, zone=learner.zone, begin=at, pinned=list(booked)
    )
    if not any(each.due for each in problem.milestones):
        return None
    tightest = plan(problem).tightest
    return _load_of(tightest, learner) if tightest else None


def _load_of(tightest: Tightest, learner: User) -> Load:
    return Load(
        first=clock.date_of(tightest.begins_at, learner),
        last=last_day(tightest.ends_at, learner),
        work_minutes=tightest.work_minutes,
        open_minutes=tightest.available_minutes,
    )

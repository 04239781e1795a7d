"""When a learner could study: the time that is open on given days, and what of it is free."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from common import clock
from studyplans.plans.availability import Availability, availability_of
from studyplans.plans.models import BusyTime, StudyPlan, StudySession
from studyplans.scheduling import PlanProblem, study_windows

SEARCHED_DAYS = 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time; `is_empty` tells that nothing at all is planned in it."""

    starts_at: datetime
    ends_at: datetime
    is_empty: bool = True

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


def time_to_plan(study_plan: StudyPlan, *, begin: datetime) -> Availability:
    """Return the learner's time without that of skipped sessions, which stays free."""
    availability = availability_of(study_plan)
    skipped = study_plan.sessions.filter(state=StudySession.State.SKIPPED).not_ended(at=begin)
    taken = [BusyTime(starts_at=each.starts_at, ends_at=each.ends_at) for each in skipped]
    return dataclasses.replace(availability, busy_times=(*availability.busy_times, *taken))


def availability_between(study_plan: StudyPlan, first: date, last: date) -> Availability:
    """Read what matters for some days only, the last included."""
    learner = study_plan.learner
    begin = clock.start_of_day(first, learner)
    end = clock.start_of_day(last + timedelta(days=1), learner)
    return Availability(
        windows=tuple(study_plan.windows.all()),
        breaks=tuple(study_plan.breaks.filter(starts_on__lte=last, ends_on__gte=first)),
        special_windows=tuple(study_plan.special_windows.filter(date__range=(first, last))),
        busy_times=tuple(study_plan.busy_times.filter(starts_at__lt=end, ends_at__gt=begin)),
    )


def open_time(
    availability: Availability, zone: ZoneInfo, *, begin: datetime, days: int
) -> list[Stretch]:
    """Return the stretches open for study from a moment on, on so many local days."""
    if not availability.windows and not availability.special_windows:
        return []
    problem = PlanProblem(
        zone=zone.key,
        start=begin,
        horizon_days=days,
        windows=availability.weekly_windows,
        days_off=availability.days_off,
        special_days=availability.special_days,
        busy=availability.busy,
        milestones=(),
    )
    return [Stretch(each.starts_at, each.ends_at) for each in study_windows(problem)]


def free_time(
    study_plan: StudyPlan, *, begin: datetime, days: int, without: StudySession | None = None
) -> list[Stretch]:
    """Return open time that nothing pinned or skipped takes, leaving one session aside."""
    learner = study_plan.learner
    first = clock.date_of(begin, learner)
    availability = availability_between(study_plan, first, first + timedelta(days=days))
    stretches = open_time(availability, learner.zone, begin=begin, days=days)
    others = study_plan.sessions.not_ended(at=begin)
    if without is not None:
        others = others.exclude(pk=without.pk)
    listed = list(others.filter(starts_at__lt=begin + timedelta(days=days + 1)))
    skipped, planned = StudySession.State.SKIPPED, StudySession.State.PLANNED
    firm = [each for each in listed if each.is_pinned or each.state == skipped]
    soft = [each for each in listed if each.state == planned and not each.is_pinned]
    return [
        Stretch(left.starts_at, left.ends_at, not any(_touches(left, each) for each in soft))
        for stretch in stretches
        for left in _without(stretch, firm)
    ]


def next_free_time(study_plan: StudyPlan, *, after: datetime, minutes: int) -> datetime | None:
    """Return when so many minutes are free on a later day, or else later on the same."""
    free = free_time(study_plan, begin=after, days=SEARCHED_DAYS)
    fitting = [each.starts_at for each in free if each.minutes >= minutes]
    learner = study_plan.learner
    today = clock.date_of(after, learner)
    later = (each for each in fitting if clock.date_of(each, learner) > today)
    return next(later, fitting[0] if fitting else None)


def _without(stretch: Stretch, taken: Iterable[StudySession]) -> Iterator[Stretch]:
    """Yield what is left of a stretch; `taken` is in time order."""
    begin = stretch.starts_at
    for session in taken:
        if not _touches(stretch, session):
            continue
        if session.starts_at > begin:
            yield Stretch(begin, session.starts_at)
        begin = max(begin, session.ends_at)
    if begin < stretch.ends_at:
        yield Stretch(begin, stretch.ends_at)


def _touches(stretch: Stretch, session: StudySession) -> bool:
    return session.starts_at < stretch.ends_at and session.ends_at > stretch.starts_at

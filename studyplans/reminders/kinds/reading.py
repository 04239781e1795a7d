"""What several kinds read, for a batch of learners at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol, TypeVar

from django.db.models import F
from django.urls import reverse

from common import clock
from studyplans.plans.absence import is_paused_on
from studyplans.plans.models import StudyPlan, StudySession
from studyplans.plans.workload import SETTLED_STATES
from studyplans.reminders.models import Delivery, ReminderSchedule
from studyplans.reminders.rowset import rows_of
from tracker.accounts.models import User
from tracker.progress.models import Achievement, Enrolment

PLAN_PAUSED = "the plan is paused"
NO_PATH = "no path is being followed"
WEEK = 7


class Wished(NamedTuple):
    """What a learner chose for a kind, as far as its news depend on it."""

    weekdays: Collection[int]
    lead_minutes: int

    @property
    def lead_days(self) -> int:
        return self.lead_minutes // 1440

    def days_covered(self, day: date) -> int:
        """Count the days since the hour before this one, so that no news falls between two."""
        back = (days for days in range(1, WEEK) if (day.weekday() - days) % WEEK in self.weekdays)
        return next(back, WEEK)

    def days_left(self, on: date, *, today: date, steps: Iterable[int]) -> int | None:
        """Count the days to a date if its countdown reached a step; None when it did not.

        The steps are the lead the learner asked for, and the given ones below it.
        """
        left, covered = (on - today).days, self.days_covered(today)
        wanted = {self.lead_days, *(step for step in steps if step < self.lead_days)}
        is_reached = left >= 0 and any(left <= step < left + covered for step in wanted)
        return left if is_reached else None


NO_WISH = Wished(range(WEEK), 0)


def learners_of(deliveries: Iterable[Delivery]) -> dict[int, User]:
    return {delivery.learner_id: delivery.learner for delivery in deliveries}


class OfLearner(Protocol):
    @property
    def learner_id(self) -> int: ...


Own = TypeVar("Own", bound=OfLearner)


def by_learner(found: Iterable[Own]) -> dict[int, list[Own]]:
    """Part what was read for a batch, in its order; who has nothing gets an empty list."""
    parted: dict[int, list[Own]] = defaultdict(list)
    for each in found:
        parted[each.learner_id].append(each)
    return parted


def wished(deliveries: Sequence[Delivery], kind: str) -> dict[int, Wished]:
    own = ReminderSchedule.objects.filter(learner__among=learners_of(deliveries), kind=kind)
    found = {
        learner: Wished(weekdays, lead)
        for learner, weekdays, lead in own.values_list("learner", "weekdays", "lead_minutes")
    }
    return {delivery.learner_id: found.get(delivery.learner_id, NO_WISH) for delivery in deliveries}


def day_of(delivery: Delivery) -> date:
    return date.fromisoformat(delivery.occurrence)


def why_silent(learners: Mapping[int, User], *, at: datetime) -> dict[int, str]:
    """Return by learner why nothing about studying would help them now."""
    active = set(
        Enrolment.objects.active().filter(learner__among=learners).values_list("learner", flat=True)
    )
    paused = set(paused_plans(learners, at=at))
    return {
        learner: PLAN_PAUSED if learner in paused else NO_PATH
        for learner in learners
        if learner in paused or learner not in active
    }


def paused_plans(learners: Mapping[int, User], *, at: datetime) -> dict[int, StudyPlan]:
    """Return by learner the plans that are paused beyond the date on the learner's wall."""
    plans = StudyPlan.objects.filter(learner__among=learners).exclude(paused_at=None)
    return {
        plan.learner_id: plan
        for plan in plans
        if is_paused_on(plan, clock.wall_date(at, learners[plan.learner_id]))
    }


class Sitting(NamedTuple):
    """A session of someone who follows its path still, as the database tells it."""

    learner_id: int
    milestone_key: str
    title: str
    sort: str
    path: str
    starts_at: datetime
    ends_at: datetime
    state: str
    is_pinned: bool
    uid: object

    @property
    def place(self) -> tuple[int, str]:
        return self.learner_id, self.milestone_key

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

    def day(self, learner: User) -> date:
        return clock.date_of(self.starts_at, learner)

    @property
    def name(self) -> str:
        """Name the session and where it stands: one moved since is another."""
        return f"{self.uid} {int(self.starts_at.timestamp())}"


def sittings(
    learners: Iterable[int], *, since: datetime, until: datetime, **only: object
) -> list[Sitting]:
    """Return sessions that begin in a span, in time order, with their milestones' titles."""
    found = StudySession.objects.filter(
        plan__learner__among=learners,
        enrolment__state=Enrolment.State.ACTIVE,
        starts_at__gte=since,
        starts_at__lt=until,
        enrolment__curriculum__milestones__key=F("milestone_key"),
        **only,
    )
    rows = found.order_by("starts_at", "pk").values_list(
        *["plan__learner", "milestone_key"],
        *["enrolment__curriculum__milestones__title", "enrolment__curriculum__milestones__kind"],
        *["enrolment__curriculum__title", "starts_at", "ends_at", "state", "is_pinned", "uid"],
    )
    return list(map(Sitting._make, rows_of(rows)))


def settled(sessions: Collection[Sitting]) -> set[tuple[int, str]]:
    """Return (learner, milestone key) of what is done, known or skipped."""
    found = Achievement.objects.filter(
        learner__among={each.learner_id for each in sessions},
        milestone_key__among={each.milestone_key for each in sessions},
        state__in=SETTLED_STATES,
    )
    return set(found.values_list("learner", "milestone_key"))


def milestone_path(key: str) -> str:
    return reverse("milestone", args=[key])


def short_day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


def span_around(
    deliveries: Sequence[Delivery], *, before: int, after: int
) -> tuple[datetime, datetime]:
    """Return a span that holds so many days before and after each delivery's, in every zone."""
    days = [day_of(delivery) for delivery in deliveries]
    learners = [delivery.learner for delivery in deliveries]
    begins = (
        clock.start_of_day(day - timedelta(days=before), each)
        for day, each in zip(days, learners, strict=True)
    )
    ends = (
        clock.start_of_day(day + timedelta(days=after + 1), each)
        for day, each in zip(days, learners, strict=True)
    )
    return min(begins), max(ends)

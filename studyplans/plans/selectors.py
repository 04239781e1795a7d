"""Questions asked of plans; each answers in a constant number of queries."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Max, Min

from common import clock
from studyplans.plans.availability import (
    Availability,
    availability_of,
    weekly_minutes,
)
from studyplans.plans.models import StudyPlan, StudySession, Window
from studyplans.plans.workload import (
    Followed,
    MilestoneStanding,
    best_plan,
    problem_of,
    standings_by_key,
    work_left,
)
from studyplans.scheduling import Plan
from tracker.accounts.models import User
from tracker.curricula.editions import replacements_between
from tracker.curricula.models import Curriculum, Milestone
from tracker.progress.editions import carried_states
from tracker.progress.models import Enrolment


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A study session with the milestone it is for."""

    session: StudySession
    milestone: Milestone


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    rows: tuple[SessionRow, ...]

    @property
    def minutes(self) -> int:
        return sum(row.session.minutes for row in self.rows)


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the plan reaches the end of an enrolment; None where it never does."""

    enrolment: Enrolment
    finish_on: date | None

    @property
    def days_late(self) -> int:
        return days_after(self.finish_on, self.enrolment.target_date)


def days_after(finish_on: date | None, target_date: date | None) -> int:
    """Return the days a finish comes after its target; 0 when in time or when either is open."""
    if finish_on is None or target_date is None:
        return 0
    return max(0, (finish_on - target_date).days)


def plan_of(learner: User) -> StudyPlan | None:
    found = StudyPlan.objects.filter(learner=learner).first()
    if found is not None:
        found.learner = learner  # known already: no second query for it
    return found


def windows_of(learner: User) -> list[Window]:
    return list(Window.objects.filter(plan__learner=learner))


def time_of(learner: User) -> Availability:
    """Return when the learner can study; nothing at all for one who has not said."""
    study_plan = plan_of(learner)
    return availability_of(study_plan) if study_plan else Availability(windows=())


def finish_days(study_plan: StudyPlan) -> dict[int, date]:
    """Return the last planned day of each enrolment that has one."""
    ends = study_plan.sessions.planned().order_by().values_list("enrolment")
    return {
        pk: last_day(ends_at, study_plan.learner) for pk, ends_at in ends.annotate(Max("ends_at"))
    }


def last_day(ends_at: datetime, learner: User) -> date:
    """Return the local day something belongs to that ends then: midnight ends the day before."""
    return clock.date_of(ends_at - timedelta(microseconds=1), learner)


def with_milestones(sessions: Iterable[StudySession]) -> list[SessionRow]:
    """Pair sessions with their milestones; those whose milestone is gone are left out."""
    listed = list(sessions)
    curricula = {session.enrolment.curriculum_id for session in listed}
    keys = {session.milestone_key for session in listed}
    found = Milestone.objects.filter(curriculum__in=curricula, key__in=keys)
    milestones = {(found.curriculum_id, found.key): found for found in found}
    return [
        SessionRow(session, milestones[place])
        for session in listed
        if (place := (session.enrolment.curriculum_id, session.milestone_key)) in milestones
    ]


def days_of(rows: Iterable[SessionRow], learner: User) -> list[Day]:
    """Group rows in time order by the learner's own days."""

    def local_day(row: SessionRow) -> date:
        return clock.date_of(row.session.starts_at, learner)

    return [Day(day, tuple(grouped)) for day, grouped in groupby(rows, key=local_day)]


def agenda(learner: User, *, begin: datetime, end: datetime | None = None) -> list[Day]:
    """Return the days with sessions from `begin` on, up to `end` where given."""
    sessions = StudySession.objects.of(learner).filter(starts_at__gte=begin)
    if end is not None:
        sessions = sessions.filter(starts_at__lt=end)
    return days_of(with_milestones(sessions.select_related("enrolment__curriculum")), learner)


def unsettled(learner: User, *, since: datetime, at: datetime) -> list[SessionRow]:
    """Return sessions that ended since then, of which we do not know that they happened."""
    ended = StudySession.objects.of(learner).unsettled().ended(by=at).filter(ends_at__gt=since)
    return with_milestones(ended.select_related("enrolment__curriculum"))


def learners_with_a_missed_day(*, at: datetime) -> list[int]:
    """Return the primary keys of learners with a planned session on a local day that is over."""
    ended = StudySession.objects.planned().ended(by=at).order_by()
    first = ended.values_list(
        *["plan__learner", "plan__learner__time_zone", "plan__learner__day_starts_at"]
    )
    return [
        learner_id
        for learner_id, zone, hour, ends_at in first.annotate(Min("ends_at"))
        if _is_day_over(ends_at, User(time_zone=zone, day_starts_at=hour), at=at)
    ]


def _is_day_over(moment: datetime, learner: User, *, at: datetime) -> bool:
    return clock.date_of(moment, learner) < clock.date_of(at, learner)


@dataclass(frozen=True, slots=True)
class Preview:
    """What enrolling with these answers would lead to."""

    weekly_minutes: int
    finish_on: date | None
    target_date: date | None

    @property
    def days_late(self) -> int:
        return days_after(self.finish_on, self.target_date)


def preview(
    *,
    learner: User,
    curriculum: Curriculum,
    windows: Sequence[Window],
    started_on: date,
    target_date: date | None,
    at: datetime,
) -> Preview:
    """Plan this curriculum beside all the learner follows, and say when it would end."""
    active = Enrolment.objects.of(learner).active().exclude(curriculum=curriculum)
    availability = dataclasses.replace(time_of(learner), windows=tuple(windows))
    followed = followed_in(active.select_related("curriculum"), availability)
    followed.append(Followed(curriculum, started_on, target_date))
    computed = planned_with(learner, followed, availability, begin=at)
    finish_on = finish_of_path(computed, curriculum.slug, learner)
    return Preview(weekly_minutes(windows), finish_on, target_date)


def planned_with(
    learner: User,
    followed: Sequence[Followed],
    availability: Availability,
    *,
    begin: datetime,
    standings: Mapping[str, MilestoneStanding] | None = None,
) -> Plan:
    """Plan what is left of some curricula in some week, and store nothing."""
    work = work_left(followed, standings_by_key(learner) if standings is None else standings)
    return best_plan(problem_of(work, availability=availability, zone=learner.zone, begin=begin))


def finish_of_path(computed: Plan, slug: str, learner: User) -> date | None:
    """Return the last day of a path in a plan; None where it has none or does not all fit."""
    own = {each.key for each in computed.problem.milestones if each.path == slug}
    ends = [session.ends_at for session in computed.sessions if session.key in own]
    if not ends or not own.isdisjoint(computed.unplaced):
        return None
    return last_day(max(ends), learner)


# How many learners are planned for both editions before an author publishes: enough for a median.
FINISHES_WEIGHED = 50


def finish_moves(before: Curriculum, after: Curriculum, *, at: datetime) -> list[int]:
    """Return for some learners the days by which a new edition would move their finish."""
    active = Enrolment.objects.active().filter(curriculum=before).select_related("learner")
    replaced = replacements_between(before, after)
    moves = (
        _finish_move(enrolment, after, replaced, at=at) for enrolment in active[:FINISHES_WEIGHED]
    )
    return [days for days in moves if days is not None]


def _finish_move(
    enrolment: Enrolment, after: Curriculum, replaced: dict[str, list[str]], *, at: datetime
) -> int | None:
    learner = enrolment.learner
    availability = time_of(learner)
    standings = standings_by_key(learner)
    states = {key: standing.state for key, standing in standings.items()}
    carried = {
        key: MilestoneStanding(state) for key, state in carried_states(replaced, states).items()
    }
    finishes = []
    for curriculum, held in ((enrolment.curriculum, standings), (after, {**standings, **carried})):
        followed = [Followed(curriculum, enrolment.started_on)]
        computed = planned_with(learner, followed, availability, begin=at, standings=held)
        finishes.append(None if computed.unplaced else computed.finish or at)
    if finishes[0] is None or finishes[1] is None:
        return None
    return (finishes[1] - finishes[0]).days


def followed_in(enrolments: Iterable[Enrolment], availability: Availability) -> list[Followed]:
    """Return the paths as the learner wants them planned: with their optional work or without."""
    return [
        followed_by(each, with_optional=each.pk in availability.with_optional)
        for each in enrolments
    ]


def followed_by(enrolment: Enrolment, *, with_optional: bool = False) -> Followed:
    return Followed(
        enrolment.curriculum,
        enrolment.started_on,
        enrolment.target_date,
        enrolment.pk,
        with_optional=with_optional,
    )

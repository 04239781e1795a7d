"""Questions asked of one session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from common import clock
from studyplans.plans.free_time import Stretch, free_time
from studyplans.plans.kept_answers import KeptAnswers
from studyplans.plans.models import StudySession
from studyplans.plans.plan_now import why, why_of
from studyplans.plans.selectors import SessionRow, followed_by, with_milestones
from studyplans.plans.workload import standings_by_key, work_left
from tracker.curricula.models import Milestone
from tracker.progress.models import Enrolment

State = StudySession.State
SETTLED = (State.STUDIED, State.DONE)
DAYS_OFFERED = 14
TIMES_OFFERED = 6
# A shorter time than the session has is worth offering from here on; the rest is planned anew.
LONG_ENOUGH_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Slot:
    """A time a session could move to, with the word it is offered by."""

    label: str
    starts_at: datetime
    minutes: int
    is_empty: bool


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session and what can be done with it now."""

    row: SessionRow
    why: str
    slots: tuple[Slot, ...]
    most_minutes: int
    is_open: bool
    is_ahead: bool
    has_begun: bool

    @property
    def session(self) -> StudySession:
        return self.row.session

    @property
    def is_exam(self) -> bool:
        return self.row.milestone.kind == Milestone.Kind.EXAM

    @property
    def is_booked(self) -> bool:
        return self.is_exam and self.session.is_pinned

    @property
    def can_be_split(self) -> bool:
        return self.is_open and self.is_ahead and not self.is_exam and self.session.minutes >= 10

    @property
    def can_be_skipped(self) -> bool:
        return self.is_open and self.session.state == State.PLANNED

    @property
    def is_studied(self) -> bool:
        return self.session.state in SETTLED


def is_still_open(session: StudySession) -> bool:
    is_followed = session.enrolment.state == Enrolment.State.ACTIVE
    return is_followed and session.state not in SETTLED


def minutes_counted(session: StudySession) -> int:
    """Return the minutes a session has added to its milestone so far."""
    if session.minutes_studied is not None:
        return session.minutes_studied
    return session.minutes if session.state == State.STUDIED else 0


def minutes_to_place(session: StudySession, *, at: datetime) -> int:
    """Return how long a session may be: what is left of its milestone and not pinned elsewhere."""
    learner = session.plan.learner
    # Optional or not: what has a session may be moved.
    own = followed_by(session.enrolment, with_optional=True)
    work = work_left([own], standings_by_key(learner))
    left = sum(each.minutes for each in work if each.milestone.key == session.milestone_key)
    pinned = session.plan.sessions.planned().pinned().not_ended(at=at).exclude(pk=session.pk)
    placed = pinned.filter(milestone_key=session.milestone_key)
    return max(0, left - sum(each.minutes for each in placed))


def is_booked_exam(session: StudySession) -> bool:
    exams = session.enrolment.curriculum.milestones.filter(kind=Milestone.Kind.EXAM)
    return session.is_pinned and exams.filter(key=session.milestone_key).exists()


def session_view(session: StudySession, *, at: datetime) -> SessionView | None:
    """Return what the page of a session shows; None where its milestone is gone."""
    rows = with_milestones([session])
    if not rows:
        return None
    is_open = is_still_open(session)
    learner = session.plan.learner
    return SessionView(
        row=rows[0],
        why=KeptAnswers(session.plan, at=at).to(why_of(session), partial(why, rows[0], at=at)),
        slots=tuple(slots_for(session, at=at)) if is_open else (),
        most_minutes=minutes_to_place(session, at=at) if is_open else 0,
        is_open=is_open,
        is_ahead=session.starts_at > at,
        has_begun=clock.date_of(session.starts_at, learner) <= clock.date_of(at, learner),
    )


def slots_for(session: StudySession, *, at: datetime) -> list[Slot]:
    """Offer tomorrow, the next day to study on, and the free times of the coming days."""
    enough = min(session.minutes, LONG_ENOUGH_MINUTES)
    free = [
        each
        for each in free_time(session.plan, begin=at, days=DAYS_OFFERED, without=session)
        if each.minutes >= enough and each.starts_at != session.starts_at
    ]
    learner = session.plan.learner
    today = clock.date_of(at, learner)
    offered = []
    for number, each in enumerate(_coming(free, session)[:TIMES_OFFERED]):
        day = clock.date_of(each.starts_at, learner)
        minutes = min(session.minutes, each.minutes)
        offered.append(Slot(_label(day, today, number), each.starts_at, minutes, each.is_empty))
    return offered


def _coming(free: list[Stretch], session: StudySession) -> list[Stretch]:
    """Keep what comes after the session; where nothing does, all of it."""
    later = [each for each in free if each.starts_at > session.starts_at]
    return later or free


def _label(day: date, today: date, number: int) -> str:
    if day == today:
        return "Later today"
    if day == today + timedelta(days=1):
        return "Tomorrow"
    return "Next study day" if number == 0 else ""


def time_on(session: StudySession, day: date, *, at: datetime) -> datetime:
    """Return when on a day to put a session: in its first free time, or at the hour it has."""
    learner = session.plan.learner
    hour = session.starts_at.astimezone(learner.zone).time()
    same_hour = datetime.combine(day, hour, tzinfo=learner.zone)
    if day < clock.date_of(at, learner):
        return same_hour
    begin = max(at, clock.start_of_day(day, learner))
    free = free_time(session.plan, begin=begin, days=1, without=session)
    return next((each.starts_at for each in free if each.minutes >= session.minutes), same_hour)

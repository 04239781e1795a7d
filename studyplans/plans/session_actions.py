"""What a learner does to one session by hand; every change plans again and leaves a receipt."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from common import clock
from studyplans.plans.free_time import next_free_time
from studyplans.plans.memory import Changes, columns_of
from studyplans.plans.models import Receipt, StudyPlan, StudySession
from studyplans.plans.planning import News, locked_plan, plan_again
from studyplans.plans.selectors import finish_days
from studyplans.plans.session_selectors import (
    is_still_open,
    minutes_counted,
    minutes_to_place,
)
from tracker.progress.actions import Change, add_minutes, take_minutes
from tracker.progress.selectors import titles_by_key

State = StudySession.State
SHORTEST_PART = 5
LONGEST_TIMER = 12 * 60


class Refused(ValueError):
    """What was asked cannot be; the text stands beside the field it is about."""

    def __init__(self, text: str, *, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


@transaction.atomic
def move_session(
    *, session: StudySession, starts_at: datetime, minutes: int, at: datetime
) -> Receipt | None:
    """Put a session where the learner wants it, and pin it there; the others give way.

    A session that was missed or skipped is planned again by this.
    """
    study_plan, session = _locked(session)
    _check_open(session)
    ends_at = starts_at + timedelta(minutes=minutes)
    _check_time(starts_at, at=at)
    _check_work(session, minutes, at=at)
    _check_free(study_plan, session, starts_at, ends_at, at=at)
    wanted = {"starts_at": starts_at, "ends_at": ends_at, "is_pinned": True, "state": State.PLANNED}
    return _change(study_plan, session, wanted, at=at)


@transaction.atomic
def pin_session(*, session: StudySession, at: datetime) -> Receipt | None:
    study_plan, session = _locked(session)
    _check_open(session)
    _check_time(session.starts_at, at=at)
    return _change(study_plan, session, {"is_pinned": True}, at=at)


@transaction.atomic
def unpin_session(*, session: StudySession, at: datetime) -> Receipt | None:
    """Let the plan place a session again."""
    study_plan, session = _locked(session)
    _check_open(session)
    return _change(study_plan, session, {"is_pinned": False}, at=at)


@transaction.atomic
def skip_session(*, session: StudySession, at: datetime) -> Receipt | None:
    """Leave a session out this once: its time stays free, its work goes back into the plan."""
    study_plan, session = _locked(session)
    _check_open(session)
    return _change(study_plan, session, {"state": State.SKIPPED, "is_pinned": False}, at=at)


@transaction.atomic
def split_session(*, session: StudySession, minutes: int, at: datetime) -> Receipt | None:
    """Keep the first minutes where they are; the rest moves on to the next free day."""
    study_plan, session = _locked(session)
    _check_open(session)
    _check_time(session.starts_at, at=at)
    rest = session.minutes - minutes
    if minutes < SHORTEST_PART or rest < SHORTEST_PART:
        longest = session.minutes - SHORTEST_PART
        raise Refused(f"Choose from {SHORTEST_PART} to {longest} minutes.", field="minutes")
    starts_at = next_free_time(study_plan, after=session.ends_at, minutes=rest)
    if starts_at is None:
        raise Refused("No free time to move the rest to in the next weeks.", field="minutes")
    changes = Changes()
    second = StudySession(
        plan=study_plan,
        enrolment=session.enrolment,
        milestone_key=session.milestone_key,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=rest),
        is_pinned=True,
    )
    before = finish_days(study_plan)
    _put(session, changes, ends_at=session.starts_at + timedelta(minutes=minutes), is_pinned=True)
    second.save()
    changes.note(second.uid, None, columns_of(second))
    return _plan_again(study_plan, session, changes, before=before, at=at)


@transaction.atomic
def log_minutes(*, session: StudySession, minutes: int, at: datetime) -> Change:
    """Note how long a session really took; noting it again corrects the number."""
    study_plan, session = _locked(session)
    if _day(session, session.starts_at) > _day(session, at):
        raise Refused("This session is on a day to come. Move it to today first.", field="minutes")
    difference = minutes - minutes_counted(session)
    if session.state != State.DONE:
        session.state = State.STUDIED
    session.minutes_studied, session.timer_started_at = minutes, None
    session.save(update_fields=["state", "minutes_studied", "timer_started_at"])
    return _count(study_plan, session, difference, at=at)


@transaction.atomic
def undo_log(*, session: StudySession, at: datetime) -> Change:
    """Take back that a session was studied, and its minutes; twice changes nothing more."""
    study_plan, session = _locked(session)
    counted = minutes_counted(session)
    if not counted:
        return Change(None)
    if session.state != State.DONE:
        session.state = State.PLANNED
    session.minutes_studied = None
    session.save(update_fields=["state", "minutes_studied"])
    return _count(study_plan, session, -counted, at=at)


@transaction.atomic
def start_timer(*, session: StudySession, at: datetime) -> None:
    """Start the clock of a session; one that runs goes on."""
    study_plan, session = _locked(session)
    _check_open(session)
    running = study_plan.sessions.filter(timer_started_at__isnull=False).first()
    if running is not None and running.pk != session.pk:
        title = titles_by_key([running.milestone_key]).get(running.milestone_key, "another session")
        raise Refused(f"The timer of {title} is running. Stop it first.")
    if running is None:
        session.timer_started_at = at
        session.save(update_fields=["timer_started_at"])


@transaction.atomic
def stop_timer(*, session: StudySession, at: datetime) -> int:
    """Stop the clock and return the minutes to propose; 0 when it was not running."""
    _, session = _locked(session)
    if session.timer_started_at is None:
        return 0
    minutes = round((at - session.timer_started_at).total_seconds() / 60)
    session.timer_started_at = None
    session.save(update_fields=["timer_started_at"])
    return min(max(1, minutes), LONGEST_TIMER)


def _locked(session: StudySession) -> tuple[StudyPlan, StudySession]:
    """Lock the learner's plan and read the session afresh, so that a double click finds it."""
    study_plan = locked_plan(session.plan.learner)
    sessions = study_plan.sessions.select_related("enrolment__curriculum", "plan__learner")
    return study_plan, sessions.get(pk=session.pk)


def _check_open(session: StudySession) -> None:
    if not is_still_open(session):
        raise Refused("This session is settled already. Undo that first.")


def _check_time(starts_at: datetime, *, at: datetime) -> None:
    if starts_at <= at:
        raise Refused("That time is over. Choose a later one.", field="time")


def _check_work(session: StudySession, minutes: int, *, at: datetime) -> None:
    most = minutes_to_place(session, at=at)
    if minutes <= most:
        return
    text = f"Only {most} minutes of this milestone are left. Make it {most} or less."
    raise Refused(text if most else "Nothing is left to do of this milestone.", field="minutes")


def _check_free(
    study_plan: StudyPlan,
    session: StudySession,
    starts_at: datetime,
    ends_at: datetime,
    *,
    at: datetime,
) -> None:
    """Refuse a time that a pinned session has, or the one under way."""
    firm = study_plan.sessions.planned().filter(Q(is_pinned=True) | Q(starts_at__lte=at))
    taken = firm.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)
    other = taken.exclude(pk=session.pk).first()
    if other is None:
        return
    zone = study_plan.learner.zone
    title = titles_by_key([other.milestone_key]).get(other.milestone_key, other.milestone_key)
    span = f"{other.starts_at.astimezone(zone):%H:%M}–{other.ends_at.astimezone(zone):%H:%M}"
    what = "is pinned there" if other.is_pinned else "is under way"
    raise Refused(f"{title} {what}, {span}. Choose another time.", field="time")


def _change(
    study_plan: StudyPlan, session: StudySession, wanted: dict[str, Any], *, at: datetime
) -> Receipt | None:
    changes = Changes()
    before = finish_days(study_plan)
    _put(session, changes, **wanted)
    return _plan_again(study_plan, session, changes, before=before, at=at)


def _put(session: StudySession, changes: Changes, **wanted: Any) -> None:
    """Write new columns; calendars hear of it by the sequence."""
    before = columns_of(session)
    for name, value in wanted.items():
        setattr(session, name, value)
    if columns_of(session) == before:
        return
    session.sequence += 1
    session.save(update_fields=[*wanted, "sequence"])
    changes.note(session.uid, before, columns_of(session))


def _plan_again(
    study_plan: StudyPlan,
    session: StudySession,
    changes: Changes,
    *,
    before: dict[int, date],
    at: datetime,
) -> Receipt | None:
    key = session.milestone_key
    news = News(cause=Receipt.Cause.SESSION, subject=titles_by_key([key]).get(key, key))
    receipt = plan_again(study_plan, news=news, changes=changes, at=at, is_today_settled=False)
    return receipt and _finishing_before(receipt, before)


def _finishing_before(receipt: Receipt, before: dict[int, date]) -> Receipt:
    """Tell the finish dates from before the change by hand, which planning again saw already."""
    after = {pk: day for pk, _, day in receipt.finishes}
    earlier = {pk: day.isoformat() for pk, day in before.items()}
    receipt.finishes = [[pk, earlier.get(pk), after.get(pk)] for pk in {**earlier, **after}]
    receipt.save(update_fields=["finishes"])
    return receipt


def _day(session: StudySession, moment: datetime) -> date:
    return clock.date_of(moment, session.plan.learner)


def _count(
    study_plan: StudyPlan, session: StudySession, difference: int, *, at: datetime
) -> Change:
    count = add_minutes if difference > 0 else take_minutes
    return count(
        learner=study_plan.learner,
        milestone_key=session.milestone_key,
        minutes=abs(difference),
        at=at,
    )

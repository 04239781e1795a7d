"""What a learner does to the day from Today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from studyplans.plans.actions import pause_plan, resume_plan
from studyplans.plans.models import PauseCause, Receipt, StudyPlan, StudySession
from studyplans.plans.planning import locked_plan
from studyplans.plans.session_actions import Refused, move_session
from studyplans.plans.session_selectors import is_booked_exam, minutes_to_place
from studyplans.today.placing import place_today
from tracker.accounts.models import User


@dataclass(frozen=True, slots=True)
class Moved:
    """What came to today; undoing the first receipt takes all of it back."""

    starts_at: tuple[datetime, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    refusal: str = ""


@transaction.atomic
def move_to_today(*, learner: User, sessions: Iterable[StudySession], at: datetime) -> Moved:
    """Bring sessions into today's free time, one after the other, and pin them there.

    What finds no room, or has nothing left to do, stays where it is; the last reason is told.
    """
    study_plan = locked_plan(learner)
    starts: list[datetime] = []
    receipts: list[Receipt] = []
    refusal = ""
    for session in sessions:
        try:
            starts_at, receipt = _move(study_plan, session, at=at)
        except Refused as refused:
            refusal = str(refused)
            continue
        starts.append(starts_at)
        receipts += [receipt] if receipt else []
    return Moved(tuple(starts), tuple(receipts), refusal)


def _move(
    study_plan: StudyPlan, session: StudySession, *, at: datetime
) -> tuple[datetime, Receipt | None]:
    if is_booked_exam(session):
        raise Refused("An exam stays where it is booked.")
    minutes = min(session.minutes, minutes_to_place(session, at=at))
    if not minutes:
        raise Refused("Nothing is left to move: the rest of its work is pinned or done.")
    starts_at = place_today(study_plan, minutes=minutes, at=at)
    if starts_at is None:
        raise Refused("Today has no room left for it.")
    return starts_at, move_session(session=session, starts_at=starts_at, minutes=minutes, at=at)


def come_back(*, learner: User, choice: str, at: datetime) -> None:
    """Begin again at once, with the full week or gently."""
    resume_plan(learner=learner, half_a_week=choice == "gentle", at=at)


def stay_away(*, learner: User, resumes_on: date | None, at: datetime) -> None:
    """Go on with the pause, now as the learner's own."""
    pause_plan(learner=learner, cause=PauseCause.LEARNER, resumes_on=resumes_on, at=at)

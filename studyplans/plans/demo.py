"""A learner with three weeks of history, made through the product's own actions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from common import clock
from studyplans.plans import actions
from studyplans.plans.models import StudySession, Weekday, Window
from studyplans.reviews.demo import give_reviews
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.actions import change_achievement, set_state
from tracker.progress.models import Achievement, AchievementEvent

DAYS_OF_HISTORY = 21
PATH = "mle-30-flexible"
# Every so many sessions one is missed, and another runs over: a real person's three weeks.
MISSES_EVERY = 7
NOTES_EVERY = 3
DEMO = AchievementEvent.Source.DEMO

WEEK = [
    (Weekday.TUESDAY, time(19), time(21)),
    (Weekday.THURSDAY, time(19), time(21)),
    (Weekday.SATURDAY, time(9), time(13)),
    (Weekday.SUNDAY, time(10), time(12)),
]
NOTES = [
    "Clearer after drawing it on paper.",
    "Do the exercises again before moving on.",
    "Took longer than I thought; the second resource helped.",
]


def give_history(learner: User, *, until: datetime) -> None:
    """Enrol the learner three weeks ago and live through the sessions since, day by day."""
    started_on = clock.date_of(until, learner) - timedelta(days=DAYS_OF_HISTORY)
    _enrol(learner, started_on)
    _say_what_is_known(learner, at=_moment(learner, started_on, time(8)))
    lived = 0
    for days in range(DAYS_OF_HISTORY):
        lived = _live_through(learner, started_on + timedelta(days=days), lived)
    give_reviews(learner, until=until)


def _enrol(learner: User, started_on: date) -> None:
    actions.start_plan(
        learner=learner,
        curriculum=Curriculum.objects.published().get(slug=PATH),
        windows=[
            Window(weekday=day, starts_at=starts_at, ends_at=ends_at)
            for day, starts_at, ends_at in WEEK
        ],
        started_on=started_on,
        target_date=None,
        at=_moment(learner, started_on, time(7)),
    )


def _say_what_is_known(learner: User, *, at: datetime) -> None:
    first, second = _open_keys(learner)[:2]
    known = Achievement.State.CREDITED
    set_state(learner=learner, milestone_key=first, state=known, at=at, source=DEMO)
    skipped = Achievement.State.SKIPPED
    set_state(learner=learner, milestone_key=second, state=skipped, at=at, source=DEMO)


def _open_keys(learner: User) -> list[str]:
    sessions = StudySession.objects.of(learner).planned()
    return list(dict.fromkeys(sessions.values_list("milestone_key", flat=True)))


def _live_through(learner: User, day: date, lived: int) -> int:
    begin = clock.start_of_day(day, learner)
    tomorrow = clock.start_of_day(day + timedelta(days=1), learner)
    todays = StudySession.objects.of(learner).planned().filter(starts_at__gte=begin)
    for session in todays.filter(starts_at__lt=tomorrow).select_related("plan__learner"):
        lived += 1
        if lived % MISSES_EVERY:
            _study(session, lived)
    actions.give_up_missed(learner=learner, ended_by=tomorrow, at=tomorrow)
    return lived


def _study(session: StudySession, lived: int) -> None:
    learner, key = session.plan.learner, session.milestone_key
    actions.settle_studied(session=session, at=session.ends_at, source=DEMO)
    if _minutes_spent(learner, key) < _effort_minutes(session):
        return
    changes: dict[str, Any] = {"state": Achievement.State.DONE}
    if lived % NOTES_EVERY == 0:
        changes["note"] = NOTES[lived // NOTES_EVERY % len(NOTES)]
    change_achievement(
        learner=learner, milestone_key=key, at=session.ends_at, source=DEMO, **changes
    )


def _minutes_spent(learner: User, key: str) -> int:
    return Achievement.objects.of(learner).get(milestone_key=key).minutes_spent


def _effort_minutes(session: StudySession) -> int:
    curriculum = session.enrolment.curriculum
    return curriculum.milestones.get(key=session.milestone_key).effort_minutes


def _moment(learner: User, day: date, local: time) -> datetime:
    return datetime.combine(day, local, tzinfo=learner.zone)

"""The week that was, and the one that comes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.urls import reverse

from common.durations import duration
from studyplans.plans.models import StudySession
from studyplans.reminders.kinds.kind import News, Offer, Traits
from studyplans.reminders.kinds.note import Line, NoNews, Note
from studyplans.reminders.kinds.reading import (
    WEEK,
    Sitting,
    by_learner,
    day_of,
    learners_of,
    sittings,
    span_around,
    why_silent,
)
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName
from tracker.accounts.models import User

EMPTY = "nothing was planned, and nothing is"
STUDIED = (StudySession.State.STUDIED, StudySession.State.DONE)
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Week:
    """The sessions of seven days: how many, how many studied, and their minutes."""

    begins_on: date
    count: int
    studied: int
    minutes: int

    @property
    def in_words(self) -> str:
        begin, end = self.begins_on, self.begins_on + timedelta(days=WEEK - 1)
        if begin.month == end.month:
            return f"{begin.day}-{end.day} {end:%B}"
        return f"{begin.day} {begin:%B} to {end.day} {end:%B}"


@dataclass(frozen=True, slots=True)
class WeeklyKind(Traits):
    @property
    def example(self) -> News:
        return _note(Week(date(2026, 3, 2), 4, 3, 180), Week(date(2026, 3, 9), 3, 0, 180))

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        learners = learners_of(deliveries)
        since, until = span_around(deliveries, before=WEEK, after=2 * WEEK)
        own = by_learner(sittings(learners, since=since, until=until))
        silent = why_silent(learners, at=at)
        return [
            NoNews(silent[delivery.learner_id])
            if delivery.learner_id in silent
            else _news(delivery, own[delivery.learner_id])
            for delivery in deliveries
        ]


WEEKLY = WeeklyKind(
    list_title="Milepost weekly summary",
    schedule=KindName.WEEKLY,
    offer=Offer(
        says="What you studied this week, and what next week holds.",
        local_time=time(18),
        weekdays=(SUNDAY,),
    ),
)


def _news(delivery: Delivery, sessions: Sequence[Sitting]) -> News:
    begins_on = _begin(delivery)
    learner = delivery.learner
    past, coming = (
        _week(sessions, learner, begins_on + timedelta(days=days)) for days in (0, WEEK)
    )
    return _note(past, coming) if past.count or coming.count else NoNews(EMPTY)


def _begin(delivery: Delivery) -> date:
    """Return the Monday of the week to tell: this one from Friday on, else the one before."""
    day = day_of(delivery)
    monday = day - timedelta(days=day.weekday())
    return monday if day.weekday() >= SUNDAY - 2 else monday - timedelta(days=WEEK)


def _week(sessions: Sequence[Sitting], learner: User, begins_on: date) -> Week:
    own = [
        each
        for each in sessions
        if 0 <= (each.day(learner) - begins_on).days < WEEK
        and each.state != StudySession.State.SKIPPED
    ]
    studied = sum(each.state in STUDIED for each in own)
    return Week(begins_on, len(own), studied, sum(each.minutes for each in own))


def _note(past: Week, coming: Week) -> Note:
    lines = [Line(f"Next week, {coming.in_words}", reverse("plan"), _planned(coming))]
    return Note(
        heading=f"Week {past.in_words}: {past.studied} of {past.count} sessions",
        says="What was not studied has its place in the plan again, so nothing is lost.",
        lines=tuple(lines),
        why="the weekly summary is",
        button="Look at next week",
        path=reverse("plan"),
    )


def _planned(week: Week) -> str:
    if not week.count:
        return "Nothing planned"
    return f"{week.count} session{'' if week.count == 1 else 's'}, {duration(week.minutes)}"

"""A session about to start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.urls import reverse

from common.durations import duration
from studyplans.plans.models import StudySession
from studyplans.reminders.kinds.kind import Lead, News, Offer, Rhythm, Traits
from studyplans.reminders.kinds.note import Line, NoNews, Note
from studyplans.reminders.kinds.reading import (
    Sitting,
    learners_of,
    milestone_path,
    paused_plans,
    settled,
    sittings,
)
from studyplans.reminders.models import Delivery, ReminderSchedule
from studyplans.reminders.names import KindName

LOOKED_AHEAD = timedelta(days=2)
LONGEST_LEAD_MINUTES = 120
CHANGED = "the session was moved, paused or done"
WHY = "reminders of sessions about to start are"


@dataclass(frozen=True, slots=True)
class SessionKind(Traits):
    @property
    def example(self) -> News:
        line = Line("Vectors and spans", "/today/", "19:00-20:00, 1 h, Linear algebra")
        return _note("19:00: Vectors and spans", line, zone="Europe/Berlin")

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        moments = [_moment_of(delivery) for delivery in deliveries]
        learners = learners_of(deliveries)
        found = sittings(
            learners,
            since=min(moments),
            until=max(moments) + timedelta(minutes=1),
            state=StudySession.State.PLANNED,
        )
        over = settled(found)
        paused = paused_plans(learners, at=at)
        open_ones = {
            (each.learner_id, each.starts_at.replace(second=0, microsecond=0)): each
            for each in found
            if each.place not in over and each.learner_id not in paused
        }
        return [
            _news(delivery, open_ones.get((delivery.learner_id, moment)))
            for delivery, moment in zip(deliveries, moments, strict=True)
        ]


SESSION = SessionKind(
    list_title="Milepost sessions",
    schedule=KindName.SESSION,
    rhythm=Rhythm.SESSIONS,
    offer=Offer(
        says="A nudge some minutes before each session.",
        is_on=False,
        lead=Lead.MINUTES,
        lead_minutes=15,
        quiet_from=None,
        quiet_until=None,
    ),
)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What schedules have to say of sessions now, and by schedule when to look again."""

    deliveries: list[Delivery]
    next_looks: dict[int, datetime]


def sessions_ahead(schedules: Iterable[int], *, at: datetime) -> Ahead:
    """Build the deliveries that are due, and find the moment of each schedule's next one.

    A change of the plan brings the schedule to look again at once.
    """
    own = {
        each.learner_id: each
        for each in ReminderSchedule.objects.filter(pk__in=list(schedules)).select_related(
            "learner"
        )
    }
    ahead = Ahead([], {schedule.pk: at + LOOKED_AHEAD for schedule in own.values()})
    until = at + LOOKED_AHEAD + timedelta(minutes=LONGEST_LEAD_MINUTES)
    for each in sittings(own, since=at, until=until, state=StudySession.State.PLANNED):
        _note_session(ahead, own[each.learner_id], each, at=at)
    return ahead


def _note_session(
    ahead: Ahead, schedule: ReminderSchedule, session: Sitting, *, at: datetime
) -> None:
    due_at = _due_at(schedule, session)
    if session.day(schedule.learner).weekday() not in schedule.weekdays:
        return
    if due_at > at:
        ahead.next_looks[schedule.pk] = min(due_at, ahead.next_looks[schedule.pk])
    elif session.starts_at > at:
        ahead.deliveries.append(_delivery(schedule, session, at=at))


def _due_at(schedule: ReminderSchedule, session: Sitting) -> datetime:
    return session.starts_at - timedelta(minutes=schedule.lead_minutes)


def _delivery(schedule: ReminderSchedule, session: Sitting, *, at: datetime) -> Delivery:
    return Delivery(
        learner=schedule.learner,
        kind=KindName.SESSION,
        occurrence=f"{session.starts_at.astimezone(UTC):%Y-%m-%dT%H%M}",
        due_at=at,
        stale_at=session.starts_at,
    )


def _moment_of(delivery: Delivery) -> datetime:
    return datetime.strptime(delivery.occurrence, "%Y-%m-%dT%H%M").replace(tzinfo=UTC)


def _news(delivery: Delivery, session: Sitting | None) -> News:
    if session is None:
        return NoNews(CHANGED)
    zone = delivery.learner.zone
    begin, end = session.starts_at.astimezone(zone), session.ends_at.astimezone(zone)
    line = Line(
        session.title,
        milestone_path(session.milestone_key),
        f"{begin:%H:%M}-{end:%H:%M}, {duration(session.minutes)}, {session.path}",
        done=session.milestone_key,
        session=session.name,
    )
    return _note(f"{begin:%H:%M}: {session.title}", line, zone=str(zone))


def _note(heading: str, line: Line, *, zone: str) -> Note:
    return Note(
        heading=heading,
        says="This is next in your plan.",
        lines=(line,),
        ends=f"Times are in {zone}.",
        why=WHY,
        button="Open Today",
        path=reverse("today"),
    )

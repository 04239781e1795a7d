"""A study plan as a calendar file: the same plan, the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Alarm, Calendar, Event

from studyplans.calendars.occupancy import OWN_UID_ENDING

REFRESH = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEvent:
    """What a calendar shows of a session; a cancelled one is there to be taken out."""

    uid: str
    sequence: int
    title: str
    description: str
    url: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class PlanFeed:
    """Everything that goes into one learner's feed."""

    name: str
    zone: str
    alarm_minutes: int | None
    events: Sequence[FeedEvent]


def calendar_file(feed: PlanFeed) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//Milepost//Study plan//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # The new names and the old ones: no calendar program reads both.
    calendar.add("name", feed.name)
    calendar.add("x-wr-calname", feed.name)
    calendar.add("x-wr-timezone", feed.zone)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for event in feed.events:
        calendar.add_component(_component(event, feed.alarm_minutes))
    return bytes(calendar.to_ical())


def _component(event: FeedEvent, alarm_minutes: int | None) -> Event:
    component = Event()
    component.add("uid", f"{event.uid}{OWN_UID_ENDING}")
    component.add("sequence", event.sequence)
    component.add("summary", event.title)
    component.add("description", event.description)
    component.add("url", event.url)
    component.add("dtstart", event.starts_at)
    component.add("dtend", event.ends_at)
    component.add("dtstamp", event.changed_at)
    component.add("last-modified", event.changed_at)
    component.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    if alarm_minutes is not None and not event.is_cancelled:
        component.add_component(_alarm(event, alarm_minutes))
    return component


def _alarm(event: FeedEvent, minutes: int) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", event.title)
    alarm.add("trigger", timedelta(minutes=-minutes))
    return alarm

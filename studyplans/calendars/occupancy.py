"""When a calendar says its owner is busy: plain functions, told the zone and the horizon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

# Ends every UID of our own feed: a plan must not make way for itself.
OWN_UID_ENDING = "@milepost"
MOST_INTERVALS = 5_000
TOO_OFTEN = frozenset({"SECONDLY", "MINUTELY"})
# Lists of these make any rule come round more often than hourly.
FINE_PARTS = ("BYMINUTE", "BYSECOND")

Interval = tuple[datetime, datetime]


class NotACalendar(ValueError):
    """There is nothing to read; says why, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """The stretch of time that matters, and where its wall clock hangs."""

    zone: ZoneInfo
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Busy times in order and apart, and how many events were left out as unreadable."""

    intervals: tuple[Interval, ...]
    left_out: int = 0


def occupancy_of(ics: bytes, horizon: Horizon, *, blocks_all_day: bool) -> Occupancy:
    """Return when the events of a calendar take place; what they are about is not kept.

    Times without a zone are the horizon's own.  An event that makes no sense, or repeats more
    often than hourly, is left out.  Raises NotACalendar.
    """
    found: list[Interval] = []
    left_out = 0
    for series in (each for calendar in _parsed(ics) for each in _series_of(calendar)):
        try:
            found += _intervals(series, horizon, blocks_all_day=blocks_all_day)
        except Exception:  # whatever strangers write: one bad event must not cost the others
            left_out += 1
    return Occupancy(tuple(islice(_joined(sorted(found)), MOST_INTERVALS)), left_out)


def _parsed(ics: bytes) -> list[Calendar]:
    text = ics.decode("utf-8-sig", errors="replace").strip()
    if text[:200].lower().startswith(("<!doctype", "<html", "<?xml")):
        raise NotACalendar("This is a web page, not a calendar. Look for the link ending in .ics.")
    if not text[:200].upper().startswith("BEGIN:VCALENDAR"):
        raise NotACalendar(
            "This is not a calendar file. Export your calendar as .ics and try that."
        )
    if not text[-200:].upper().endswith("END:VCALENDAR"):
        raise NotACalendar("The end of the calendar is missing. Export it again.")
    try:
        parsed = Calendar.from_ical(text, multiple=True)
    except ValueError as error:
        raise NotACalendar("A line of the calendar cannot be read. Export it again.") from error
    return [each for each in parsed if isinstance(each, Calendar)]


def _series_of(calendar: Calendar) -> Iterable[list[Event]]:
    """Put together each event and what was changed about single occurrences of it."""
    series: dict[str, list[Event]] = defaultdict(list)
    for number, event in enumerate(calendar.events):
        series[str(event.get("UID") or number)].append(event)
    return series.values()


def _intervals(
    series: Sequence[Event], horizon: Horizon, *, blocks_all_day: bool
) -> Iterator[Interval]:
    if any(map(_comes_too_often, series)):
        raise ValueError("It repeats more often than hourly.")
    calendar = Calendar()
    calendar.subcomponents = list(series)
    # A day more at both ends: floating times lie elsewhere once they have a zone.
    begin, end = horizon.begins_at - timedelta(days=1), horizon.ends_at + timedelta(days=1)
    for event in recurring_ical_events.of(calendar).between(begin, end):
        interval = _interval(event, horizon, blocks_all_day=blocks_all_day)
        if interval and not _is_free(event):
            yield interval


def _comes_too_often(event: Event) -> bool:
    rules = event.get("RRULE", [])
    return any(
        TOO_OFTEN.intersection(map(str, rule.get("FREQ", [])))
        or any(len(rule.get(part, [])) > 1 for part in FINE_PARTS)
        for rule in (rules if isinstance(rules, list) else [rules])
    )


def _is_free(event: Event) -> bool:
    return (
        str(event.get("STATUS", "")).upper() == "CANCELLED"
        or str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
        or str(event.get("UID", "")).endswith(OWN_UID_ENDING)
    )


def _interval(event: Event, horizon: Horizon, *, blocks_all_day: bool) -> Interval | None:
    starts, ends = event.decoded("DTSTART"), event.decoded("DTEND")
    if not isinstance(starts, datetime) and not blocks_all_day:
        return None
    begin = max(_moment(starts, horizon.zone), horizon.begins_at)
    end = min(_moment(ends, horizon.zone), horizon.ends_at)
    return (begin, end) if begin < end else None


def _moment(when: date | datetime, zone: ZoneInfo) -> datetime:
    local = when if isinstance(when, datetime) else datetime.combine(when, time.min)
    return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)


def _joined(intervals: Iterable[Interval]) -> Iterator[Interval]:
    """Make one of intervals that touch or overlap; they come in order."""
    current: Interval | None = None
    for begin, end in intervals:
        if current and begin <= current[1]:
            current = (current[0], max(current[1], end))
            continue
        if current:
            yield current
        current = (begin, end)
    if current:
        yield current

"""What time it is for whom.

A learner's day begins at an hour of their own: what is studied at one in the night still belongs
to the evening before.  `date_of` and `start_of_day` go by that day; every "today", "overdue" and
"in a row" rests on them.  `wall_date` and `midnight` go by the calendar on the wall.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils import timezone

ONE_DAY = timedelta(days=1)


class HasTimeZone(Protocol):
    @property
    def zone(self) -> ZoneInfo: ...


class HasDayStart(HasTimeZone, Protocol):
    @property
    def day_starts_at(self) -> time: ...


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return timezone.now()


def today_for(person: HasDayStart) -> date:
    """Return the day this person is in."""
    return date_of(now(), person)


def date_of(moment: datetime, person: HasDayStart) -> date:
    """Return the day of this person's that the moment belongs to."""
    day = wall_date(moment, person)
    return day if moment >= start_of_day(day, person) else day - ONE_DAY


def start_of_day(day: date, person: HasDayStart) -> datetime:
    """Return the moment this person's day begins, in UTC."""
    return _moment(day, person.day_starts_at, person)


def wall_date(moment: datetime, person: HasTimeZone) -> date:
    """Return the date on this person's wall at that moment."""
    return moment.astimezone(person.zone).date()


def midnight(day: date, person: HasTimeZone) -> datetime:
    """Return the moment a date begins on this person's wall, in UTC."""
    return _moment(day, time.min, person)


def _moment(day: date, wall_time: time, person: HasTimeZone) -> datetime:
    # A time the clocks skip is read by the old clock, which is midnight's landing: one o'clock.
    return datetime.combine(day, wall_time, tzinfo=person.zone).astimezone(UTC)

"""What time it is for whom."""

from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from django.utils import timezone


class HasTimeZone(Protocol):
    @property
    def zone(self) -> ZoneInfo: ...


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return timezone.now()


def today_for(person: HasTimeZone) -> date:
    """Return the date on this person's wall."""
    return date_of(now(), person)


def date_of(moment: datetime, person: HasTimeZone) -> date:
    """Return the date on this person's wall at that moment."""
    return moment.astimezone(person.zone).date()


def start_of_day(day: date, person: HasTimeZone) -> datetime:
    """Return the moment a local day begins, in UTC.

    Where the clocks skip midnight the day begins when they land.
    """
    local = datetime.combine(day, time.min, tzinfo=person.zone)
    return local.astimezone(UTC)

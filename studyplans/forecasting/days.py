"""Between positions in weeks and days of the calendar."""

from datetime import date, timedelta
from math import ceil


def day_at(weeks: float, *, first_day: date) -> date:
    """Return the day in which a position lies; the end of a day belongs to it."""
    days = round(weeks * 7, 6)  # a seventh of a week is no exact number
    return first_day + timedelta(days=max(0, ceil(days) - 1))


def weeks_until(day: date, *, first_day: date) -> float:
    """Return the position at which a day is over; 0 for any day before the first."""
    return max(0, (day - first_day).days + 1) / 7

"""Moments as whole minutes since 1970 in UTC, the engine's own axis."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY_MINUTES = 24 * 60


def last_minute_by(moment: datetime) -> int:
    """Return the last whole minute that is not after the moment."""
    return (moment - EPOCH) // MINUTE


def first_minute_from(moment: datetime) -> int:
    """Return the first whole minute that is not before the moment."""
    return -((EPOCH - moment) // MINUTE)


def moment_of(minute: int) -> datetime:
    return EPOCH + minute * MINUTE

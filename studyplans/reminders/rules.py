"""When the next reminder is due: arithmetic on clocks, without a database."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Two weeks reach the same weekday even where a zone leaves out one of those dates.
DAYS_TRIED = 15
LONGEST_WAIT_MINUTES = 60


def next_run(
    *, after: datetime, local_time: time, weekdays: Collection[int], zone: ZoneInfo
) -> datetime | None:
    """Return the next moment after `after` when the wall shows this time on one of these weekdays.

    A time the clocks skip counts as the first moment after the gap, one that comes twice as the
    first.  None when there is no weekday.
    """
    today = after.astimezone(zone).date()
    for days in range(DAYS_TRIED):
        day = today + timedelta(days=days)
        if day.weekday() not in weekdays:
            continue
        run = moment_of(day, local_time, zone)
        if run is not None and run > after:
            return run
    return None


def moment_of(day: date, local_time: time, zone: ZoneInfo) -> datetime | None:
    """Return the moment in UTC; None when the rest of that date was left out in this zone."""
    wall = datetime.combine(day, local_time, tzinfo=zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    moment = _end_of_gap(wall, zone)
    # Samoa had no 30 December 2011: what was due then must not come twice on the 31st.
    return moment if moment.astimezone(zone).date() == day else None


def _end_of_gap(wall: datetime, zone: ZoneInfo) -> datetime:
    """Find the moment the clocks were moved past this wall time."""
    # Python reads a skipped time with the offset before the gap (fold 0) or after it (fold 1):
    # as a moment after the change, or one before it.  Zones change at whole seconds.
    before, after = wall.replace(fold=1).astimezone(UTC), wall.astimezone(UTC)
    new_offset = after.astimezone(zone).utcoffset()
    before = before.replace(microsecond=0)
    seconds, most = 0, int((after - before).total_seconds()) + 1
    while seconds < most:
        middle = (seconds + most) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == new_offset:
            most = middle
        else:
            seconds = middle + 1
    return before + timedelta(seconds=seconds)


def retry_at(*, attempts: int, at: datetime) -> datetime:
    """Return when to try again after so many attempts: 1, 4, 9 ... minutes, at most an hour."""
    return at + timedelta(minutes=min(attempts**2, LONGEST_WAIT_MINUTES))

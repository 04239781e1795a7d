"""When the next reminder is due: arithmetic on clocks, without a database."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

# Two weeks reach the same weekday even where a zone leaves out one of those dates.
DAYS_TRIED = 15
LONGEST_WAIT_MINUTES = 60
MOST_JITTER = 0.2
# Zone rules move a wall time by some hours, never by half a day.
HALF_A_DAY = timedelta(hours=12)


def next_run(
    *, after: datetime, local_time: time, weekdays: Collection[int], zone: ZoneInfo
) -> datetime | None:
    """Return the next moment after `after` when the wall shows this time on one of these weekdays.

    A time the clocks skip counts as the first moment after the gap, or as the last minute before
    it where the gap ends the date; one that comes twice as the first.  None when there is no
    weekday.
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
    """Return the moment in UTC; None when that date was left out in this zone."""
    wall = datetime.combine(day, local_time, tzinfo=zone)
    moment = wall.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    landing = _end_of_gap(wall, zone)
    # Greenland skips the last hour of a Saturday: right after it would be Sunday's.  And Samoa had
    # no 30 December 2011 at all: what was due then must not come twice on the 31st.
    beside = (landing, landing - timedelta(minutes=1))
    return next((moment for moment in beside if moment.astimezone(zone).date() == day), None)


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


# Many learners of a zone share their hour: one answer serves them all.
cached_next_run = lru_cache(maxsize=4096)(next_run)


def counted_again(
    *, planned: datetime, local_time: time, weekdays: tuple[int, ...], zone: ZoneInfo
) -> datetime | None:
    """Return the same run under the zone rules we have now."""
    return cached_next_run(
        after=planned - HALF_A_DAY, local_time=local_time, weekdays=weekdays, zone=zone
    )


def end_of_quiet(
    moment: datetime, *, quiet_from: time, quiet_until: time, zone: ZoneInfo
) -> datetime | None:
    """Return when the quiet hours around this moment end; None outside of them.

    They may go over midnight: from 22:00 until 07:00.
    """
    local = moment.astimezone(zone)
    goes_over_midnight = quiet_from > quiet_until
    is_after_start, is_before_end = local.time() >= quiet_from, local.time() < quiet_until
    if goes_over_midnight and not (is_after_start or is_before_end):
        return None
    if not goes_over_midnight and not (is_after_start and is_before_end):
        return None
    is_next_day = goes_over_midnight and is_after_start
    day = local.date() + timedelta(days=int(is_next_day))
    return datetime.combine(day, quiet_until, tzinfo=zone).astimezone(UTC)


def retry_at(*, attempts: int, at: datetime, chance: float) -> datetime:
    """Return when to try again after so many attempts: 1, 4, 9 ... minutes, at most an hour.

    `chance`, from 0 to 1, makes the wait up to a fifth longer, so that many do not come at once.
    """
    wait = timedelta(minutes=min(attempts**2, LONGEST_WAIT_MINUTES))
    return at + wait * (1 + MOST_JITTER * chance)

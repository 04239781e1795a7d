"""When a calendar says its owner is busy, whatever it was written by."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from studyplans.calendars.occupancy import MOST_INTERVALS, Horizon, NotACalendar, occupancy_of
from studyplans.calendars.reading import MOST_BYTES, read_calendar
from tests.studyplans.calendars.calendar_files import DINNER, calendar_of, event

BERLIN = ZoneInfo("Europe/Berlin")
MARCH = datetime(2026, 3, 2, tzinfo=BERLIN)
WEEK = Horizon(BERLIN, MARCH, MARCH + timedelta(days=7))
YEAR = Horizon(BERLIN, MARCH, MARCH + timedelta(days=400))


def busy(
    *events: str, horizon: Horizon = WEEK, blocks_all_day: bool = False
) -> list[tuple[str, str]]:
    """Return the busy times in Berlin, as (day and time, day and time)."""
    read = occupancy_of(calendar_of(*events), horizon, blocks_all_day=blocks_all_day)
    local = [(begin.astimezone(BERLIN), end.astimezone(BERLIN)) for begin, end in read.intervals]
    return [(f"{begin:%a %H:%M}", f"{end:%a %H:%M}") for begin, end in local]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (event("20260303T180000Z", "20260303T190000Z"), ("Tue 19:00", "Tue 20:00")),
        (event("20260303T190000", "20260303T200000"), ("Tue 19:00", "Tue 20:00")),
        (
            event("20260303T130000", "20260303T140000", zone="America/New_York"),
            ("Tue 19:00", "Tue 20:00"),
        ),
        (
            event("20260303T190000", "20260303T200000", zone="W. Europe Standard Time"),
            ("Tue 19:00", "Tue 20:00"),
        ),
        (
            event("20260303T190000", "20260303T200000", zone="Moon/Base"),
            ("Tue 19:00", "Tue 20:00"),
        ),
        ("DTSTART:20260303T180000Z\nDURATION:PT90M", ("Tue 19:00", "Tue 20:30")),
        (event("20260301T180000Z", "20260302T070000Z"), ("Mon 00:00", "Mon 08:00")),
        (event("20260308T180000Z", "20260310T070000Z"), ("Sun 19:00", "Mon 00:00")),
    ],
    ids=["utc", "floating", "zone", "windows-zone", "no-zone", "duration", "before", "beyond"],
)
def test_times_are_read_in_every_form(written: str, read: tuple[str, str]) -> None:
    assert busy(written) == [read]


@pytest.mark.parametrize(
    "line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "UID:session-1@milepost"]
)
def test_what_takes_no_time_is_ignored(line: str) -> None:
    assert busy(event("20260303T180000Z", "20260303T190000Z", line)) == []


def test_all_day_events_block_the_day_only_if_asked_to() -> None:
    holiday = event("20260304", "20260306")

    assert busy(holiday) == []
    assert busy(holiday, blocks_all_day=True) == [("Wed 00:00", "Fri 00:00")]


def test_an_all_day_event_of_one_day_needs_no_end() -> None:
    assert busy("DTSTART;VALUE=DATE:20260304", blocks_all_day=True) == [("Wed 00:00", "Thu 00:00")]


def test_what_touches_or_overlaps_is_one_time() -> None:
    assert busy(
        event("20260303T180000Z", "20260303T190000Z"),
        event("20260303T150000Z", "20260303T200000Z"),
        event("20260303T200000Z", "20260303T203000Z"),
        event("20260303T210000Z", "20260303T220000Z"),
    ) == [("Tue 16:00", "Tue 21:30"), ("Tue 22:00", "Tue 23:00")]


def test_a_repeated_event_comes_at_the_same_hour_after_the_clocks_change() -> None:
    weekly = event("20250107T190000", "20250107T200000", "RRULE:FREQ=WEEKLY", zone="Europe/Berlin")

    times = busy(weekly, horizon=YEAR)

    assert len(times) == 57
    assert set(times) == {("Tue 19:00", "Tue 20:00")}


def test_exceptions_of_a_repeated_event_count() -> None:
    daily = event("20260302T180000Z", "20260302T190000Z", "UID:a", "RRULE:FREQ=DAILY;COUNT=5")
    without_tuesday = f"{daily}\nEXDATE:20260303T180000Z"
    wednesday_later = event(
        "20260304T190000Z", "20260304T200000Z", "UID:a", "RECURRENCE-ID:20260304T180000Z"
    )
    not_thursday = event(
        *("20260305T180000Z", "20260305T190000Z", "UID:a"),
        *("RECURRENCE-ID:20260305T180000Z", "STATUS:CANCELLED"),
    )

    assert busy(without_tuesday, wednesday_later, not_thursday) == [
        ("Mon 19:00", "Mon 20:00"),
        ("Wed 20:00", "Wed 21:00"),
        ("Fri 19:00", "Fri 20:00"),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        "SUMMARY:without a time",
        "DTSTART:yesterday",
        event("20260303T180000Z", "20260303T190000Z", "RRULE:FREQ=SOMETIMES"),
        event("20260303T180000Z", "20260303T190000Z", "RRULE:FREQ=DAILY;COUNT=many"),
        event("20260303T180000Z", "20260303T190000Z", "RRULE:FREQ=SECONDLY"),
        event("20260303T180000Z", "20260303T190000Z", "RRULE:FREQ=MINUTELY;COUNT=3"),
        event("20260303T180000Z", "20260303T190000Z", "RRULE:FREQ=DAILY;BYSECOND=0,1,2"),
        "DTSTART:99991231T235959Z\nDURATION:P30D\nRRULE:FREQ=YEARLY",
        "DTSTART:20260303T180000Z\nDTSTART:20260304T180000Z\nDURATION:PT1H",
    ],
)
def test_one_bad_event_costs_only_itself(bad: str) -> None:
    read = occupancy_of(calendar_of(bad, DINNER), WEEK, blocks_all_day=False)

    assert len(read.intervals) == read.left_out == 1


def test_there_is_a_limit_to_what_is_kept() -> None:
    hourly = "DTSTART:20260101T000000Z\nDURATION:PT1M\nRRULE:FREQ=HOURLY"

    read = occupancy_of(calendar_of(hourly), YEAR, blocks_all_day=False)

    assert len(read.intervals) == MOST_INTERVALS


@pytest.mark.parametrize(
    ("ics", "problem"),
    [
        (b"", "not a calendar file"),
        (b"\x89PNG\r\n", "not a calendar file"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (calendar_of(DINNER)[:-20], "The end of the calendar is missing"),
        (b"BEGIN:VCALENDAR\r\nno colon here\r\nEND:VCALENDAR\r\n", "cannot be read"),
        (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "cannot be read"),
    ],
)
def test_what_is_no_calendar_is_refused_in_words(ics: bytes, problem: str) -> None:
    with pytest.raises(NotACalendar, match=problem):
        occupancy_of(ics, WEEK, blocks_all_day=False)


# --- in a process of its own ----------------------------------------------------------------------


def test_reading_apart_gives_the_same() -> None:
    ics = calendar_of(DINNER, event("20260304", "20260305"), "DTSTART:yesterday")

    for blocks in (False, True):
        apart = read_calendar(ics, WEEK, blocks_all_day=blocks)
        assert apart == occupancy_of(ics, WEEK, blocks_all_day=blocks)


def test_reading_apart_refuses_in_the_same_words() -> None:
    with pytest.raises(NotACalendar, match="a web page"):
        read_calendar(b"<html>", WEEK, blocks_all_day=False)


def test_a_rule_that_never_ends_is_stopped() -> None:
    """There is no 30 February, which the library finds out in the year 9999."""
    never = event(
        "20260303T180000Z", "20260303T190000Z", "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30"
    )

    with pytest.raises(NotACalendar, match="repeats without end"):
        read_calendar(calendar_of(*[never] * 20), WEEK, blocks_all_day=False, seconds=1)


def test_a_calendar_that_is_too_large_is_not_even_opened() -> None:
    with pytest.raises(NotACalendar, match="larger than 2 MB"):
        read_calendar(b"x" * (MOST_BYTES + 1), WEEK, blocks_all_day=False)

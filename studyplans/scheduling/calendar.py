"""From a weekly pattern on the wall clock to the minutes really open for study."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from zoneinfo import ZoneInfo

from studyplans.scheduling.checks import check
from studyplans.scheduling.minutes import (
    DAY_MINUTES,
    EPOCH,
    first_minute_from,
    last_minute_by,
    moment_of,
)
from studyplans.scheduling.problem import (
    Interval,
    Pin,
    PlanProblem,
    Slot,
    SpecialDay,
    WeeklyWindow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyWindow:
    """A stretch of time open for study, in UTC."""

    starts_at: datetime
    ends_at: datetime


class Span(NamedTuple):
    """Minutes from `opens` up to but not including `closes`."""

    opens: int
    closes: int


class Stretch(NamedTuple):
    """A span of local minutes that all lie equally far from UTC."""

    opens: int
    closes: int
    offset: int


def study_windows(problem: PlanProblem) -> Iterator[StudyWindow]:
    """Expand the learner's week, lazily and in order, to disjoint stretches of UTC.

    Busy time is left out; time that pinned sessions take is not.
    """
    check(problem)
    return (
        StudyWindow(starts_at=moment_of(span.opens), ends_at=moment_of(span.closes))
        for span in chain.from_iterable(years_of_spans(problem, problem.busy))
    )


def open_spans(problem: PlanProblem) -> Iterator[Span]:
    """Yield the UTC minutes in which milestones and reviews can be laid, lazily and in order."""
    return chain.from_iterable(open_years(problem))


def open_years(problem: PlanProblem) -> Iterator[Sequence[Span]]:
    """Yield the open spans in batches of a calendar year."""
    return years_of_spans(problem, (*problem.busy, *problem.pinned))


def years_of_spans(
    problem: PlanProblem, taken: Iterable[Interval | Pin]
) -> Iterator[Sequence[Span]]:
    """Yield the UTC minutes open for study: in order, disjoint, each span as long as can be.

    A minute counts where its local time lies in a window.  A skipped local time has no
    minute; of a local time that comes twice only the first counts.
    """
    frame = Span(first_minute_from(problem.start), horizon_end(problem))
    cuts = _joined(sorted(_span_of(interval) for interval in taken))
    first = problem.start.astimezone(ZoneInfo(problem.zone)).date()
    last = first + timedelta(days=problem.horizon_days - 1)
    for year in range(first.year, last.year + 1) if _is_ever_open(problem) else ():
        spans = _year_of(problem, year)
        if year in (first.year, last.year):
            spans = list(_within(spans, frame))
        yield list(without(spans, cuts)) if cuts else spans


def _is_ever_open(problem: PlanProblem) -> bool:
    return bool(problem.windows or problem.special_days)


def starts_inside_window(problem: PlanProblem) -> bool:
    """Tell whether a window is under way when the plan starts."""
    start = first_minute_from(problem.start)
    year = problem.start.astimezone(ZoneInfo(problem.zone)).year
    return any(span.opens < start < span.closes for span in _year_of(problem, year))


def _year_of(problem: PlanProblem, year: int) -> Sequence[Span]:
    return _year(problem.zone, problem.windows, problem.days_off, problem.special_days, year)


def horizon_end(problem: PlanProblem) -> int:
    """Return the minute in which the day after the last planned day begins."""
    zone = ZoneInfo(problem.zone)
    day = problem.start.astimezone(zone).date() + timedelta(days=problem.horizon_days)
    return last_minute_by(datetime.combine(day, time(), tzinfo=zone))


def _span_of(interval: Interval | Pin) -> Span:
    return Span(last_minute_by(interval.starts_at), first_minute_from(interval.ends_at))


def _within(spans: Iterable[Span], frame: Span) -> Iterator[Span]:
    for span in spans:
        opens, closes = max(span.opens, frame.opens), min(span.closes, frame.closes)
        if opens < closes:
            yield Span(opens, closes)


def without(spans: Iterable[Span], cuts: Sequence[Span]) -> Iterator[Span]:
    """Yield what is left of spans when the cuts, sorted and disjoint, are taken out."""
    at = 0
    for span in spans:
        opens = span.opens
        while at < len(cuts) and cuts[at].closes <= opens:
            at += 1
        for cut in _overlapping(cuts, at, span.closes):
            if opens < cut.opens:
                yield Span(opens, cut.opens)
            opens = cut.closes
        if opens < span.closes:
            yield Span(opens, span.closes)


def _overlapping(cuts: Sequence[Span], at: int, before: int) -> Iterator[Span]:
    while at < len(cuts) and cuts[at].opens < before:
        yield cuts[at]
        at += 1


# A learner's availability changes rarely, plans often; a year costs more than planning it.
@lru_cache(maxsize=512)
def _year(
    zone_name: str,
    windows: tuple[WeeklyWindow, ...],
    days_off: tuple[date, ...],
    special_days: tuple[SpecialDay, ...],
    year: int,
) -> Sequence[Span]:
    new_year = (date(year, 1, 1) - EPOCH.date()).days * DAY_MINUTES
    pattern = [_pattern(w for w in windows if w.weekday == weekday) for weekday in range(7)]
    special = {day.date: _pattern(day.slots) for day in special_days}
    special |= {day: [] for day in days_off}
    local = _local_windows(year, pattern, special)
    stretches = _first_showings(_steady_stretches(ZoneInfo(zone_name), new_year))
    # Joined anew: what a skipped hour parts on the wall clock touches in UTC.
    return tuple(_joined(_overlaps(local, stretches)))


def _local_windows(
    year: int, pattern: Sequence[list[Span]], special: dict[date, list[Span]]
) -> Iterator[Span]:
    first = date(year, 1, 1)
    for number in range((date(year + 1, 1, 1) - first).days):
        day = first + timedelta(days=number)
        midnight = (day - EPOCH.date()).days * DAY_MINUTES
        for opens, closes in special.get(day, pattern[day.weekday()]):
            yield Span(midnight + opens, midnight + closes)


def _pattern(slots: Iterable[WeeklyWindow | Slot]) -> list[Span]:
    return _joined(
        sorted(Span(_minute_of_day(slot.starts_at), _minute_of_day(slot.ends_at)) for slot in slots)
    )


def _minute_of_day(wall_time: time) -> int:
    return wall_time.hour * 60 + wall_time.minute


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Merge spans, sorted by their start, that overlap or touch."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.opens <= joined[-1].closes:
            joined[-1] = Span(joined[-1].opens, max(joined[-1].closes, span.closes))
        else:
            joined.append(span)
    return joined


def _overlaps(windows: Iterable[Span], stretches: Sequence[Stretch]) -> Iterator[Span]:
    """Yield in UTC the parts of local windows that the local clock really shows."""
    at = 0
    for window in windows:
        while stretches[at].closes <= window.opens:
            at += 1
        for opens, closes, offset in _overlapping_stretches(stretches, at, window.closes):
            yield Span(max(window.opens, opens) - offset, min(window.closes, closes) - offset)


def _overlapping_stretches(stretches: Sequence[Stretch], at: int, before: int) -> Iterator[Stretch]:
    while at < len(stretches) and stretches[at].opens < before:
        yield stretches[at]
        at += 1


def _first_showings(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Cut away the local minutes that were shown before, after clocks went back."""
    showings: list[Stretch] = []
    for stretch in stretches:
        opens = max(stretch.opens, showings[-1].closes) if showings else stretch.opens
        if opens < stretch.closes:
            showings.append(stretch._replace(opens=opens))
    return showings


def _steady_stretches(zone: ZoneInfo, new_year: int) -> Iterator[Stretch]:
    """Yield local time through a year and some days around it, cut where clocks change."""
    since = new_year - 3 * DAY_MINUTES
    offset = _offset_at(zone, since)
    for day in range(since, new_year + 370 * DAY_MINUTES, DAY_MINUTES):
        after = _offset_at(zone, day + DAY_MINUTES)
        if after != offset:
            change = _change(zone, day, day + DAY_MINUTES)
            yield Stretch(since + offset, change + offset, offset)
            since, offset = change, after
    yield Stretch(since + offset, since + offset + 400 * DAY_MINUTES, offset)


def _change(zone: ZoneInfo, begins: int, ends: int) -> int:
    """Return the first minute after `begins` at which the offset is no longer the same."""
    before = _offset_at(zone, begins)
    while ends - begins > 1:
        middle = (begins + ends) // 2
        if _offset_at(zone, middle) == before:
            begins = middle
        else:
            ends = middle
    return ends


def _offset_at(zone: ZoneInfo, minute: int) -> int:
    offset = moment_of(minute).astimezone(zone).utcoffset()
    return (offset or timedelta()) // timedelta(minutes=1)

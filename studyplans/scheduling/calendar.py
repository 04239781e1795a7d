"""From a weekly pattern on the wall clock to the minutes really open for study."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count
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
from studyplans.scheduling.problem import PlanProblem, WeeklyWindow


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
    """Expand the weekly windows, lazily and in order, to disjoint stretches of UTC."""
    check(problem)
    return (
        StudyWindow(starts_at=moment_of(span.opens), ends_at=moment_of(span.closes))
        for span in open_spans(problem)
    )


def open_spans(problem: PlanProblem) -> Iterator[Span]:
    """Yield the UTC minutes open for study: in order, disjoint, each as long as can be.

    A minute counts where its local time lies in a window.  A skipped local time has no
    minute; of a local time that comes twice only the first counts.
    """
    zone = ZoneInfo(problem.zone)
    earliest = first_minute_from(problem.start)
    stretches = _first_showings(_steady_stretches(zone, earliest - 3 * DAY_MINUTES))
    for span in _joined(_overlaps(_local_windows(problem, zone), stretches)):
        if span.closes > earliest:
            yield Span(max(span.opens, earliest), span.closes)


def horizon_end(problem: PlanProblem) -> int:
    """Return the minute in which the day after the last planned day begins."""
    zone = ZoneInfo(problem.zone)
    day = problem.start.astimezone(zone).date() + timedelta(days=problem.horizon_days)
    return last_minute_by(datetime.combine(day, time(), tzinfo=zone))


def _local_windows(problem: PlanProblem, zone: ZoneInfo) -> Iterator[Span]:
    pattern = [_day_pattern(problem.windows, weekday) for weekday in range(7)]
    days_off = frozenset(problem.days_off)
    first_day = problem.start.astimezone(zone).date()
    for number in range(problem.horizon_days):
        day = first_day + timedelta(days=number)
        if day in days_off:
            continue
        midnight = (day - EPOCH.date()).days * DAY_MINUTES
        for span in pattern[day.weekday()]:
            yield Span(midnight + span.opens, midnight + span.closes)


def _day_pattern(windows: Iterable[WeeklyWindow], weekday: int) -> list[Span]:
    spans = [
        Span(_minute_of_day(window.starts_at), _minute_of_day(window.ends_at))
        for window in windows
        if window.weekday == weekday
    ]
    return list(_joined(sorted(spans)))


def _minute_of_day(wall_time: time) -> int:
    return wall_time.hour * 60 + wall_time.minute


def _joined(spans: Iterable[Span]) -> Iterator[Span]:
    """Merge spans, sorted by their start, that overlap or touch."""
    pending: Span | None = None
    for span in spans:
        if pending is None:
            pending = span
        elif span.opens <= pending.closes:
            pending = Span(pending.opens, max(pending.closes, span.closes))
        else:
            yield pending
            pending = span
    if pending is not None:
        yield pending


def _overlaps(windows: Iterable[Span], stretches: Iterator[Stretch]) -> Iterator[Span]:
    """Yield in UTC the parts of local windows that the local clock really shows."""
    stretch = next(stretches)
    for window in windows:
        while stretch.opens < window.closes:
            opens = max(window.opens, stretch.opens)
            closes = min(window.closes, stretch.closes)
            if opens < closes:
                yield Span(opens - stretch.offset, closes - stretch.offset)
            if stretch.closes >= window.closes:
                break
            stretch = next(stretches)


def _first_showings(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Cut away the local minutes that were shown before, after clocks went back."""
    shown: int | None = None
    for stretch in stretches:
        opens = stretch.opens if shown is None else max(stretch.opens, shown)
        if opens < stretch.closes:
            yield stretch._replace(opens=opens)
            shown = stretch.closes


def _steady_stretches(zone: ZoneInfo, since: int) -> Iterator[Stretch]:
    """Yield local time from a UTC minute on, without end, cut where clocks change."""
    before = _offset_at(zone, since)
    for begins in count(since, DAY_MINUTES):
        ends = begins + DAY_MINUTES
        after = _offset_at(zone, ends)
        change = ends if before == after else _change(zone, begins, ends)
        yield Stretch(begins + before, change + before, before)
        if change < ends:
            yield Stretch(change + after, ends + after, after)
        before = after


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

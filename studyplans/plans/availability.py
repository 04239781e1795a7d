"""When a learner can study: the week, its exceptions, and how the paths share it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import groupby
from typing import Any, Literal, TypeVar

from django.db.models import prefetch_related_objects

from studyplans.plans.models import (
    Break,
    BusyTime,
    PathShare,
    SpecialWindow,
    StudyPlan,
    Style,
    Window,
)
from studyplans.scheduling import Interval, Slot, SpecialDay, WeeklyWindow

Row = TypeVar("Row", Window, Break, SpecialWindow)

# A break may be long, but no calendar ends: this many days of one are planned around.
LONGEST_BREAK = timedelta(days=366)

TIME = ("windows", "breaks", "special_windows", "busy_times", "path_shares", "optional_paths")


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """All the engine has to know of a learner's time.

    Shares and focus name enrolments, and so does `with_optional`: the paths of which optional
    milestones are planned too.
    """

    windows: tuple[Window, ...]
    breaks: tuple[Break, ...] = ()
    special_windows: tuple[SpecialWindow, ...] = ()
    busy_times: tuple[BusyTime, ...] = ()
    shares: Mapping[int, int] = field(default_factory=dict)
    with_optional: frozenset[int] = frozenset()
    focus_id: int | None = None
    style: str = Style.SOON
    minimum_piece_minutes: int = 25

    @property
    def weekly_windows(self) -> tuple[WeeklyWindow, ...]:
        return weekly_windows(self.windows)

    @property
    def weekly_minutes(self) -> int:
        return weekly_minutes(self.windows)

    @property
    def days_off(self) -> tuple[date, ...]:
        return tuple(sorted({day for each in self.breaks for day in days_of_break(each)}))

    @property
    def special_days(self) -> tuple[SpecialDay, ...]:
        return tuple(
            SpecialDay(date=day, slots=tuple(map(_slot, own)))
            for day, own in groupby(
                sorted(self.special_windows, key=lambda each: (each.date, each.starts_at)),
                key=lambda each: each.date,
            )
        )

    @property
    def busy(self) -> tuple[Interval, ...]:
        return tuple(
            Interval(starts_at=each.starts_at, ends_at=each.ends_at) for each in self.busy_times
        )

    @property
    def engine_style(self) -> Literal["soon", "steady"]:
        return "steady" if self.style == Style.STEADY else "soon"


def _slot(window: SpecialWindow) -> Slot:
    return Slot(starts_at=window.starts_at, ends_at=window.ends_at)


def days_of_break(taken: Break) -> Iterable[date]:
    length = min(taken.ends_on - taken.starts_on, LONGEST_BREAK).days
    return (taken.starts_on + timedelta(days=number) for number in range(length + 1))


def weekly_windows(windows: Iterable[Window]) -> tuple[WeeklyWindow, ...]:
    """Return stored windows in the engine's words."""
    return tuple(
        WeeklyWindow(weekday=window.weekday, starts_at=window.starts_at, ends_at=window.ends_at)
        for window in windows
    )


def weekly_minutes(windows: Iterable[Window]) -> int:
    return sum(window.minutes for window in windows)


def availability_of(study_plan: StudyPlan) -> Availability:
    """Read everything about a learner's time, in a constant number of queries."""
    return Availability(
        windows=tuple(study_plan.windows.all()),
        breaks=tuple(study_plan.breaks.all()),
        special_windows=tuple(study_plan.special_windows.all()),
        busy_times=tuple(study_plan.busy_times.all()),
        shares={each.enrolment_id: each.percent for each in study_plan.path_shares.all()},
        with_optional=frozenset(each.pk for each in study_plan.optional_paths.all()),
        focus_id=study_plan.focus_id,
        style=study_plan.style,
        minimum_piece_minutes=study_plan.minimum_piece_minutes,
    )


def availability_read_once(study_plan: StudyPlan) -> Availability:
    """Read everything, and keep it with this very object for all who read it again.

    Only for pages that write nothing: what is stored meanwhile would not be seen.
    """
    prefetch_related_objects([study_plan], *TIME)
    return availability_of(study_plan)


def store_availability(study_plan: StudyPlan, availability: Availability) -> None:
    """Write everything but the busy times, which belong to their calendars."""
    _replace(Window, study_plan, availability.windows)
    _replace(Break, study_plan, availability.breaks)
    _replace(SpecialWindow, study_plan, availability.special_windows)
    PathShare.objects.filter(plan=study_plan).delete()
    PathShare.objects.bulk_create(
        PathShare(plan=study_plan, enrolment_id=enrolment_id, percent=percent)
        for enrolment_id, percent in availability.shares.items()
    )
    study_plan.optional_paths.set(availability.with_optional)
    study_plan.focus_id = availability.focus_id
    study_plan.style = availability.style
    study_plan.minimum_piece_minutes = availability.minimum_piece_minutes
    study_plan.save(update_fields=["focus", "style", "minimum_piece_minutes"])


def _replace(model: type[Row], study_plan: StudyPlan, rows: Iterable[Row]) -> None:
    model._default_manager.filter(plan=study_plan).delete()
    fresh = [copy(row) for row in rows]
    for row in fresh:
        row.pk, row.plan = None, study_plan
    model._default_manager.bulk_create(fresh)


def remembered(availability: Availability, study_plan: StudyPlan) -> dict[str, Any]:
    """Return availability and pause as JSON; `recalled` reads it back."""
    return {
        "windows": [
            [w.weekday, _text(w.starts_at), _text(w.ends_at)] for w in availability.windows
        ],
        "breaks": [[str(b.starts_on), str(b.ends_on), b.note] for b in availability.breaks],
        "special_windows": [
            [str(w.date), _text(w.starts_at), _text(w.ends_at)]
            for w in availability.special_windows
        ],
        "shares": [[key, percent] for key, percent in availability.shares.items()],
        "with_optional": sorted(availability.with_optional),
        "focus": availability.focus_id,
        "style": availability.style,
        "minimum_piece_minutes": availability.minimum_piece_minutes,
        "pause": study_plan.pause_cause
        and [
            study_plan.paused_at and study_plan.paused_at.isoformat(),
            study_plan.pause_cause,
            study_plan.resumes_on and str(study_plan.resumes_on),
        ],
    }


def recalled(stored: Mapping[str, Any]) -> Availability:
    """Return the availability that `remembered` wrote down, without busy times."""
    return Availability(
        windows=tuple(
            Window(weekday=day, starts_at=_time(starts_at), ends_at=_time(ends_at))
            for day, starts_at, ends_at in stored["windows"]
        ),
        breaks=tuple(
            Break(starts_on=date.fromisoformat(first), ends_on=date.fromisoformat(last), note=note)
            for first, last, note in stored["breaks"]
        ),
        special_windows=tuple(
            SpecialWindow(
                date=date.fromisoformat(day), starts_at=_time(starts_at), ends_at=_time(ends_at)
            )
            for day, starts_at, ends_at in stored["special_windows"]
        ),
        shares=dict(stored["shares"]),
        # Receipts from before there was this choice do not have it.
        with_optional=frozenset(stored.get("with_optional", ())),
        focus_id=stored["focus"],
        style=stored["style"],
        minimum_piece_minutes=stored["minimum_piece_minutes"],
    )


def half_of_week(availability: Availability, first_day: date) -> Availability:
    """Return the availability with the seven days from `first_day` at half their minutes."""
    days = [first_day + timedelta(days=number) for number in range(7)]
    halved = [
        SpecialWindow(date=day, starts_at=each.starts_at, ends_at=_middle(each))
        for day in days
        for each in windows_on(availability, day)
    ]
    kept = [each for each in availability.special_windows if each.date not in days]
    return dataclasses.replace(availability, special_windows=(*kept, *halved))


def windows_on(availability: Availability, day: date) -> list[Window] | list[SpecialWindow]:
    """Return the times of one date, breaks left aside."""
    special = [each for each in availability.special_windows if each.date == day]
    return special or [each for each in availability.windows if each.weekday == day.weekday()]


def _middle(window: Window | SpecialWindow) -> time:
    starts = window.starts_at.hour * 60 + window.starts_at.minute
    ends = window.ends_at.hour * 60 + window.ends_at.minute
    middle = starts + max(1, (ends - starts) // 2)
    return time(middle // 60, middle % 60)


def _text(moment: time) -> str:
    return f"{moment:%H:%M}"


def _time(text: str) -> time:
    return time.fromisoformat(text)

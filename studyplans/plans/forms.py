from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.forms import BoundField

from studyplans.plans.models import Weekday, Window

WINDOWS_A_DAY = 2
SHORTEST_MINUTES = 15
LONGEST = timedelta(days=3653)

# What a first week looks like until the learner says otherwise.
FIRST_WEEK = [
    (Weekday.MONDAY, time(19), time(20, 30)),
    (Weekday.WEDNESDAY, time(19), time(20, 30)),
    (Weekday.SATURDAY, time(9), time(12)),
]


def first_week() -> list[Window]:
    return [
        Window(weekday=day, starts_at=starts_at, ends_at=ends_at)
        for day, starts_at, ends_at in FIRST_WEEK
    ]


@dataclass(frozen=True, slots=True)
class DayFields:
    """The fields of one weekday: pairs of from and to."""

    label: str
    pairs: tuple[tuple[BoundField, BoundField], ...]

    @property
    def has_more(self) -> bool:
        """Whether a further window than the first is filled in or in need of mending."""
        further = [field for pair in self.pairs[1:] for field in pair]
        return any(field.value() or field.errors for field in further)

    @property
    def errors(self) -> list[str]:
        return [str(error) for pair in self.pairs for field in pair for error in field.errors]


class WeekForm(forms.Form):
    """A learner's week: up to two windows a day, each from a time to a later one."""

    def __init__(self, *args: Any, windows: Iterable[Window] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in self._names():
            self.fields[name] = time_field(label)
        self._fill_in(windows)

    def _names(self) -> Iterator[tuple[str, str]]:
        for day in Weekday:
            for number in range(WINDOWS_A_DAY):
                nth = "" if number == 0 else ", second window"
                yield _name(day, number, "from"), f"{day.label}{nth}, from"
                yield _name(day, number, "to"), f"{day.label}{nth}, to"

    def _fill_in(self, windows: Iterable[Window]) -> None:
        used = dict.fromkeys(Weekday, 0)
        for window in windows:
            day = Weekday(window.weekday)
            if used[day] == WINDOWS_A_DAY:
                continue
            self.initial[_name(day, used[day], "from")] = window.starts_at
            self.initial[_name(day, used[day], "to")] = window.ends_at
            used[day] += 1

    @property
    def days(self) -> list[DayFields]:
        return [
            DayFields(
                day.label,
                tuple(
                    (self[_name(day, number, "from")], self[_name(day, number, "to")])
                    for number in range(WINDOWS_A_DAY)
                ),
            )
            for day in Weekday
        ]

    def clean(self) -> dict[str, Any]:
        windows = [window for day in Weekday for window in self._clean_day(day)]
        if not windows and not self.errors:
            raise forms.ValidationError("Give at least one time of the week to study in.")
        self.cleaned_data["windows"] = windows
        return self.cleaned_data

    def _clean_day(self, day: Weekday) -> list[Window]:
        windows: list[Window] = []
        for number in range(WINDOWS_A_DAY):
            window = self._clean_window(day, number)
            if window is None:
                continue
            if any(overlap(window, other) for other in windows):
                self.add_error(_name(day, number, "from"), f"The two times on {day.label} overlap.")
                continue
            windows.append(window)
        return windows

    def _clean_window(self, day: Weekday, number: int) -> Window | None:
        names = _name(day, number, "from"), _name(day, number, "to")
        return clean_window(self, names, weekday=day, whose=day.label, shortest=SHORTEST_MINUTES)


def clean_window(
    form: forms.Form, names: tuple[str, str], *, weekday: int, whose: str, shortest: int
) -> Window | None:
    """Read a window from its two fields; None where there is none, or it needs mending."""
    from_name, to_name = names
    if from_name in form.errors or to_name in form.errors:
        return None
    starts_at, ends_at = form.cleaned_data.get(from_name), form.cleaned_data.get(to_name)
    if starts_at is None and ends_at is None:
        return None
    if starts_at is None or ends_at is None:
        missing, word = (from_name, "start") if starts_at is None else (to_name, "end")
        form.add_error(missing, f"{whose} lacks its {word}. Add it, or clear both times.")
        return None
    window = Window(weekday=weekday, starts_at=starts_at, ends_at=ends_at)
    if window.minutes < shortest:
        form.add_error(to_name, _too_short(whose, window, shortest))
        return None
    return window


def time_field(label: str) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Write a time such as 19:00."},
    )


def _name(day: Weekday, number: int, end: str) -> str:
    return f"{day.name.lower()}_{number + 1}_{end}"


def _too_short(whose: str, window: Window, shortest: int) -> str:
    if window.minutes <= 0:
        return f"{whose} ends at {window.ends_at:%H:%M}, not after its start. Make it later."
    return f"{whose} has only {window.minutes} minutes. Make it {shortest} or more."


def overlap(one: Window, other: Window) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def date_field(
    label: str, *, missing: str = "This field is required.", **options: Any
) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write a date such as 2027-01-31.", "required": missing},
        **options,
    )


class EnrolForm(forms.Form):
    started_on = date_field("Start on")
    target_date = date_field(
        "Be done by",
        required=False,
        help_text="If there is a date that matters to you. The plan says whether it holds.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.initial.setdefault("started_on", today)

    def clean_started_on(self) -> date:
        started_on: date = self.cleaned_data["started_on"]
        if abs(started_on - self.today) > timedelta(days=366):
            raise forms.ValidationError("Start within a year from today.")
        return started_on

    def clean(self) -> dict[str, Any]:
        started_on, target = (
            self.cleaned_data.get("started_on"),
            self.cleaned_data.get("target_date"),
        )
        if started_on and target and target <= started_on:
            self.add_error("target_date", "This is not after the start. Choose a later day.")
        elif target and target <= self.today:
            self.add_error("target_date", "This day is over. Choose a later one.")
        elif target and target > self.today + LONGEST:
            self.add_error("target_date", "Choose a day within ten years.")
        return self.cleaned_data

"""All a learner says about their time, as one form of several parts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.forms import BoundField
from django.http import QueryDict

from common.durations import duration
from studyplans.plans.availability import LONGEST_BREAK, Availability
from studyplans.plans.forms import (
    LONGEST,
    WINDOWS_A_DAY,
    WeekForm,
    clean_window,
    date_field,
    first_week,
    overlap,
    time_field,
)
from studyplans.plans.models import Break, SpecialWindow, Style, Window
from tracker.progress.models import Enrolment

MOST_ROWS = 40

STYLES = [
    (Style.SOON, "Soon: use all the time there is, and finish as early as you can."),
    (Style.STEADY, "Steady: the same load every week up to your last target date."),
]


class DatedForm(forms.Form):
    """A row about days to come; `rows` are the model's rows it stands for."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def check_day(self, name: str, day: date) -> None:
        """Say beside the field why a day cannot be meant."""
        if day < self.today:
            self.add_error(name, "This day is over. Choose a later one, or remove the row.")
        elif day > self.today + LONGEST:
            self.add_error(name, "Choose a day within ten years.")


class BreakForm(DatedForm):
    starts_on = date_field("From", missing="Give the first day of this break.")
    ends_on = date_field("To", required=False)
    note = forms.CharField(label="Note", required=False, max_length=80)

    def clean(self) -> dict[str, Any]:
        starts_on, ends_on = self.cleaned_data.get("starts_on"), self.cleaned_data.get("ends_on")
        if starts_on is None or "ends_on" in self.errors:
            return self.cleaned_data
        last = ends_on or starts_on
        if last < starts_on:
            self.add_error("ends_on", "This is before the first day. Choose that day or later.")
        elif last - starts_on > LONGEST_BREAK:
            self.add_error("ends_on", "This is more than a year. Pause the plan instead.")
        self.check_day("ends_on" if ends_on else "starts_on", last)
        note = self.cleaned_data.get("note", "")
        self.cleaned_data["rows"] = [Break(starts_on=starts_on, ends_on=last, note=note)]
        return self.cleaned_data


class SpecialDayForm(DatedForm):
    """A date with windows of its own.  Short ones are welcome: half a week leaves some."""

    date = date_field("Date", missing="Give the date of these times.")
    from_1, to_1 = time_field("From"), time_field("To")
    from_2, to_2 = time_field("Second time, from"), time_field("Second time, to")

    @property
    def pairs(self) -> list[tuple[BoundField, BoundField]]:
        return [(self[starts], self[ends]) for starts, ends in _pair_names()]

    def clean(self) -> dict[str, Any]:
        day = self.cleaned_data.get("date")
        if day is None:
            return self.cleaned_data
        self.check_day("date", day)
        windows = [
            window
            for names in _pair_names()
            if (window := clean_window(self, names, weekday=0, whose="This day", shortest=1))
        ]
        if len(windows) == WINDOWS_A_DAY and overlap(*windows):
            self.add_error("from_2", "The two times overlap.")
        elif not windows and not self.errors:
            self.add_error("from_1", "Give this day a time. A day without any is a day off.")
        self.cleaned_data["rows"] = [_special(day, window) for window in windows]
        return self.cleaned_data


def _pair_names() -> Iterator[tuple[str, str]]:
    return ((f"from_{number}", f"to_{number}") for number in range(1, WINDOWS_A_DAY + 1))


def _special(day: date, window: Window) -> SpecialWindow:
    return SpecialWindow(date=day, starts_at=window.starts_at, ends_at=window.ends_at)


class Rows(forms.BaseFormSet):
    """Rows to add to and to take from; one that is left empty, or emptied, is none."""

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "empty_permitted": True}

    def add_fields(self, form: DatedForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Remove"

    @property
    def kept(self) -> list[DatedForm]:
        return [form for form in self.forms if not self._should_delete_form(form)]  # type: ignore[attr-defined]

    @property
    def rows(self) -> list[Any]:
        return [row for form in self.kept for row in form.cleaned_data.get("rows", [])]

    @property
    def has_room(self) -> bool:
        return self.total_form_count() < MOST_ROWS

    @property
    def problems(self) -> list[str]:
        if not self.is_bound:
            return []
        return [*map(str, self.non_form_errors()), *_problems_of(self.kept)]


class SpecialDayRows(Rows):
    def clean(self) -> None:
        known = set()
        for form in self.kept:
            day = form.cleaned_data.get("date") if form.is_valid() else None
            if day in known:
                form.add_error("date", "This date is there twice. Put its times into one row.")
            known.add(day or form)


def _row_factory(form: type[DatedForm], formset: type[Rows]) -> type[Rows]:
    return forms.formset_factory(  # type: ignore[return-value]
        form,
        formset=formset,
        can_delete=True,
        max_num=MOST_ROWS,
        absolute_max=2 * MOST_ROWS,
        validate_max=True,
    )


BreakFormSet = _row_factory(BreakForm, Rows)
SpecialDayFormSet = _row_factory(SpecialDayForm, SpecialDayRows)


class PlanningForm(forms.Form):
    """How the plan uses the time, and how several paths share it."""

    style = forms.ChoiceField(label="How to fill it", choices=STYLES, widget=forms.RadioSelect)
    minimum_piece_minutes = forms.IntegerField(
        label="Shortest session, in minutes",
        min_value=5,
        max_value=180,
        help_text="Sessions shorter than this are avoided where the dates allow it.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(
        self,
        *args: Any,
        enrolments: Sequence[Enrolment],
        standing: Availability,
        optional_minutes: Mapping[int, int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.initial["style"] = standing.style
        self.initial["minimum_piece_minutes"] = standing.minimum_piece_minutes
        self.standing = standing
        self.with_optional = [each for each in enrolments if each.pk in optional_minutes]
        self._add_optional(optional_minutes)
        self.enrolments = enrolments if len(enrolments) > 1 else ()
        if self.enrolments:
            self._add_focus(standing.focus_id)
            self._add_shares(standing.shares)

    def _add_optional(self, minutes: Mapping[int, int]) -> None:
        for each in self.with_optional:
            self.fields[_optional_name(each)] = forms.BooleanField(
                label=f"Plan the optional milestones of {each.curriculum.title} too",
                required=False,
                initial=each.pk in self.standing.with_optional,
                help_text=f"{duration(minutes[each.pk])} of work. Your percent does not need it.",
            )

    def _add_focus(self, focus_id: int | None) -> None:
        named = [(str(each.pk), _with_date(each)) for each in self.enrolments]
        self.fields["focus"] = forms.ChoiceField(
            label="One path first",
            required=False,
            choices=[("", "None: all move forward together"), *named],
            initial=str(focus_id or ""),
            help_text="The others wait, and shares rest, while its booked exam or its target date "
            "is to come. With neither they wait until it is done.",
        )

    def _add_shares(self, shares: Mapping[int, int]) -> None:
        for each in self.enrolments:
            self.fields[_share_name(each)] = forms.IntegerField(
                label=each.curriculum.title,
                required=False,
                min_value=1,
                max_value=100,
                initial=shares.get(each.pk),
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    @property
    def own_fields(self) -> list[BoundField]:
        return [self["style"], self["minimum_piece_minutes"]]

    @property
    def optional_fields(self) -> list[BoundField]:
        return [self[_optional_name(each)] for each in self.with_optional]

    @property
    def share_fields(self) -> list[BoundField]:
        return [self[_share_name(each)] for each in self.enrolments]

    def clean(self) -> dict[str, Any]:
        names = [_share_name(each) for each in self.enrolments]
        if self.errors.keys().isdisjoint(names):
            self._check_sum({name: self.cleaned_data.get(name) for name in names})
        return self.cleaned_data

    def _check_sum(self, percents: Mapping[str, int | None]) -> None:
        said = [name for name, percent in percents.items() if percent]
        total = sum(percent or 0 for percent in percents.values())
        if total > 100:
            text = f"Together the shares are {total} %. Take {total - 100} away."
            self.add_error(said[-1], text)
        elif total == 100:
            for name in percents.keys() - said:
                self.add_error(name, "Nothing is left for this path. Lower another share.")

    @property
    def answers(self) -> dict[str, Any]:
        """Return these answers in the words of an Availability."""
        answers = {name: self.cleaned_data[name] for name in ("style", "minimum_piece_minutes")}
        answers["with_optional"] = self._with_optional()
        if self.enrolments:
            answers["focus_id"] = int(self.cleaned_data["focus"] or 0) or None
            answers["shares"] = self._shares()
        return answers

    def _with_optional(self) -> frozenset[int]:
        """Return the paths asked for, and those of the choice that rest."""
        offered = {each.pk for each in self.with_optional}
        asked = {each.pk for each in self.with_optional if self.cleaned_data[_optional_name(each)]}
        return frozenset(asked | (self.standing.with_optional - offered))

    def _shares(self) -> dict[int, int]:
        """Return the shares asked for, and those of paths that rest."""
        asked = {each.pk: self.cleaned_data[_share_name(each)] for each in self.enrolments}
        return {pk: percent for pk, percent in {**self.standing.shares, **asked}.items() if percent}


def _optional_name(enrolment: Enrolment) -> str:
    return f"optional_{enrolment.pk}"


def _share_name(enrolment: Enrolment) -> str:
    return f"share_{enrolment.pk}"


def _with_date(enrolment: Enrolment) -> str:
    target = enrolment.target_date
    until = f" (by {target.day} {target:%B %Y})" if target else ""
    return f"{enrolment.curriculum.title}{until}"


class TimeForms:
    """The parts of the page; one that was not sent stays as it stands."""

    def __init__(
        self,
        data: QueryDict | None,
        *,
        standing: Availability,
        enrolments: Sequence[Enrolment],
        optional_minutes: Mapping[int, int],
        today: date,
    ) -> None:
        self.standing, self.enrolments, self.today = standing, enrolments, today
        self.week = WeekForm(data, windows=standing.windows or first_week())
        self.breaks = _rows_form(BreakFormSet, "breaks", data, self._breaks(), today)
        self.special = _rows_form(SpecialDayFormSet, "special", data, self._special_days(), today)
        sent = data if data is not None and "style" in data else None
        self.planning = PlanningForm(
            sent, enrolments=enrolments, standing=standing, optional_minutes=optional_minutes
        )

    def _breaks(self) -> list[dict[str, Any]]:
        return [
            {
                "starts_on": each.starts_on,
                "ends_on": each.ends_on if each.ends_on > each.starts_on else None,
                "note": each.note,
            }
            for each in self.standing.breaks
            if each.ends_on >= self.today
        ]

    def _special_days(self) -> list[dict[str, Any]]:
        ahead = [each for each in self.standing.special_windows if each.date >= self.today]
        return [_day_initial(day, own) for day, own in groupby(ahead, key=lambda each: each.date)]

    def is_valid(self) -> bool:
        parts = (self.week, self.breaks, self.special, self.planning)
        return all(part.is_valid() for part in parts if part.is_bound)

    @property
    def problems(self) -> list[str]:
        forms_of_one = [form for form in (self.week, self.planning) if form.is_bound]
        return [*_problems_of(forms_of_one), *self.breaks.problems, *self.special.problems]

    @property
    def availability(self) -> Availability:
        """Return what was said; days that are over stay as they were."""
        said: dict[str, Any] = {"windows": tuple(self.week.cleaned_data["windows"])}
        if self.breaks.is_bound:
            past = [each for each in self.standing.breaks if each.ends_on < self.today]
            said["breaks"] = (*past, *self.breaks.rows)
        if self.special.is_bound:
            gone = [each for each in self.standing.special_windows if each.date < self.today]
            said["special_windows"] = (*gone, *self.special.rows)
        if self.planning.is_bound:
            said |= self.planning.answers
        return dataclasses.replace(self.standing, **said)


def _rows_form(
    formset: type[Rows],
    prefix: str,
    data: QueryDict | None,
    initial: Sequence[dict[str, Any]],
    today: date,
) -> Rows:
    options: dict[str, Any] = {
        "prefix": prefix,
        "form_kwargs": {"today": today},
        "error_messages": {"too_many_forms": f"Keep it to {MOST_ROWS} rows."},
    }
    # Not both: a sent row that is as it was would count as one left empty.
    if data is not None and f"{prefix}-TOTAL_FORMS" in data:
        return formset(data, **options)
    return formset(initial=initial, **options)


def _day_initial(day: date, windows: Iterable[SpecialWindow]) -> dict[str, Any]:
    initial: dict[str, Any] = {"date": day}
    for (from_name, to_name), window in zip(_pair_names(), windows, strict=False):
        initial |= {from_name: window.starts_at, to_name: window.ends_at}
    return initial


def _problems_of(listed: Iterable[forms.Form]) -> list[str]:
    return [
        str(problem) for form in listed for problems in form.errors.values() for problem in problems
    ]


class PauseForm(forms.Form):
    resumes_on = date_field(
        "Study again from",
        required=False,
        help_text="Without a date nothing is planned until you come back.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_resumes_on(self) -> date | None:
        resumes_on: date | None = self.cleaned_data["resumes_on"]
        if resumes_on and resumes_on <= self.today:
            raise forms.ValidationError("Choose a day after today.")
        if resumes_on and resumes_on > self.today + LONGEST:
            raise forms.ValidationError("Choose a day within ten years.")
        return resumes_on

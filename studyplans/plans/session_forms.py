"""The forms on the page of a session."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

LONGEST_DAY = 1_440


class MoveForm(forms.Form):
    """A moment on the learner's own clock, and how long from then."""

    date = forms.DateField(
        label="Day",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write a date such as 2027-01-31."},
    )
    time = forms.TimeField(
        label="From",
        input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Write a time such as 19:00."},
    )
    minutes = forms.IntegerField(
        label="Minutes",
        min_value=5,
        max_value=LONGEST_DAY,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone

    def clean(self) -> dict[str, Any]:
        day, hour = self.cleaned_data.get("date"), self.cleaned_data.get("time")
        if day is None or hour is None:
            return self.cleaned_data
        local = datetime.combine(day, hour, tzinfo=self.zone)
        moment = local.astimezone(UTC)
        # A time the clocks skip comes back from UTC as another one.
        if moment.astimezone(self.zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            text = f"The clocks go forward that day: {hour:%H:%M} does not exist."
            self.add_error("time", f"{text} Choose another time.")
        self.cleaned_data["starts_at"] = moment
        return self.cleaned_data


class MinutesForm(forms.Form):
    minutes = forms.IntegerField(
        label="Minutes",
        min_value=1,
        max_value=LONGEST_DAY,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "Write a number of minutes."},
    )

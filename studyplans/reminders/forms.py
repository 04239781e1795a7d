from datetime import date, time
from typing import Any

from django import forms

from studyplans.plans.models import Weekday
from studyplans.reminders.kinds.kind import Lead, ReminderKind, Rhythm
from studyplans.reminders.kinds.session import LONGEST_LEAD_MINUTES
from studyplans.reminders.models import ReminderSchedule

LONGEST_LEAD = {Lead.MINUTES: LONGEST_LEAD_MINUTES, Lead.DAYS: 90}
LEAD_LABEL = {Lead.MINUTES: "Minutes before", Lead.DAYS: "Days before"}


def _hour(label: str, **options: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Write a time such as 08:00."},
        **options,
    )


class ReminderScheduleForm(forms.Form):
    """When one kind comes; the fields are those the kind has a use for."""

    is_on = forms.BooleanField(label="Send me these", required=False)
    local_time = _hour("At")
    lead = forms.IntegerField(min_value=1)
    weekdays = forms.TypedMultipleChoiceField(
        label="On",
        coerce=int,
        choices=Weekday,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one day, or switch it off.",
            "invalid_choice": "“%(value)s” is not a day of the week.",
        },
    )
    quiet_from = _hour("Quiet from", required=False)
    quiet_until = _hour("Quiet until", required=False)

    def __init__(self, *args: Any, kind: ReminderKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lead = kind.offer.lead
        if self._lead is Lead.NONE:
            del self.fields["lead"]
        else:
            self.fields["lead"] = forms.IntegerField(
                label=LEAD_LABEL[self._lead], min_value=1, max_value=LONGEST_LEAD[self._lead]
            )
        if kind.rhythm is Rhythm.SESSIONS:
            del self.fields["local_time"]
        if self.is_bound and "is_on" not in self.data:
            self.fields["weekdays"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        begin, end = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if (begin is None) != (end is None):
            self.add_error("quiet_until", "Give both ends of the quiet hours, or neither.")
        elif begin is not None and begin == end:
            self.add_error("quiet_until", "Quiet hours of no length keep nothing quiet.")
        elif begin and end and _is_within(cleaned.get("local_time"), begin, end):
            self.add_error("local_time", "This lies in the quiet hours. Change one of them.")
        return cleaned

    def wanted(self) -> dict[str, Any]:
        """Return the columns of the schedule."""
        wanted = dict(self.cleaned_data)
        if "lead" in wanted:
            wanted["lead_minutes"] = wanted.pop("lead") * self._lead.value
        return wanted


def shown(schedule: ReminderSchedule, kind: ReminderKind) -> dict[str, Any]:
    """Return what the form begins with."""
    unit = kind.offer.lead.value or 1
    return {
        "is_on": schedule.is_on,
        "local_time": schedule.local_time,
        "lead": schedule.lead_minutes // unit,
        "weekdays": schedule.weekdays,
        "quiet_from": schedule.quiet_from,
        "quiet_until": schedule.quiet_until,
    }


def _is_within(hour: time | None, begin: time, end: time) -> bool:
    if hour is None:
        return False
    return begin <= hour < end if begin < end else hour >= begin or hour < end


class PauseForm(forms.Form):
    until = forms.DateField(
        label="No reminders before",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "Write a date such as 2027-01-31."},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self._today:
            raise forms.ValidationError("Choose a day after today.")
        if (until - self._today).days > 366:
            raise forms.ValidationError("Choose a day within a year, or switch the kinds off.")
        return until

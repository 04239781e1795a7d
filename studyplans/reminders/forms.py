from typing import Any

from django import forms

from studyplans.plans.models import Weekday


class ReminderScheduleForm(forms.Form):
    is_on = forms.BooleanField(label="Send me the daily digest", required=False)
    local_time = forms.TimeField(
        label="At",
        input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": "Write a time such as 08:00."},
    )
    weekdays = forms.TypedMultipleChoiceField(
        label="On",
        coerce=int,
        choices=Weekday,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one day, or switch the digest off.",
            "invalid_choice": "“%(value)s” is not a day of the week.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and "is_on" not in self.data:
            self.fields["weekdays"].required = False

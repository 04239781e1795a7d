from datetime import time
from typing import Any

from django import forms
from django.http import HttpRequest

from tracker.accounts import time_zones
from tracker.accounts.models import User

LATEST_DAY_START = 12


class DetailsForm(forms.Form):
    """What a learner tells about themselves."""

    name = forms.CharField(
        max_length=80,
        required=False,
        help_text="How we greet you.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.ChoiceField(
        choices=time_zones.choices_by_region,
        help_text="Your plan and your reminders follow the clock of this place.",
        error_messages={"invalid_choice": "“%(value)s” is not a time zone we know."},
    )


class LenientTimeZoneField(forms.ChoiceField):
    """A zone that never stands in the way: the nearest one known, or else UTC."""

    def clean(self, value: Any) -> str:
        return time_zones.nearest(str(value or ""))


class SignupDetailsForm(DetailsForm):
    """The part of the sign-up that allauth does not know; it mixes its own form with this one."""

    field_order = ["email", "password1", "name", "time_zone"]

    time_zone = LenientTimeZoneField(
        choices=time_zones.choices_by_region,
        required=False,
        initial="UTC",
        help_text="Taken from your browser. Your plan and your reminders follow this clock.",
        widget=forms.Select(attrs={"data-browser-time-zone": ""}),
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the details; allauth calls this once the account is there."""
        user.name = self.cleaned_data["name"]
        user.time_zone = self.cleaned_data["time_zone"]
        user.save(update_fields=["name", "time_zone"])


class ProfileForm(DetailsForm):
    """The same details, changed later; here a zone we do not know is refused."""

    day_starts_at = forms.TypedChoiceField(
        label="Your day starts at",
        coerce=time.fromisoformat,
        choices=[(f"{hour:02}:00", f"{hour:02}:00") for hour in range(LATEST_DAY_START + 1)],
        help_text="What you study before that hour still counts for the day before.",
    )

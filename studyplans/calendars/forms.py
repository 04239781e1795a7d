from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from common.fetching import web_address
from common.outside import CannotFetch
from studyplans.calendars.models import AlarmMinutes
from studyplans.calendars.reading import MOST_BYTES, TOO_LARGE

NO_ALARM = "none"
SUBSCRIPTIONS = {"webcal": "https", "webcals": "https"}


class AlarmForm(forms.Form):
    alarm_minutes = forms.TypedChoiceField(
        label="Remind me in my calendar",
        coerce=lambda answer: None if answer == NO_ALARM else int(answer),
        choices=[(NO_ALARM, "Not at all"), *AlarmMinutes.choices],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.initial.get("alarm_minutes") is None:
            self.initial["alarm_minutes"] = NO_ALARM


class BusyCalendarForm(forms.Form):
    name = forms.CharField(label="Name", max_length=60, help_text="Such as Work or Family.")
    blocks_all_day = forms.BooleanField(
        label="All-day events block the day",
        required=False,
        help_text="Off, birthdays and holidays leave your study time alone.",
    )


class AddressForm(BusyCalendarForm):
    """A calendar to read at its address, from now on."""

    url = forms.CharField(
        label="Address",
        max_length=2000,
        help_text="The calendar’s own address, which mostly ends in .ics. We read it every hour.",
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )
    field_order = ["name", "url", "blocks_all_day"]

    def clean_url(self) -> str:
        """Take webcal:// for what it means, and nothing that is no web address."""
        scheme, separator, rest = self.cleaned_data["url"].partition("://")
        scheme = SUBSCRIPTIONS.get(scheme.lower(), scheme.lower())
        url = f"{scheme}{separator}{rest}"
        try:
            web_address(url)
        except CannotFetch as error:
            text = "Write an address that begins with https://, http:// or webcal://."
            raise forms.ValidationError(text) from error
        return url


class FileForm(BusyCalendarForm):
    """A calendar to read once, from a file."""

    file = forms.FileField(
        label="File",
        help_text="An .ics file of up to 2 MB. Upload under the same name to replace it.",
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        error_messages={"empty": "This file is empty. Export your calendar again."},
    )
    field_order = ["name", "file", "blocks_all_day"]

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is None or file.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return file


def prefixed(form: type[BusyCalendarForm], data: Any = None, files: Any = None) -> BusyCalendarForm:
    """Build a form whose fields are told apart from those of the other on the same page."""
    return form(data, files, prefix=form.__name__.removesuffix("Form").lower())

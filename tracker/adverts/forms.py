from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from tracker.adverts.models import Advert
from tracker.adverts.pasting import (
    ENDINGS,
    LONGEST_TITLE,
    Paste,
    UnreadableAdvert,
    read_file,
    read_paste,
)
from tracker.curricula.models import Curriculum

LONGEST_PLAN = timedelta(days=3653)
MOST_BYTES = 1_000_000
MOST_FILES = 20
MOST_COMPARED = 5


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """Any number of files, also none; `clean` returns a list."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, (list, tuple)) else [data]
        clean = super().clean
        return [clean(file, initial) for file in files if file]


class AdvertForm(forms.Form):
    """A pasted text, files, or both.  What can be read is in `pastes`; the rest has its error."""

    title = forms.CharField(
        label="Name for it",
        required=False,
        max_length=LONGEST_TITLE,
        help_text="Left empty, its first line.",
    )
    text = forms.CharField(
        label="Text of the advertisement",
        required=False,
        strip=False,
        widget=forms.Textarea({"rows": 10}),
        help_text="Copy all of it from the page. It stays yours: nobody else sees it.",
    )
    uploads = SeveralFilesField(
        label="Or files",
        required=False,
        widget=SeveralFilesInput({"accept": ",".join(ENDINGS)}),
        help_text="Text, Markdown or HTML, several at once, up to 1 MB together.",
    )

    def clean(self) -> dict[str, Any]:
        self.pastes: list[Paste] = []
        text, files = self.cleaned_data.get("text", ""), self.cleaned_data.get("uploads", [])
        if not text.strip() and not files and not self.errors:
            self.add_error("text", "Paste an advertisement, or choose a file.")
        elif self._is_too_much(text, files):
            self.add_error(None, "That is more than 1 MB or 20 files. Send fewer at a time.")
        else:
            self._read(text, files)
        return self.cleaned_data

    def _is_too_much(self, text: str, files: list[UploadedFile]) -> bool:
        size = len(text.encode()) + sum(file.size or 0 for file in files)
        return size > MOST_BYTES or len(files) > MOST_FILES

    def _read(self, text: str, files: list[UploadedFile]) -> None:
        for file in files:
            try:
                self.pastes.append(read_file(file.name or "", file.read()))
            except UnreadableAdvert as reason:
                self.add_error("uploads", f"{file.name}: {reason}")
        if not text.strip():
            return
        try:
            self.pastes.append(read_paste(text, title=self.cleaned_data.get("title", "")))
        except UnreadableAdvert as reason:
            self.add_error("text", str(reason))


class PathForm(forms.Form):
    """By when the way to an advertisement is to be done, if that matters."""

    target_date = forms.DateField(
        label="Finish by",
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text="Left empty, it is done as soon as your week allows.",
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean_target_date(self) -> date | None:
        day: date | None = self.cleaned_data["target_date"]
        if day is not None and not self.today < day <= self.today + LONGEST_PLAN:
            raise forms.ValidationError("Choose a day after today, within ten years.")
        return day


class RenameForm(forms.Form):
    title = forms.CharField(
        label="Name",
        max_length=Curriculum._meta.get_field("title").max_length,
        help_text="Only you see it.",
    )


class CompareForm(forms.Form):
    """Which advertisements to lay side by side; the choices are the learner's own."""

    advert = forms.ModelMultipleChoiceField(Advert.objects.none())

    def __init__(self, *args: Any, adverts: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["advert"].queryset = adverts  # type: ignore[attr-defined]

    def clean_advert(self) -> list[Advert]:
        return list(self.cleaned_data["advert"][:MOST_COMPARED])

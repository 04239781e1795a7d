"""The forms of the author's tools: paste an outline, duplicate a curriculum, set hours."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import validate_slug

from tracker.curricula import drafting
from tracker.curricula.models import Curriculum, Milestone, validate_key
from tracker.curricula.outline_paste import KEY_LENGTH, About

LONGEST_OUTLINE = 200_000
FROM_THE_TEXT = "Leave empty to take it from the outline."


class PasteForm(forms.Form):
    """An outline, and what a table of milestones does not say about its curriculum."""

    text = forms.CharField(
        label="Outline",
        max_length=LONGEST_OUTLINE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "false", "wrap": "off"}),
    )
    title = forms.CharField(max_length=120, required=False, help_text=FROM_THE_TEXT)
    slug = forms.CharField(
        label="Address",
        max_length=80,
        required=False,
        validators=[validate_slug],
        help_text="Leave empty to make it from the title.",
    )
    summary = forms.CharField(
        required=False, help_text=FROM_THE_TEXT, widget=forms.Textarea(attrs={"rows": 2})
    )
    kind = forms.ChoiceField(
        choices=[
            (kind.value, kind.label.capitalize())
            for kind in (Curriculum.Kind.SUBJECT, Curriculum.Kind.CERTIFICATION)
        ]
    )

    def about(self) -> About:
        said = {name: self.cleaned_data[name] for name in ("title", "slug", "summary", "kind")}
        return About(**said)


class DuplicateForm(forms.Form):
    title = forms.CharField(max_length=120)
    slug = forms.SlugField(label="Address", max_length=80, help_text="Another one than now.")
    keys = forms.ChoiceField(
        label="Milestones",
        initial="new",
        widget=forms.RadioSelect,
        choices=[
            ("new", "New milestones: keys begin with the new address, and nobody has a tick yet."),
            ("same", "The same milestones: keys stay, and a tick counts in both curricula."),
        ],
        help_text=(
            "Take the same ones if finishing a milestone here is finishing it there. Both "
            "curricula must then say the same about it, or the draft cannot be published. "
            "Questions belong to a key: new milestones start without any."
        ),
    )

    def __init__(self, *args: Any, curriculum: Curriculum, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.curriculum = curriculum
        if curriculum.kind == Curriculum.Kind.PATH:
            # A path takes milestones of other curricula; under other keys they would be none.
            del self.fields["keys"]

    def clean_slug(self) -> str:
        slug = str(self.cleaned_data["slug"])
        if drafting.is_taken(slug):
            raise forms.ValidationError("Another curriculum has this address. Choose another one.")
        return slug

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "slug" in cleaned and not self.keeps_keys:
            self._check_keys(cleaned["slug"])
        return cleaned

    def _check_keys(self, slug: str) -> None:
        try:
            validate_key(slug)
        except forms.ValidationError as error:
            self.add_error("slug", error)
            return
        outline = drafting.outline_of_duplicate(self.curriculum, slug, keeps_keys=False)
        longest = max((len(item.key) for item in outline.milestones), default=0)
        if longest > KEY_LENGTH:
            over = longest - KEY_LENGTH
            self.add_error(
                "slug",
                f"With it a key would be {over} characters too long. Choose a shorter address.",
            )

    @property
    def is_of_path(self) -> bool:
        return "keys" not in self.fields

    @property
    def keeps_keys(self) -> bool:
        return self.is_of_path or self.cleaned_data.get("keys") == "same"


class HoursForm(forms.ModelForm):
    """How long one milestone takes and whether it is required: a row of the table of hours."""

    class Meta:
        model = Milestone
        fields = ["effort_minutes", "is_required"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        minutes = self.fields["effort_minutes"].widget.attrs
        minutes.update({"aria-label": f"Minutes of {self.instance}", "min": 5, "max": 6000})
        self.fields["is_required"].widget.attrs["aria-label"] = f"Required: {self.instance}"
        field = self["effort_minutes"]
        if self.is_bound and field.errors:
            minutes.update({"aria-invalid": "true", "aria-describedby": f"{field.auto_id}-error"})

    @property
    def minutes(self) -> int:
        """What the row says now: as typed where that is a time, else as it was."""
        if self.is_bound and "effort_minutes" in self.cleaned_data:
            return int(self.cleaned_data["effort_minutes"])
        return int(self.initial["effort_minutes"])

    @property
    def is_counted(self) -> bool:
        if self.is_bound:
            return bool(self.cleaned_data.get("is_required"))
        return bool(self.initial["is_required"])

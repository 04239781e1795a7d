from __future__ import annotations

import unicodedata
from typing import Any

from django import forms

from tracker.profiles.actions import Choices
from tracker.profiles.models import PublicProfile, ShownItem, validate_address
from tracker.profiles.selectors import Offers

ITEM_FIELDS = {
    "paths": (ShownItem.Kind.PATH, "Paths, with their percent"),
    "roles": (ShownItem.Kind.ROLE, "Readiness for"),
    "certificates": (ShownItem.Kind.CERTIFICATE, "Certificates, while they are valid"),
    "projects": (ShownItem.Kind.PROJECT, "Projects, with the link to the work"),
}


def without_hidden_characters(text: str) -> str:
    """Leave out what cannot be seen, such as marks that turn the direction of what follows."""
    return "".join(each for each in text if unicodedata.category(each) not in ("Cc", "Cf"))


class PublicProfileForm(forms.Form):
    is_public = forms.BooleanField(
        label="Show my profile to everyone",
        required=False,
        help_text="Off, its address answers as if there were nothing.",
    )
    slug = forms.CharField(
        label="Address",
        max_length=40,
        help_text="What stands after /u/: letters from a to z, digits and hyphens. "
        "Changed, the old address leads nowhere and others may take it.",
        widget=forms.TextInput({"autocapitalize": "none", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label="Name to show",
        required=False,
        max_length=60,
        help_text="Left empty, the address stands for it.",
    )
    may_be_indexed = forms.BooleanField(
        label="Search engines may list it",
        required=False,
        help_text="What a search engine has read, it may keep after you hide the page.",
    )
    shows_skills = forms.BooleanField(
        label="Skills, as far as work or a check shows them", required=False
    )
    shows_activity = forms.BooleanField(
        label="Calendar of active days",
        required=False,
        help_text="How many milestones you finished on each day of the last six months. "
        "Never your plan, never an hour.",
    )
    shows_proof_links = forms.BooleanField(
        label="With the links to their proof",
        required=False,
        help_text="A link may say more about you than the certificate. Files are never shown.",
    )

    field_order = [
        *("is_public", "slug", "name", "may_be_indexed", "paths", "roles"),
        *("certificates", "shows_proof_links", "projects", "shows_skills", "shows_activity"),
    ]

    def __init__(
        self, data: Any = None, *, offers: Offers, profile: PublicProfile | None = None
    ) -> None:
        super().__init__(data, initial=_initial(profile))
        for name, (kind, label) in ITEM_FIELDS.items():
            if offers[kind]:
                self.fields[name] = forms.MultipleChoiceField(
                    label=label,
                    choices=offers[kind],
                    required=False,
                    widget=forms.CheckboxSelectMultiple,
                )
        if not offers[ShownItem.Kind.CERTIFICATE]:
            del self.fields["shows_proof_links"]
        self.order_fields(self.field_order)

    def clean_slug(self) -> str:
        slug: str = self.cleaned_data["slug"].lower()
        validate_address(slug)
        return slug

    def clean_name(self) -> str:
        return " ".join(without_hidden_characters(self.cleaned_data["name"]).split())

    def choices(self) -> Choices:
        names = self.cleaned_data.keys() & set(Choices.__slots__)
        return Choices(**{name: self.cleaned_data[name] for name in names})

    def items(self) -> dict[str, list[str]]:
        return {
            kind: self.cleaned_data.get(name, []) for name, (kind, _label) in ITEM_FIELDS.items()
        }


def _initial(profile: PublicProfile | None) -> dict[str, Any]:
    if profile is None:
        return {}
    fields = {name: getattr(profile, name) for name in Choices.__slots__}
    return fields | {name: profile.keys(kind) for name, (kind, _label) in ITEM_FIELDS.items()}

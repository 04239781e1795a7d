from typing import Any
from urllib.parse import urlsplit

from django import forms

from common.links import LinkField
from tracker.curricula.models import (
    Area,
    Background,
    Certification,
    Curriculum,
    ResourceProposal,
    RoleProfile,
)
from tracker.curricula.selectors import LENGTHS, providers
from tracker.progress.models import Achievement

LABELS = {"short": "Under 40 hours", "medium": "40 to 200 hours", "long": "200 hours and more"}


class CatalogueFilterForm(forms.Form):
    # The top bar's search link leads to this id.
    q = forms.CharField(
        label="Search",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "id": "search"}),
    )
    kind = forms.ChoiceField(
        label="Kind", required=False, choices=[("", "Everything"), *Curriculum.Kind.choices]
    )
    area = forms.ChoiceField(label="Area", required=False)
    length = forms.ChoiceField(
        label="Length",
        required=False,
        choices=[("", "Any length"), *((length, LABELS[length]) for length in LENGTHS)],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        areas = list(Area.objects.values_list("key", "title"))
        self.fields["area"].choices = [("", "Every area"), *areas]  # type: ignore[attr-defined]

    def filters(self) -> dict[str, str]:
        """Return the filters that make sense; what does not is left out and named in `errors`."""
        self.is_valid()
        named = {"words": "q", "kind": "kind", "area": "area", "length": "length"}
        return {name: self.cleaned_data.get(field, "") for name, field in named.items()}


class WayForm(forms.Form):
    """From where one starts to what one wants to be."""

    start = forms.ModelChoiceField(
        Background.objects.all(), label="I am a", to_field_name="key", empty_label="Choose"
    )
    goal = forms.ModelChoiceField(
        RoleProfile.objects.all(), label="I want to be a", to_field_name="key", empty_label="Choose"
    )


class CertificationFilterForm(forms.Form):
    provider = forms.ChoiceField(label="Vendor", required=False)
    status = forms.ChoiceField(
        label="Status",
        required=False,
        choices=[("", "Any status"), *((each.value, each.label) for each in Certification.Status)],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        names = [("", "Every vendor"), *((name, name) for name in providers())]
        self.fields["provider"].choices = names  # type: ignore[attr-defined]

    def filters(self) -> dict[str, str]:
        """Return the filters that make sense; what does not is left out and named in `errors`."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("provider", "status")}


class StateForm(forms.Form):
    state = forms.ChoiceField(choices=Achievement.State)


class RecordForm(forms.ModelForm):
    """What a learner writes down about a milestone."""

    evidence_url = LinkField(
        label="Evidence",
        required=False,
        help_text="A repository, an article, a certificate. We keep the link and never open it.",
    )

    class Meta:
        model = Achievement
        fields = ["note", "evidence_url", "minutes_spent"]
        labels = {"note": "Your note", "minutes_spent": "Minutes spent"}
        help_texts = {
            "note": "Only you can read it.",
            "minutes_spent": "What it really took you so far.",
        }
        widgets = {"note": forms.Textarea(attrs={"rows": 5})}


class ProposalForm(forms.ModelForm):
    """What a learner would rather learn from."""

    url = forms.URLField(
        label="Link",
        max_length=500,
        assume_scheme="https",
        help_text="The whole address, from https:// on.",
    )

    class Meta:
        model = ResourceProposal
        fields = ["title", "url", "note"]
        labels = {"note": "Why this one"}
        help_texts = {"title": "Its own title, as its page says it."}
        widgets = {"note": forms.Textarea(attrs={"rows": 3})}

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        # https://a-good-name@elsewhere.example looks like a good name and leads elsewhere.
        if "@" in urlsplit(url).netloc:
            raise forms.ValidationError("Leave out the name before the @.")
        return url

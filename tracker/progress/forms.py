from typing import Any

from django import forms

from tracker.curricula.models import Area, Curriculum
from tracker.curricula.selectors import LENGTHS
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


class StateForm(forms.Form):
    state = forms.ChoiceField(choices=Achievement.State)


class RecordForm(forms.ModelForm):
    """What a learner writes down about a milestone."""

    evidence_url = forms.URLField(
        label="Evidence",
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text="A link to what shows it: a repository, an article, a certificate.",
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

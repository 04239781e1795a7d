from datetime import date
from typing import Any

from django import forms

from tracker.credentials.models import HeldCertification
from tracker.curricula.models import Certification


class DayInput(forms.DateInput):
    def __init__(self, **options: Any) -> None:
        super().__init__(format="%Y-%m-%d", attrs={"type": "date"}, **options)


class HeldCertificationForm(forms.Form):
    certification = forms.ModelChoiceField(
        Certification.objects.all(), to_field_name="key", empty_label="Choose"
    )
    earned_on = forms.DateField(label="Earned on", widget=DayInput())
    expires_on = forms.DateField(
        label="Expires on",
        required=False,
        widget=DayInput(),
        help_text="Left empty, it is counted from how long the certification is valid.",
    )
    proof_url = forms.URLField(
        label="Proof",
        required=False,
        max_length=500,
        assume_scheme="https",
        validators=HeldCertification._meta.get_field("proof_url").validators,
        help_text="A link to the badge or the certificate. Other learners never see it.",
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today

    def clean_earned_on(self) -> date:
        earned_on: date = self.cleaned_data["earned_on"]
        if earned_on > self.today:
            raise forms.ValidationError("That day is still to come.")
        return earned_on

    def clean(self) -> dict[str, Any]:
        earned_on = self.cleaned_data.get("earned_on")
        expires_on = self.cleaned_data.get("expires_on")
        if earned_on and expires_on and expires_on <= earned_on:
            self.add_error("expires_on", "It must expire after the day you earned it.")
        return self.cleaned_data

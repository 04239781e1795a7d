from datetime import date
from typing import Any

from django import forms

from common.kept_files import SCANS, GivenFile, KeptFileField, named
from common.links import LinkField
from tracker.accounts.models import User
from tracker.credentials.models import CertificateProof
from tracker.curricula.models import Certification

MOST_FILES = 30


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
    proof_url = LinkField(
        label="Link to the proof",
        required=False,
        help_text="To the badge or the certificate. Nobody else sees it unless your public "
        "profile says so. We never open it.",
    )
    proof_file = KeptFileField(
        label="Or a file",
        kinds=SCANS,
        help_text=f"{named(SCANS)}, up to 2 MB. Only you can ever open it.",
    )

    def __init__(self, *args: Any, learner: User, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.learner = learner
        self.today = today

    def clean_proof_file(self) -> GivenFile | None:
        file: GivenFile | None = self.cleaned_data["proof_file"]
        if file and CertificateProof.objects.of(self.learner).count() >= MOST_FILES:
            raise forms.ValidationError(f"You keep {MOST_FILES} files. Remove one first.")
        return file

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

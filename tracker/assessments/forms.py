from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django import forms

from tracker.assessments.models import Invitation, Placement, Work


class AnswerForm(forms.Form):
    choice = forms.IntegerField(min_value=1)


class LinkField(forms.URLField):
    """A link that people may open and we never do."""

    def clean(self, value: object) -> str:
        url = str(super().clean(value))
        # https://a-good-name@elsewhere.example looks like a good name and leads elsewhere.
        if "@" in urlsplit(url).netloc:
            raise forms.ValidationError("Leave out the name before the @.")
        if url and urlsplit(url).scheme not in ("http", "https"):
            raise forms.ValidationError("Use a link that begins with https:// or http://.")
        return url


class EvidenceForm(forms.Form):
    evidence_kind = forms.ChoiceField(label="What it is", choices=Placement.EvidenceKind)
    evidence_url = LinkField(
        label="Link to it",
        max_length=500,
        assume_scheme="https",
        help_text="We keep the link and never open it.",
    )


class WorkForm(forms.Form):
    """Work and what its author makes of it, one answer for each criterion of the rubric."""

    url = LinkField(
        label="Link to your work",
        max_length=500,
        assume_scheme="https",
        help_text="A repository, an article, a demo. We keep the link and never open it.",
    )
    text = forms.CharField(
        label="What to look at",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you made, where to begin, what you would do differently.",
    )

    def __init__(
        self, data: Any = None, *, rubric: Sequence[str], work: Work | None = None
    ) -> None:
        given = {mark["criterion"]: mark["mark"] for mark in work.marks} if work else {}
        super().__init__(data, initial={"url": work.url, "text": work.text} if work else {})
        self.rubric = list(rubric)
        for number, criterion in enumerate(self.rubric):
            self.fields[f"mark_{number}"] = forms.ChoiceField(
                label=criterion,
                choices=Work.Mark,
                widget=forms.RadioSelect,
                initial=given.get(criterion),
            )
        self.fields["is_finished"] = forms.BooleanField(
            label="Check the milestone off", required=False
        )

    def marks(self) -> list[dict[str, str]]:
        return [
            {"criterion": criterion, "mark": self.cleaned_data[f"mark_{number}"]}
            for number, criterion in enumerate(self.rubric)
        ]


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label="Their e-mail address",
        max_length=254,
        help_text="They get a link to this work, and to nothing else of yours.",
    )


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(
        label="What you found",
        choices=[
            (Invitation.Verdict.CONFIRMED, "It meets its rubric"),
            (Invitation.Verdict.NOT_YET, "Not yet"),
        ],
        widget=forms.RadioSelect,
    )
    comment = forms.CharField(
        label="What you would tell them",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

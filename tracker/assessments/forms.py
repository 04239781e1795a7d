from collections.abc import Sequence
from typing import Any

from django import forms

from common.kept_files import FileKind, GivenFile, KeptFileField, named
from common.links import LinkField
from tracker.accounts.models import User
from tracker.assessments.models import Invitation, Placement, Work, WorkFile

MOST_FILES = 30


class AnswerForm(forms.Form):
    choice = forms.IntegerField(min_value=1)


class EvidenceForm(forms.Form):
    evidence_kind = forms.ChoiceField(label="What it is", choices=Placement.EvidenceKind)
    evidence_url = LinkField(
        label="Link to it",
        help_text="We keep the link and never open it.",
    )


class WorkForm(forms.Form):
    """Work and what its author makes of it, one answer for each criterion."""

    url = LinkField(
        label="Link to your work",
        required=False,
        help_text="A repository, an article, a demo. We keep the link and never open it.",
    )
    file = KeptFileField(
        label="Or a file",
        kinds=tuple(FileKind),
        help_text=f"{named(FileKind)}, up to 2 MB. Only you and those you invite can open it.",
    )
    text = forms.CharField(
        label="What to look at",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you made, where to begin, what you would do differently.",
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        learner: User,
        criteria: Sequence[str],
        work: Work | None = None,
    ) -> None:
        given = {mark["criterion"]: mark["mark"] for mark in work.marks} if work else {}
        super().__init__(data, files, initial={"url": work.url, "text": work.text} if work else {})
        self.kept = WorkFile.objects.of(learner).without_content()
        self.work = work
        self.criteria = list(criteria)
        for number, criterion in enumerate(self.criteria):
            self.fields[f"mark_{number}"] = forms.ChoiceField(
                label=criterion,
                choices=Work.Mark,
                widget=forms.RadioSelect,
                initial=given.get(criterion),
            )
        self.fields["is_finished"] = forms.BooleanField(
            label="Check the milestone off", required=False
        )

    def clean_file(self) -> GivenFile | None:
        file: GivenFile | None = self.cleaned_data["file"]
        if file and self.kept.exclude(work=self.work).count() >= MOST_FILES:
            raise forms.ValidationError(f"You keep {MOST_FILES} files. Remove one first.")
        return file

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        is_empty = {"url", "file"} <= cleaned.keys() and not (cleaned["url"] or cleaned["file"])
        if is_empty and not self.kept.filter(work=self.work).exists():
            self.add_error("url", "Give a link or a file: there is nothing to look at yet.")
        return cleaned

    def marks(self) -> list[dict[str, str]]:
        return [
            {"criterion": criterion, "mark": self.cleaned_data[f"mark_{number}"]}
            for number, criterion in enumerate(self.criteria)
        ]


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label="Their e-mail address",
        max_length=254,
        help_text="They get a link to this work, and to nothing else of yours.",
    )

    def __init__(self, data: Any = None, *, own_email: str = "") -> None:
        super().__init__(data)
        self.own_email = own_email

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if email.lower() == self.own_email.lower():
            raise forms.ValidationError("That is you. A confirmation comes from somebody else.")
        return email


class VerdictForm(forms.Form):
    """A mentor's word on the work as they saw it; `seen` is which version that was."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    verdict = forms.ChoiceField(
        label="What you found",
        choices=[
            (Invitation.Verdict.CONFIRMED, "It does what it should"),
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

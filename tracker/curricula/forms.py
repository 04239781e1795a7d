"""The author's forms: keys that stay, positions that fill themselves in, prerequisites that end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from tracker.curricula.edition_diff import EditionDiff, Removal
from tracker.curricula.models import Curriculum, Milestone, Module, Resource, Skill
from tracker.curricula.needs import loop_in_words, loop_through

KEY_HELP = "It lives for ever: once saved it cannot change, and learners' ticks hang on it."


class LinesField(forms.CharField):
    """A list of texts, one on a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 6}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        lines = [line.strip() for line in str(value or "").splitlines()]
        return [line for line in lines if line]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(self.prepare_value(initial)) != self.to_python(data))


class ProseField(forms.CharField):
    """A text of one line or many; a file would say the same with the same line ends."""

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class MarkdownArea(forms.Textarea):
    """A field for Markdown, with a preview of what learners will read."""

    template_name = "admin/curricula/markdown_area.html"

    class Media:
        js = ["admin_milepost/preview.js"]

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"rows": 8, "cols": 60, **(attrs or {})})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        address = reverse("admin:curricula_curriculum_as_read")
        return {**super().get_context(name, value, attrs), "as_read": address}


class StepsField(LinesField):
    """The steps of a milestone, one on a line: its minutes, then its title."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{step['minutes']} {step['title']}" for step in value)

    def to_python(self, value: Any) -> Any:
        return [_step_in(line) for line in super().to_python(value)]


def _step_in(line: str) -> dict[str, Any]:
    minutes, _, title = line.partition(" ")
    if not (minutes.isascii() and minutes.isdigit() and title.strip()):
        message = f"“{line}” is not a step. Write its minutes, then its title: 90 Read the guide"
        raise ValidationError(message)
    return {"title": title.strip(), "minutes": int(minutes)}


class KeyedForm(forms.ModelForm):
    """A form whose key is fixed from the first save on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" not in self.fields:
            return
        self.fields["key"].disabled = self.instance.pk is not None
        self.fields["key"].help_text = KEY_HELP


class CurriculumForm(KeyedForm):
    def clean_slug(self) -> str:
        """Keep an address for one curriculum; the form knows no editions and cannot tell."""
        slug = str(self.cleaned_data["slug"])
        if Curriculum.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists():
            raise ValidationError(
                f"“{slug}” is the address of another curriculum. Take another one, "
                "or draft the next edition of that one."
            )
        return slug


class RowForm(KeyedForm):
    """One row of a table in an order."""

    position = forms.IntegerField(
        min_value=0,
        max_value=100_000,
        required=False,
        help_text="The order. Leave empty for the end.",
        widget=forms.NumberInput(attrs={"class": "order-position", "size": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            self.initial["position"] = None


class ModuleRowForm(RowForm):
    class Meta:
        model = Module
        fields = ["position", "key", "title", "rule", "rule_amount"]
        labels = {"rule_amount": "Amount"}


class MilestoneRowForm(RowForm):
    class Meta:
        model = Milestone
        fields = ["position", "key", "title", "kind", "effort_minutes", "is_required", "done_when"]
        labels = {"effort_minutes": "Minutes", "done_when": "Done when"}
        widgets = {
            "title": forms.Textarea(attrs={"rows": 2}),
            "done_when": forms.Textarea(attrs={"rows": 2}),
        }

    def clean_title(self) -> str:
        """Keep a title on one line, however it was typed."""
        return " ".join(self.cleaned_data["title"].split())


class NamedFormSet(forms.BaseInlineFormSet):
    """Rows whose fields have names for those who cannot see the heading of a column."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = str(field.label).capitalize()


class OrderedFormSet(NamedFormSet):
    """Rows in an order; one without a position goes to the end."""

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if form.has_changed() or form.instance.pk]
        last = max((form.instance.position or 0 for form in rows), default=0)
        for form in rows:
            if form.instance.position is None:
                last += 1
                form.instance.position = last


def grouped(pairs: Iterable[tuple[str, Any]]) -> list[tuple[str, list[tuple[Any, str]]]]:
    """Return the choices of a select, from pairs of a group's name and a row in it."""
    groups: dict[str, list[tuple[Any, str]]] = defaultdict(list)
    for name, row in pairs:
        groups[name].append((row.pk, str(row)))
    return list(groups.items())


def skills_by_area() -> list[tuple[str, list[tuple[Any, str]]]]:
    return grouped((skill.area.title, skill) for skill in Skill.objects.select_related("area"))


class MilestoneForm(KeyedForm):
    class Meta:
        model = Milestone
        fields = [
            "key",
            "title",
            "kind",
            "effort_minutes",
            "is_required",
            "done_when",
            "description",
            "steps",
            "rubric",
            "prerequisites",
            "resources",
        ]
        widgets = {
            "done_when": forms.Textarea(attrs={"rows": 4, "cols": 60}),
            "prerequisites": forms.CheckboxSelectMultiple({"class": "box-list"}),
            "resources": forms.CheckboxSelectMultiple({"class": "box-list box-list--flat"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("prerequisites")
        if isinstance(field, forms.ModelMultipleChoiceField):
            self._offer_milestones(field)
        field = self.fields.get("resources")
        if isinstance(field, forms.ModelMultipleChoiceField):
            # Read once: the field would ask the database for each of its uses.
            field.choices = list(Resource.objects.values_list("pk", "title"))

    def _offer_milestones(self, field: forms.ModelMultipleChoiceField) -> None:
        others = Milestone.objects.filter(curriculum=self.instance.curriculum_id)
        others = others.exclude(pk=self.instance.pk).select_related("module")
        field.queryset = others.order_by("module__position", "module", "position", "pk")
        field.choices = grouped((other.module.title, other) for other in field.queryset)
        field.error_messages["invalid_choice"] = (
            "A prerequisite must be another milestone of the same curriculum."
        )

    def clean_prerequisites(self) -> Any:
        needed = self.cleaned_data["prerequisites"]
        loop = loop_through(self.instance, [milestone.pk for milestone in needed])
        if loop:
            chain = loop_in_words(loop)
            raise ValidationError(f"This would never end: {chain}. Take one of them out.")
        return needed


# --- from one edition to the next ---------------------------------------------------------------


class CheckForm(forms.Form):
    """What an author says to those who follow the edition before: what is new, what went where."""

    RETIRED = "-"
    BOTH = "Choose either milestones, or nothing."

    edition_note = ProseField(
        label="What is new",
        required=False,
        help_text="Learners read it before they decide. A sentence or two, in Markdown.",
        widget=MarkdownArea({"rows": 4}),
    )

    def __init__(
        self, *args: Any, draft: Curriculum, diff: EditionDiff | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.draft = draft
        self.gone: list[str] = []
        if diff is None:
            del self.fields["edition_note"]
        else:
            self.initial["edition_note"] = draft.edition_note
            self._ask_for_successors(diff)

    def _ask_for_successors(self, diff: EditionDiff) -> None:
        choices = successor_choices(self.draft, diff)
        for removal in diff.removed:
            gone = removal.milestone
            self.gone.append(gone.key)
            self.fields[f"gone-{gone.key}"] = forms.MultipleChoiceField(
                label=f"“{gone.title}” ({gone.key}) is gone. In its place:",
                choices=[(self.RETIRED, "Nothing: it is retired"), *choices],
                initial=self._answer_so_far(removal),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def _answer_so_far(self, removal: Removal) -> list[str]:
        if self.draft.replaced_keys.get(removal.milestone.key) == []:
            return [self.RETIRED]
        return [one.key for one in removal.successors]

    @property
    def rows(self) -> Iterator[forms.BoundField]:
        """Return a question for each key that is gone."""
        return (self[f"gone-{key}"] for key in self.gone)

    def clean(self) -> None:
        for key in self.gone:
            answer = self.cleaned_data.get(f"gone-{key}", ())
            if self.RETIRED in answer and len(answer) > 1:
                self.add_error(f"gone-{key}", self.BOTH)

    def save(self) -> None:
        """Keep the answers; what is said of a key that is still there goes."""
        if "edition_note" not in self.fields:
            return
        answers = {key: self.cleaned_data[f"gone-{key}"] for key in self.gone}
        self.draft.replaced_keys = {
            key: [one for one in answer if one != self.RETIRED]
            for key, answer in answers.items()
            if answer
        }
        self.draft.edition_note = self.cleaned_data["edition_note"]
        self.draft.save(update_fields=["replaced_keys", "edition_note"])


class PublishForm(CheckForm):
    """A publisher's answers, and the word that they mean it; only keeping answers needs none."""

    confirmed = forms.BooleanField(
        label="I have checked it. Once published, this edition never changes.",
        required=False,
        widget=forms.CheckboxInput(attrs={"required": True}),
    )

    def clean(self) -> None:
        super().clean()
        if "keep" not in self.data and not self.cleaned_data.get("confirmed"):
            self.add_error("confirmed", "Tick this to publish: it cannot be undone.")


def successor_choices(draft: Curriculum, diff: EditionDiff) -> list[tuple[str, Any]]:
    """Return the draft's milestones, those that are new in front."""
    new = {milestone.key for milestone in diff.added}
    new |= {one.key for removal in diff.removed for one in removal.successors}
    pairs = list(
        draft.milestones.order_by("module__position", "position").values_list("key", "title")
    )
    groups = {
        "New in this edition": [(key, title) for key, title in pairs if key in new],
        "There already": [(key, title) for key, title in pairs if key not in new],
    }
    return [(name, rows) for name, rows in groups.items() if rows]


class CompareForm(forms.Form):
    """Two editions of one curriculum, by their numbers."""

    def __init__(self, *args: Any, found: list[Curriculum], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (each.edition, f"{each.edition} ({each.get_status_display()})") for each in found
        ]
        for name in ("from", "to"):
            self.fields[name] = forms.TypedChoiceField(label=name, choices=choices, coerce=int)

"""The author's forms: keys that stay, positions that fill themselves in, prerequisites that end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from tracker.curricula.models import Curriculum, Milestone, Module, Skill

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


class KeyedForm(forms.ModelForm):
    """A form whose key is fixed from the first save on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" not in self.fields:
            return
        self.fields["key"].disabled = self.instance.pk is not None
        self.fields["key"].help_text = KEY_HELP


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
            "prerequisites",
            "resources",
        ]
        widgets = {
            "done_when": forms.Textarea(attrs={"rows": 4, "cols": 60}),
            "prerequisites": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("prerequisites")
        if not isinstance(field, forms.ModelMultipleChoiceField):
            return
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
            chain = " needs ".join(f"“{milestone.title}”" for milestone in loop)
            raise ValidationError(f"This would never end: {chain}. Take one of them out.")
        return needed


def loop_through(milestone: Milestone, prerequisite_ids: list[int]) -> list[Milestone]:
    """Return the loop that these prerequisites would close, from the milestone back to itself."""
    edges = _prerequisites_in(milestone.curriculum)
    edges[milestone.pk] = prerequisite_ids
    chain = _chain_back(milestone.pk, edges)
    titles = Milestone.objects.in_bulk(chain)
    return [titles[pk] for pk in chain]


def _prerequisites_in(curriculum: Curriculum) -> dict[int, list[int]]:
    edges: dict[int, list[int]] = defaultdict(list)
    pairs = Milestone.prerequisites.through.objects.filter(
        from_milestone__curriculum=curriculum
    ).values_list("from_milestone_id", "to_milestone_id")
    for pk, needed in pairs:
        edges[pk].append(needed)
    return edges


def _chain_back(start: int, edges: dict[int, list[int]]) -> list[int]:
    """Return the shortest walk from start to start; nothing when there is none."""
    walks = [[start]]
    seen: set[int] = set()
    for walk in walks:
        for needed in edges[walk[-1]]:
            if needed == start:
                return [*walk, start]
            if needed not in seen:
                seen.add(needed)
                walks.append([*walk, needed])
    return []

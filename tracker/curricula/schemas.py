"""The catalogue's format as JSON Schemas, for editors.

Nothing is written down twice: the readers read entries that only note what they are asked for,
and the checks judge what the readers made of them.  So a schema cannot drift from either.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.core import validators
from django.db import models

from tracker.curricula import question_checks, validation
from tracker.curricula.catalogue_files import read_folder
from tracker.curricula.catalogue_validation import LISTS
from tracker.curricula.field_checks import value_faults
from tracker.curricula.models import KEY_PATTERN, Choice, KeyField
from tracker.curricula.outline import (
    CatalogueOutline,
    ChoiceOutline,
    CurriculumOutline,
    MilestoneOutline,
    ModuleOutline,
    Placed,
    QuestionOutline,
    SkillChoice,
    SkillOutline,
)
from tracker.curricula.probes import LEVEL, Probe, ProbeFolder, Schema
from tracker.curricula.validation import CheckedFields

DRAFT = "https://json-schema.org/draft/2020-12/schema"
RIGHT: Schema = {"properties": {"right": {"const": True}}, "required": ["right"]}

# What the checks ask of a field beyond what its model says.
FURTHER: dict[type[Placed], dict[str, Schema]] = {
    MilestoneOutline: {
        "steps": {"minItems": validation.FEWEST_STEPS, "maxItems": validation.MOST_STEPS},
        "rubric": {"minItems": validation.FEWEST_CRITERIA, "maxItems": validation.MOST_CRITERIA},
        "skills": {"additionalProperties": LEVEL | {"minimum": 1}},
    },
    QuestionOutline: {
        "choices": {
            "minItems": question_checks.FEWEST_CHOICES,
            "maxItems": question_checks.MOST_CHOICES,
            "contains": RIGHT,
            "maxContains": 1,
        }
    },
    SkillChoice: {"level": LEVEL | {"minimum": 1}, "count": {"minimum": 1}},
}
# What no entry can do without although no field of a model says so.
NEEDED: dict[type[Placed], list[str]] = {
    CurriculumOutline: ["modules"],
    ModuleOutline: ["milestones"],
    SkillOutline: ["area"],
    SkillChoice: ["skills", "level", "count"],
    QuestionOutline: ["milestone", "choices"],
}
# A mapping that becomes no outline of its own, such as a whole file of a shared list.
NOTHING = Placed(place="")


def schemas() -> dict[str, Schema]:
    """Return the schema of every kind of file, by the name it is published under."""
    folder = ProbeFolder()
    form = _format_of(read_folder(folder).catalogue)
    found = {name: form.object_of(probe) for name, probe in folder.probes.items()}
    found["curriculum"] = _either(found.pop("curriculum"), found.pop("path"))
    return {
        f"{name}.schema.json": {"$schema": DRAFT, "title": f"Milepost: {name}", **schema}
        for name, schema in sorted(found.items())
    }


def as_text(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def _either(subject: Schema, path: Schema) -> Schema:
    """Let the kind decide what a curriculum's modules hold."""
    is_path = {"properties": {"kind": {"const": "path"}}, "required": ["kind"]}
    subject["required"].append("kind")
    return {"type": "object", "if": is_path, "then": path, "else": subject}


# --- putting the answers together -------------------------------------------------------------


@dataclass(frozen=True)
class Format:
    """What the readers made of the probes, and the fields of models that the checks use."""

    outlines: Mapping[str, Placed]
    checked: Mapping[type, CheckedFields]

    def object_of(self, probe: Probe) -> Schema:
        outline = self.outlines.get(probe.place, NOTHING)
        checked = self.checked.get(type(outline), {})
        properties = {name: self._answered(answer) for name, answer in probe.answers.items()}
        for name, field in checked.items():
            properties[name] = properties[name] | _of_field(field)
        for name, further in FURTHER.get(type(outline), {}).items():
            properties[name] = properties[name] | further
        if "rule" in properties:
            properties["rule"] = _rule(properties["rule"])
        return _closed(properties, _required(outline, checked))

    def _answered(self, answer: Schema | Probe | list[Probe]) -> Schema:
        if isinstance(answer, Probe):
            return self.object_of(answer)
        if isinstance(answer, list):
            return {"type": "array", "items": self.object_of(answer[0])}
        return answer


def _format_of(catalogue: CatalogueOutline) -> Format:
    lists = {
        type(getattr(catalogue, name)[0]): {
            field: model._meta.get_field(field) for field in names.split()
        }
        for name, (_, model, names) in LISTS.items()
    }
    choice = {name: Choice._meta.get_field(name) for name in ("text", "why")}
    return Format(
        outlines={item.place: item for item in _placed(catalogue)},
        checked={**lists, **validation.CHECKED_FIELDS, ChoiceOutline: choice},
    )


def _placed(value: Any) -> Iterator[Placed]:
    """Find every outline in a catalogue, however deep."""
    if isinstance(value, Placed):
        yield value
    if isinstance(value, Placed | CatalogueOutline):
        for item in fields(value):
            yield from _placed(getattr(value, item.name))
    if isinstance(value, tuple):
        for item in value:
            yield from _placed(item)


def _closed(properties: Schema, required: list[str]) -> Schema:
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return schema | ({"required": required} if required else {})


def _rule(amounts: Schema) -> Schema:
    return {"anyOf": [{"const": "all"}, amounts | {"minProperties": 1, "maxProperties": 1}]}


def _required(outline: Placed, checked: CheckedFields) -> list[str]:
    """Name the fields whose absence the checks complain of."""
    refused = [name for name, field in checked.items() if any(value_faults(outline, name, field))]
    return [*refused, *NEEDED.get(type(outline), [])]


def _of_field(field: Any) -> Schema:
    """Say what a model's field allows."""
    if field.choices:
        return {"enum": [value for value, _ in field.choices]} | _described(field)
    return _bounds(field) | _described(field)


def _described(field: Any) -> Schema:
    return {"description": str(field.help_text)} if field.help_text else {}


def _bounds(field: Any) -> Schema:
    bounds: Schema = {} if field.blank or field.null else {"minLength": 1}
    if isinstance(field, models.IntegerField):
        bounds = {}
    elif field.max_length:
        bounds["maxLength"] = field.max_length
    # Not `field.validators`: those add the limits of the database at hand.
    for check in field._validators:
        if isinstance(check, validators.MinValueValidator):
            bounds["minimum"] = check.limit_value
        elif isinstance(check, validators.MaxValueValidator):
            bounds["maximum"] = check.limit_value
    return bounds | _pattern(field)


def _pattern(field: models.Field) -> Schema:
    if isinstance(field, KeyField):
        return {"pattern": KEY_PATTERN}
    return {"pattern": "^[-a-zA-Z0-9_]+$"} if isinstance(field, models.SlugField) else {}

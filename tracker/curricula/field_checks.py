"""Checks that any outline may need; each yields faults that name a place and a mend."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import models

from tracker.curricula.outline import Fault, Placed, Reference, SkillAim

MEND_BY_CODE = {
    "blank": "write it",
    "null": "write it",
    "max_length": "shorten it to {max_length} characters",
    "min_value": "make it at least {limit}",
    "max_value": "make it at most {limit}",
    "invalid_choice": "choose one of: {choices}",
}
ADDRESS_MEND = "write a whole web address, such as https://example.org/page"


class Keyed(Protocol):
    @property
    def key(self) -> str: ...
    @property
    def place(self) -> str: ...


def field_faults(outline: Placed, model: type[models.Model], *names: str) -> Iterator[Fault]:
    """Hold fields of an outline against the model's own fields of the same names."""
    for name in names:
        yield from value_faults(outline, name, model._meta.get_field(name))


def value_faults(outline: Placed, name: str, field: Any) -> Iterator[Fault]:
    value = getattr(outline, name)
    try:
        field.clean(value, None)
    except ValidationError as error:
        for problem in error.error_list:
            message = _message(name, value, problem)
            yield Fault(outline.place_of(name), message, _mend(field, problem))


def _message(name: str, value: Any, problem: ValidationError) -> str:
    if problem.code in {"blank", "null"}:
        return f"“{name}” is missing or empty"
    if problem.code == "max_length":
        return f"“{name}” is {len(value)} characters long"
    return f"“{name}” is wrong: “{value}”"


def _mend(field: Any, problem: ValidationError) -> str:
    if isinstance(field, models.URLField) and problem.code == "invalid":
        return ADDRESS_MEND
    if problem.code not in MEND_BY_CODE:
        return " ".join(problem.messages)
    limit = (problem.params or {}).get("limit_value")
    choices = ", ".join(str(value) for value, _ in field.choices or ())
    return MEND_BY_CODE[problem.code].format(
        max_length=field.max_length, limit=limit, choices=choices
    )


def repeated_faults(items: Iterable[Keyed], what: str) -> Iterator[Fault]:
    first: dict[str, Keyed] = {}
    for item in items:
        if item.key in first and item.key:
            message = f"{what} “{item.key}” is there twice, first at {first[item.key].place}"
            yield Fault(item.place, message, "keep one, or give one of them another key")
        first.setdefault(item.key, item)


def unknown_faults(
    references: Iterable[Reference | SkillAim | None], known: Collection[str], what: str
) -> Iterator[Fault]:
    for reference in references:
        if reference is not None and reference.key not in known:
            message = f"there is no {what} “{reference.key}”"
            yield Fault(reference.place, message, _mend_of_key(reference.key, known, what))


def _mend_of_key(key: str, known: Collection[str], what: str) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"did you mean “{close[0]}”?" if close else f"add that {what}, or take this out"


def aim_faults(aims: Iterable[SkillAim], *, least: int) -> Iterator[Fault]:
    for aim in aims:
        if not least <= aim.proficiency <= 5:
            message = f"the proficiency {aim.proficiency} in “{aim.key}” does not exist"
            yield Fault(aim.place, message, f"write a number from {least} to 5")

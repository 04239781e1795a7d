"""As much of JSON Schema (draft 2020-12) as the catalogue's schemas use."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

Schema = dict[str, Any]

TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    # YAML 1.1 sees a date where an editor sees a text.
    "string": (str, date),
    "number": (int, float),
    "integer": int,
    "boolean": bool,
}


def problems(value: Any, schema: Schema, place: str = "") -> Iterator[str]:
    """Yield what is wrong with a value, and where."""
    for word, asked in schema.items():
        for problem in CHECKS[word](value, asked, schema, place):
            yield problem if ": " in problem else f"{place}: {problem}"


def _type(value: Any, asked: Any, *_: Any) -> Iterator[str]:
    kinds = [asked] if isinstance(asked, str) else asked
    is_flag = isinstance(value, bool)
    if not any(isinstance(value, TYPES[kind]) and is_flag == (kind == "boolean") for kind in kinds):
        yield f"is no {' or '.join(kinds)}"


def _properties(value: Any, asked: Any, _: Schema, place: str) -> Iterator[str]:
    for name in value.keys() & asked.keys() if isinstance(value, dict) else ():
        yield from problems(value[name], asked[name], f"{place}/{name}")


def _additional(value: Any, asked: Any, schema: Schema, place: str) -> Iterator[str]:
    known = schema.get("properties", {}).keys()
    for name in value.keys() - known if isinstance(value, dict) else ():
        if asked is False:
            yield f"has an unknown field {name}"
        else:
            yield from problems(value[name], asked, f"{place}/{name}")


def _required(value: Any, asked: Any, *_: Any) -> Iterator[str]:
    for name in asked if isinstance(value, dict) else ():
        if name not in value:
            yield f"lacks {name}"


def _items(value: Any, asked: Any, _: Schema, place: str) -> Iterator[str]:
    for position, item in enumerate(value if isinstance(value, list) else ()):
        yield from problems(item, asked, f"{place}/{position}")


def _contains(value: Any, asked: Any, schema: Schema, _: str) -> Iterator[str]:
    count = sum(not list(problems(item, asked)) for item in value)
    if not 1 <= count <= schema.get("maxContains", count):
        yield f"has {count} of what it may have once"


def _any_of(value: Any, asked: Any, *_: Any) -> Iterator[str]:
    if all(list(problems(value, schema)) for schema in asked):
        yield "fits none of the forms"


def _if(value: Any, asked: Any, schema: Schema, place: str) -> Iterator[str]:
    branch = "else" if list(problems(value, asked)) else "then"
    yield from problems(value, schema[branch], place)


def _unless(is_right: Callable[[Any, Any], bool], kind: type) -> Callable[..., Iterator[str]]:
    def check(value: Any, asked: Any, *_: Any) -> Iterator[str]:
        if isinstance(value, kind) and not is_right(value, asked):
            yield f"does not fit {asked!r}"

    return check


def _nothing(*_: Any) -> Iterator[str]:
    return iter(())


CHECKS: dict[str, Callable[..., Iterator[str]]] = {
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "required": _required,
    "items": _items,
    "contains": _contains,
    "anyOf": _any_of,
    "if": _if,
    "enum": _unless(lambda value, asked: value in asked, object),
    "const": _unless(lambda value, asked: bool(value == asked), object),
    "pattern": _unless(lambda value, asked: bool(re.search(asked, value)), str),
    "minLength": _unless(lambda value, asked: len(value) >= asked, str),
    "maxLength": _unless(lambda value, asked: len(value) <= asked, str),
    "minItems": _unless(lambda value, asked: len(value) >= asked, list),
    "maxItems": _unless(lambda value, asked: len(value) <= asked, list),
    "minProperties": _unless(lambda value, asked: len(value) >= asked, dict),
    "maxProperties": _unless(lambda value, asked: len(value) <= asked, dict),
    "uniqueItems": _unless(lambda value, _: len({str(item) for item in value}) == len(value), list),
    "minimum": _unless(lambda value, asked: bool(value >= asked), int),
    "maximum": _unless(lambda value, asked: bool(value <= asked), int),
    **dict.fromkeys(("$schema", "title", "description", "then", "else", "maxContains"), _nothing),
}

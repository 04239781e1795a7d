"""Hold a JSON document against its schema: name every fault, keep what is sound."""

import re
from collections.abc import Callable
from datetime import date, datetime, time
from types import NoneType
from typing import Any, Final

from studyplans.scheduling.problem import Fault
from studyplans.scheduling.schema import (
    DATE_OR_MOMENT_PATTERN,
    DATE_PATTERN,
    MOMENT_PATTERN,
    WALL_TIME_PATTERN,
    Schema,
)

UNSOUND: Final = object()

TYPES: dict[str, type] = {
    "array": list,
    "boolean": bool,
    "integer": int,
    "null": NoneType,
    "object": dict,
    "string": str,
}


def _date_or_moment(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


PARSERS: dict[str, tuple[Callable[[str], Any], str]] = {
    DATE_PATTERN: (date.fromisoformat, "2027-01-04"),
    MOMENT_PATTERN: (datetime.fromisoformat, "2027-01-04T18:00:00+01:00"),
    DATE_OR_MOMENT_PATTERN: (_date_or_moment, "2027-01-04 or 2027-01-04T18:00:00+01:00"),
    WALL_TIME_PATTERN: (time.fromisoformat, "19:00"),
}


class Reader:
    """Reads values by schema, dates as dates; ranges are left to the engine's own checks.

    What is unsound is left out of records and stands as UNSOUND in lists, so that
    the places of all other items stay true.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def read(self, value: Any, schema: Schema, at: str) -> Any:
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        # Not isinstance: to Python true and false are integers too.
        if not any(type(value) is TYPES[name] for name in names):
            return self._refuse(at, f"must be {' or '.join(names)}")
        if isinstance(value, dict):
            return self._record(value, schema, at)
        if isinstance(value, list):
            return self._list(value, schema, at)
        if isinstance(value, str):
            return self._text(value, schema, at)
        return value

    def _refuse(self, at: str, message: str) -> object:
        self.faults.append(Fault(at or "problem", message))
        return UNSOUND

    def _list(self, value: list[Any], schema: Schema, at: str) -> Any:
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            return self._refuse(at, f"must have {schema['minItems']} items, not {len(value)}")
        return [self.read(x, schema["items"], f"{at}[{i}]") for i, x in enumerate(value)]

    def _by_date(self, value: dict[str, Any], schema: Schema, at: str) -> dict[date, Any]:
        sound = {}
        for name, member in value.items():
            day = self._text(name, schema["propertyNames"], f"{at}.{name}")
            read = self.read(member, schema["additionalProperties"], f"{at}.{name}")
            if UNSOUND not in (day, read):
                sound[day] = read
        return sound

    def _record(self, value: dict[str, Any], schema: Schema, at: str) -> dict[Any, Any]:
        if "propertyNames" in schema:
            return self._by_date(value, schema, at)
        prefix = f"{at}." if at else ""
        for name in schema["required"]:
            if name not in value:
                self._refuse(prefix + name, "is missing")
        sound = {}
        for name, member in value.items():
            if name not in schema["properties"]:
                self._refuse(prefix + name, "is not supported")
                continue
            read = self.read(member, schema["properties"][name], prefix + name)
            if read is not UNSOUND:
                sound[name] = read
        return sound

    def _text(self, value: str, schema: Schema, at: str) -> Any:
        if value not in schema.get("enum", [value]):
            return self._refuse(at, f"must be one of {', '.join(schema['enum'])}")
        if "pattern" not in schema:
            return value
        parse, example = PARSERS[schema["pattern"]]
        try:
            if re.fullmatch(schema["pattern"], value):
                return parse(value)
        except ValueError:  # well formed, but no such day or time, as 2027-02-30
            pass
        return self._refuse(at, f"must be written like {example}")

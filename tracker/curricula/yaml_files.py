"""Read YAML so that every value knows its file and line.

A reader asks an `Entry` for the fields it knows; what it never asked for is an unknown field.
Faults are collected, never raised, so that one run names them all.  A field that is missing or
of the wrong type reads as empty.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import yaml

from tracker.curricula.outline import Fault, Reference, SkillAim

Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

TEXT_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "timestamp")}
NULL_TAG = "tag:yaml.org,2002:null"
BOOLEAN_TAG = "tag:yaml.org,2002:bool"
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Source:
    """One file: its name as faults show it, and the list its faults go to."""

    name: str
    faults: list[Fault]

    def place(self, node: yaml.Node) -> str:
        return f"{self.name}:{node.start_mark.line + 1}"

    def blame(self, node: yaml.Node, message: str, mend: str) -> None:
        self.faults.append(Fault(self.place(node), message, mend))


def read_file(path: Path, name: str, faults: list[Fault]) -> Entry | None:
    """Return the mapping a file holds; None, and a fault, when it holds none."""
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        faults.append(_unreadable(name, error))
        return None
    if not isinstance(root, yaml.MappingNode):
        mend = "start with a field, such as “title: …”"
        faults.append(Fault(f"{name}:1", "the file holds no fields", mend))
        return None
    return Entry(Source(name, faults), root)


def _unreadable(name: str, error: Exception) -> Fault:
    if isinstance(error, yaml.MarkedYAMLError):
        # What is never closed is found at the end, and mended where it was opened.
        is_open = "end of stream" in str(error.problem) and error.context_mark
        mark = error.context_mark if is_open else error.problem_mark
        line = mark.line + 1 if mark else 1
        return Fault(
            f"{name}:{line}", f"not YAML: {error.problem}", "mend the syntax here or just above"
        )
    if isinstance(error, OSError):
        return Fault(
            name, f"cannot be read: {error.strerror}", "check the file and its permissions"
        )
    return Fault(f"{name}:1", f"not YAML: {error}", "save the file as plain UTF-8 text")


class Where(TypedDict):
    """What every outline keeps of its place."""

    place: str
    places: Mapping[str, str]


@dataclass
class Entry:
    """One mapping of a file."""

    source: Source
    node: yaml.MappingNode
    values: dict[str, yaml.Node] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for name, key, value in self._pairs():
            if name in self.values:
                message = f"“{name}” stands here a second time"
                self.source.blame(key, message, "keep one of the two")
            else:
                self.values[name] = value
                self.places[name] = self.source.place(key)

    def _pairs(self) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
        for key, value in self.node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key.value, key, value
            else:
                self.source.blame(key, "a field's name is not text", "write “name: value”")

    @property
    def where(self) -> Where:
        return {"place": self.source.place(self.node), "places": self.places}

    def text(self, name: str, default: str = "") -> str:
        node = self._value(name)
        return default if node is None else self._text_of(node, f"“{name}”")

    def number(self, name: str) -> int | None:
        node = self._value(name)
        if node is None:
            return None
        if isinstance(node, yaml.ScalarNode) and WHOLE_NUMBER.fullmatch(node.value):
            return int(node.value)
        self.source.blame(node, f"“{name}” is not a whole number", "write digits, such as 90")
        return None

    def flag(self, name: str) -> bool:
        node = self._value(name)
        if node is None:
            return False
        if node.tag != BOOLEAN_TAG:
            self.source.blame(node, f"“{name}” is neither true nor false", "write true or false")
        return isinstance(node, yaml.ScalarNode) and node.value.lower() in {"true", "yes", "on"}

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(self._text_of(node, f"“{name}”") for node in self._items(name))

    def reference(self, name: str) -> Reference | None:
        node = self._value(name)
        return None if node is None else self._reference_of(node, name)

    def references(self, name: str) -> tuple[Reference, ...]:
        return tuple(self._reference_of(node, name) for node in self._items(name))

    def aims(self, name: str) -> tuple[SkillAim, ...]:
        """Read a mapping of skills to proficiencies."""
        entry = self.entry(name)
        if entry is None:
            return ()
        levels = [(key, entry.number(key)) for key in entry.values]
        return tuple(
            SkillAim(key=key, proficiency=level, place=entry.places[key])
            for key, level in levels
            if level is not None
        )

    def entry(self, name: str) -> Entry | None:
        node = self._value(name)
        return None if node is None else self._entry_of(node, f"“{name}”")

    def entries(self, name: str) -> list[Entry]:
        found = (self._entry_of(node, f"an item of “{name}”") for node in self._items(name))
        return [entry for entry in found if entry is not None]

    def is_plain(self, name: str) -> bool:
        return isinstance(self.values.get(name), yaml.ScalarNode)

    def end(self) -> None:
        """Name the fields nobody asked for; call it when all known fields are read."""
        for name in self.values.keys() - self.asked:
            close = difflib.get_close_matches(name, self.asked, n=1)
            mend = f"did you mean “{close[0]}”?" if close else self._known_fields()
            self.source.faults.append(Fault(self.places[name], f"unknown field “{name}”", mend))

    def _known_fields(self) -> str:
        return f"take it out; known here: {', '.join(sorted(self.asked))}"

    def _value(self, name: str) -> yaml.Node | None:
        self.asked.add(name)
        node = self.values.get(name)
        return None if node is None or node.tag == NULL_TAG else node

    def _items(self, name: str) -> list[yaml.Node]:
        node = self._value(name)
        if node is None:
            return []
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.source.blame(node, f"“{name}” is not a list", "write “- ” before each item")
        return []

    def _entry_of(self, node: yaml.Node, what: str) -> Entry | None:
        if isinstance(node, yaml.MappingNode):
            return Entry(self.source, node)
        self.source.blame(node, f"{what} has no fields", "write “name: value” pairs")
        return None

    def _text_of(self, node: yaml.Node, what: str) -> str:
        if isinstance(node, yaml.ScalarNode) and node.tag in TEXT_TAGS:
            return str(node.value).strip()
        mend = "put it in quotes" if isinstance(node, yaml.ScalarNode) else "write one text"
        self.source.blame(node, f"{what} is not text", mend)
        return ""

    def _reference_of(self, node: yaml.Node, name: str) -> Reference:
        key = self._text_of(node, f"an item of “{name}”")
        return Reference(key=key, place=self.source.place(node))

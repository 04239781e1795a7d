"""Ask the readers of the catalogue's files what they would read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tracker.curricula.catalogue_files import CURRICULUM_FOLDERS, Folder
from tracker.curricula.models import KEY_PATTERN
from tracker.curricula.outline import Reference, SkillAim
from tracker.curricula.yaml_files import Entry, Source, Where

Schema = dict[str, Any]

# An editor may read a plain 12 or 2026 as a number; the catalogue's reader takes it for a text.
TEXT: Schema = {"type": ["string", "number"]}
KEY: Schema = TEXT | {"pattern": KEY_PATTERN}
LEVEL: Schema = {"type": "integer", "minimum": 0, "maximum": 5}


class Everything(dict[str, yaml.Node]):
    """The fields of an entry that has every field."""

    def __contains__(self, name: object) -> bool:
        return True


class Probe(Entry):
    """An entry that says nothing, and notes what a reader asks of it."""

    def __init__(self, place: str, **said: str) -> None:
        super().__init__(Source(place, []), yaml.MappingNode("", []))
        self.place, self.said = place, said
        self.values = Everything()
        self.answers: dict[str, Schema | Probe | list[Probe]] = {}

    @property
    def where(self) -> Where:
        return {"place": self.place, "places": {}}

    def text(self, name: str, default: str = "") -> str:
        self.answers[name] = TEXT
        return self.said.get(name, default)

    def number(self, name: str) -> int | None:
        self.answers[name] = {"type": "integer", "minimum": 0}
        return None

    def flag(self, name: str) -> bool:
        self.answers[name] = {"type": "boolean"}
        return False

    def texts(self, name: str) -> tuple[str, ...]:
        self.answers[name] = {"type": "array", "items": TEXT}
        return ()

    def reference(self, name: str) -> Reference | None:
        self.answers[name] = KEY
        return None

    def references(self, name: str) -> tuple[Reference, ...]:
        self.answers[name] = {"type": "array", "items": KEY, "uniqueItems": True}
        return ()

    def aims(self, name: str) -> tuple[SkillAim, ...]:
        self.answers[name] = {"type": "object", "additionalProperties": LEVEL}
        return ()

    def entry(self, name: str) -> Entry | None:
        probe = Probe(f"{self.place}/{name}")
        self.answers[name] = probe
        return probe

    def entries(self, name: str) -> list[Entry]:
        probe = Probe(f"{self.place}/{name}")
        self.answers[name] = [probe]
        return [probe]

    def is_plain(self, name: str) -> bool:
        return False

    def end(self) -> None:
        """Find no unknown field: nothing is known before it is asked for."""


class ProbeFolder(Folder):
    """A folder that holds one probe of each kind of file."""

    def __init__(self) -> None:
        super().__init__(Path())
        self.probes: dict[str, Probe] = {}

    def shared(self, name: str) -> Entry | None:
        return self.own(name)

    def own(self, name: str) -> Entry | None:
        return self._probe(name.removesuffix(".yaml"))

    def all_in(self, *folders: str) -> Iterator[Entry]:
        if folders == CURRICULUM_FOLDERS:
            yield self._probe("curriculum", kind="subject")
            yield self._probe("path", kind="path")
        else:
            yield from (self._probe(name) for name in folders)

    def _probe(self, name: str, **said: str) -> Probe:
        self.probes[name] = Probe(name, **said)
        return self.probes[name]

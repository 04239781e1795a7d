"""Which skill somebody means who writes its key, its title or one of its aliases."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tracker.curricula.catalogue_files import SHIPPED

JOINTS = re.compile(r"[\s_-]+")


class UnknownName(ValueError):
    """Nothing in the catalogue is called that."""


class AmbiguousName(ValueError):
    """Several skills have this alias."""


@dataclass(frozen=True, slots=True)
class SkillNames:
    """Skill keys by what they are called: a key or a title goes before another skill's alias."""

    surely: Mapping[str, str]
    perhaps: Mapping[str, frozenset[str]]

    def key_of(self, name: str) -> str:
        plain = _plain(name)
        if plain in self.surely:
            return self.surely[plain]
        keys = sorted(self.perhaps.get(plain, ()))
        if not keys:
            raise UnknownName(f"No skill is called \u201c{name}\u201d. Use a key of skills.yaml.")
        if len(keys) > 1:
            raise AmbiguousName(
                f"\u201c{name}\u201d may mean {' or '.join(keys)}. Use one of these."
            )
        return keys[0]


@cache
def skill_names() -> SkillNames:
    """Return the names in the catalogue's own file, so that no database is needed."""
    skills: list[dict[str, Any]] = yaml.load(
        (SHIPPED / "skills.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
    )["skills"]
    aliases: dict[str, set[str]] = defaultdict(set)
    for skill in skills:
        for alias in skill.get("aliases", ()):
            aliases[_plain(alias)].add(skill["key"])
    titles = {_plain(skill["title"]): skill["key"] for skill in skills}
    keys = {_plain(skill["key"]): skill["key"] for skill in skills}
    return SkillNames(
        {**titles, **keys}, {name: frozenset(found) for name, found in aliases.items()}
    )


def _plain(name: str) -> str:
    return JOINTS.sub(" ", name.strip().lower())

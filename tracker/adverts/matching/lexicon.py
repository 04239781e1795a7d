"""The lexicon as the matcher uses it, read once from its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tracker.adverts.matching.phrases import Phrases

LEXICON_FILE = Path(__file__).parents[1] / "lexicon.yaml"
LISTS = {"decoys": "decoy", "asks": "ask", "boilerplate": "boilerplate"}
GROUPS = {"skills": "skill", "words": "word", "sections": "section", "cues": "cue"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a sentence implies that holds all these groups of words."""

    skill: str
    groups: tuple[str, ...]
    why: str
    instead: str = ""
    any_order: bool = False
    unless: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Together:
    """What finding any of these skills implies."""

    skill: str
    members: frozenset[str]
    why: str


@dataclass(frozen=True, slots=True)
class Lexicon:
    phrases: Phrases
    # By the group of words that a rule begins with.
    rules: Mapping[str, tuple[Rule, ...]]
    together: tuple[Together, ...]
    skill_keys: frozenset[str]


@cache
def default_lexicon() -> Lexicon:
    return read_lexicon(LEXICON_FILE)


def read_lexicon(file: Path) -> Lexicon:
    entries = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return Lexicon(
        phrases=_phrases(entries),
        rules=_rules(entries["rules"]),
        together=tuple(_together(each) for each in entries["together"]),
        skill_keys=frozenset(entries["skills"]),
    )


def _phrases(entries: dict[str, Any]) -> Phrases:
    phrases = Phrases()
    for part, kind in GROUPS.items():
        for name, group in entries[part].items():
            for phrase in group:
                phrases.add(phrase, kind=kind, name=name)
    lists = {kind: entries[part] for part, kind in LISTS.items()}
    degrees = entries["degrees"]
    lists |= {"degree": degrees["words"], "subject": degrees["subjects"]}
    for kind, group in lists.items():
        for phrase in group:
            phrases.add(phrase, kind=kind, name=kind)
    return phrases


def _rules(entries: list[dict[str, Any]]) -> dict[str, tuple[Rule, ...]]:
    rules: dict[str, tuple[Rule, ...]] = {}
    for entry in entries:
        rule = _rule(entry)
        rules[rule.groups[0]] = (*rules.get(rule.groups[0], ()), rule)
    return rules


def _rule(entry: dict[str, Any]) -> Rule:
    return Rule(
        entry["skill"],
        tuple(entry["all"]),
        entry["why"],
        entry.get("instead", ""),
        entry.get("any_order", False),
        frozenset(entry.get("unless", ())),
    )


def _together(entry: dict[str, Any]) -> Together:
    return Together(entry["skill"], frozenset(entry["any"]), entry["why"])

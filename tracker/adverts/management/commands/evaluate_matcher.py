from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.adverts.matching.names import AmbiguousName, UnknownName, skill_names
from tracker.adverts.matching.scoring import Outcome, Score, Tagged, outcome_of, score_of

SHAPE = '{"id": "...", "text": "...", "skills": ["python", ...]}'


class Command(BaseCommand):
    help = (
        "Score the advertisement matcher on a file of tagged advertisements. "
        f"Each line is {SHAPE}; a skill is named by its key, its title or an alias, in any case. "
        "A line may also name its part, and each part is scored too."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a file of JSON lines")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        outcomes = [outcome_of(tagged) for tagged in read_tagged(file)]
        for outcome in outcomes:
            self._tell_misses(outcome)
        for part, own in _by_part(outcomes).items():
            self.stdout.write(_line(part, score_of(own), len(own)))
        self.stdout.write(_line("all", score_of(outcomes), len(outcomes)))

    def _tell_misses(self, outcome: Outcome) -> None:
        if outcome.missed or outcome.wrong:
            self.stdout.write(outcome.tagged.id)
        if outcome.missed:
            self.stdout.write(f"  missed: {', '.join(sorted(outcome.missed))}")
        for skill, words in outcome.wrong.items():
            said = ", ".join(f"“{each}”" for each in dict.fromkeys(words))
            self.stdout.write(f"  wrong: {skill} ({said})")


def read_tagged(file: Path) -> list[Tagged]:
    """Read a file of tagged advertisements; the error names the line and what is wrong with it."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}.") from error
    numbered = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    if not numbered:
        raise CommandError(f"{file} is empty. Each line must be {SHAPE}.")
    return [_tagged(line, place=f"{file}, line {number}") for number, line in numbered]


def _tagged(line: str, *, place: str) -> Tagged:
    try:
        entry = json.loads(line)
        text, skills = entry["text"], list(entry["skills"])
        named = str(entry["id"]), str(entry.get("part", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{place} is not of the shape {SHAPE}.") from error
    if not isinstance(text, str) or not all(isinstance(each, str) for each in skills):
        raise CommandError(f"{place} is not of the shape {SHAPE}.")
    return Tagged(named[0], text, _keys(skills, place=place), named[1])


def _keys(skills: Iterable[str], *, place: str) -> frozenset[str]:
    names = skill_names()
    keys, faults = set(), []
    for skill in skills:
        try:
            keys.add(names.key_of(skill))
        except (UnknownName, AmbiguousName) as error:
            faults.append(str(error))
    if faults:
        raise CommandError(f"{place}: {' '.join(faults)}")
    return frozenset(keys)


def _by_part(outcomes: Iterable[Outcome]) -> dict[str, list[Outcome]]:
    parts: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.tagged.part:
            parts.setdefault(outcome.tagged.part, []).append(outcome)
    return parts


def _line(name: str, score: Score, count: int) -> str:
    figures = f"precision {score.precision:.3f}  recall {score.recall:.3f}  F1 {score.f1:.3f}"
    return f"{name}: {figures}  ({count} advertisements, {score.right} skills found)"

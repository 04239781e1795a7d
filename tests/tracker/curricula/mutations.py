"""Twenty and more ways to break a catalogue, each at a place chosen at random.

A mutation takes the lines of a file and returns the number of the line a fault must name.
"""

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

Lines = list[str]
Mutate = Callable[[Lines, int], int]


class Mutation(NamedTuple):
    """Which files may be broken, at a line of which form, and how."""

    files: str
    line: str
    mutate: Mutate
    message: str


def swap(old: str, new: str) -> Mutate:
    """Replace a part of the line; the fault is there."""

    def mutate(lines: Lines, at: int) -> int:
        changed = re.sub(old, new, lines[at], count=1)
        assert changed != lines[at], lines[at]
        lines[at] = changed
        return at + 1

    return mutate


def cut(lines: Lines, at: int) -> int:
    """Take the line out; the fault is at the start of its entry."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    start = next(
        row for row in range(at, -1, -1) if lines[row].startswith(" " * (indent - 2) + "- ")
    )
    del lines[at]
    return start + 1


def double(lines: Lines, at: int) -> int:
    """Say the line a second time; the fault is at the second."""
    lines.insert(at + 1, lines[at])
    return at + 2


def after(text: str) -> Mutate:
    """Add a line of the same indentation below; the fault is there."""

    def mutate(lines: Lines, at: int) -> int:
        indent = len(lines[at]) - len(lines[at].lstrip())
        lines.insert(at + 1, " " * indent + text + "\n")
        return at + 2

    return mutate


def longer_step(lines: Lines, at: int) -> int:
    """Let the first step take five minutes more; the fault is where the steps begin."""
    row = next(row for row in range(at, len(lines)) if "minutes: " in lines[row])
    lines[row] = re.sub(r"\d+", lambda found: str(int(found[0]) + 5), lines[row])
    return at + 1


def twice_below(lines: Lines, at: int) -> int:
    """Add the same sentence twice; the fault is where the list begins."""
    lines[at + 1 : at + 1] = ["          - It is done.\n"] * 2
    return at + 1


def second_right_choice(lines: Lines, at: int) -> int:
    """Make the next choice right too, or the one before; the fault is at the later of the two."""
    below = at + 1
    while below < len(lines) and lines[below].startswith(" " * 8):
        below += 1
    if below < len(lines) and lines[below].startswith("      - text: "):
        lines[below : below + 1] = right_first(lines[below])
        return below + 1
    starts = [row for row in range(at) if lines[row].startswith("      - text: ")]
    lines[starts[-2] : starts[-2] + 1] = right_first(lines[starts[-2]])
    return at + 2


def right_first(line: str) -> Lines:
    return ["      - right: true\n", line.replace("- ", "  ", 1)]


HOMES = "subjects/*.yaml certifications/*.yaml"
CURRICULA = f"{HOMES} paths/*.yaml"
EIGHT, SIX = " {8}", " {6}"
MUTATIONS = {
    "unknown field": Mutation(
        HOMES, EIGHT + "kind: ", swap("kind", "kidn"), "unknown field “kidn”"
    ),
    "field said twice": Mutation(HOMES, EIGHT + "minutes: ", double, "a second time"),
    "kind that does not exist": Mutation(
        HOMES, EIGHT + "kind: ", swap(r": \w+", ": dream"), "dream"
    ),
    "kind missing": Mutation(HOMES, EIGHT + "kind: ", cut, "“kind” is missing"),
    "minutes missing": Mutation(HOMES, EIGHT + "minutes: ", cut, "“minutes” is missing"),
    "minutes in words": Mutation(HOMES, EIGHT + "minutes: ", swap(r"\d+", "long"), "whole number"),
    "minutes too few": Mutation(HOMES, EIGHT + "minutes: ", swap(r"\d+", "4"), "“4”"),
    "minutes too many": Mutation(HOMES, EIGHT + "minutes: ", swap(r"\d+", "6001"), "“6001”"),
    "minutes the steps do not make": Mutation(HOMES, EIGHT + "steps:", longer_step, "the steps of"),
    "title empty": Mutation(
        HOMES, EIGHT + "title: [^>]", swap(": .*", ": ''"), "“title” is missing"
    ),
    "title too long": Mutation(HOMES, EIGHT + "title: [^>]", swap(": .*", f": {'x' * 161}"), "161"),
    "title a list": Mutation(HOMES, EIGHT + "title: [^>]", swap(": .*", ": [x]"), "is not text"),
    "title a flag": Mutation(HOMES, EIGHT + "title: [^>]", swap(": .*", ": yes"), "is not text"),
    "done_when missing": Mutation(HOMES, EIGHT + "done_when: [^>]", cut, "“done_when” is missing"),
    "key misspelt": Mutation(HOMES, SIX + "- key: ", swap(r"key: \S+", "key: A Key"), "“A Key”"),
    "unknown prerequisite": Mutation(
        HOMES, EIGHT + r"prerequisites: \[.*\]", swap(r"\]", ", no.such]"), "no milestone “no.such”"
    ),
    "unknown skill": Mutation(
        HOMES, EIGHT + r"skills: \{.*\}", swap(r"\{", "{no-such: 1, "), "no skill “no-such”"
    ),
    "proficiency out of range": Mutation(
        HOMES, EIGHT + r"skills: \{.*\}", swap(r": \d", ": 6"), "the proficiency 6"
    ),
    "unknown resource": Mutation(
        HOMES, EIGHT + r"resources: \[.*\]", swap(r"\]", ", no-such]"), "no resource “no-such”"
    ),
    "resource twice": Mutation(
        HOMES, EIGHT + r"resources: \[.*\]", swap(r"\[([\w-]+)", r"[\1, \1"), "is there twice"
    ),
    "flag that is none": Mutation(HOMES, EIGHT + "kind: ", after("optional: perhaps"), "neither"),
    "rule out of reach": Mutation(
        CURRICULA, "    title: [^>]", after("rule: {at_least: 99}"), "asks for at least 99"
    ),
    "rule unknown": Mutation(
        CURRICULA, "    title: [^>]", after("rule: some"), "unknown rule “some”"
    ),
    "one sentence said twice in a rubric": Mutation(
        HOMES, EIGHT + "rubric:", twice_below, "says something twice"
    ),
    "unknown milestone in a path": Mutation(
        "paths/*.yaml", SIX + "- ", swap(r"- \S+", "- no.such"), "no milestone “no.such”"
    ),
    "milestone twice in a path": Mutation("paths/*.yaml", SIX + "- ", double, "is there twice"),
    "unknown role": Mutation("paths/*.yaml", "role: ", swap(": .*", ": boss"), "no role “boss”"),
    "unknown credited milestone": Mutation(
        "paths/*.yaml", "  - [a-z]+[.]", swap(r"- \S+", "- no.such"), "no milestone “no.such”"
    ),
    "curriculum of an unknown kind": Mutation(HOMES, "kind: ", swap(": .*", ": x"), "“x”"),
    "bad address": Mutation("resources.yaml", "    url: ", swap(": .*", ": nowhere"), "“nowhere”"),
    "cost that does not exist": Mutation(
        "resources.yaml", "    cost: ", swap(": .*", ": dear"), "“dear”"
    ),
    "unknown area": Mutation("skills.yaml", "    area: ", swap(": .*", ": zoo"), "no area “zoo”"),
    "unknown milestone of a question": Mutation(
        "questions/*.yaml", "    milestone: ", swap(": .*", ": no.such"), "milestone “no.such”"
    ),
    "question with two right choices": Mutation(
        "questions/*.yaml", EIGHT + "right: true", second_right_choice, "a second right choice"
    ),
    "choice without a reason": Mutation("questions/*.yaml", EIGHT + "why: [^>|]", cut, "“why”"),
    "file that is no YAML": Mutation(CURRICULA, "title: ", swap(": .*", ": x: y"), "not YAML"),
}


def plant(folder: Path, mutation: Mutation, chance: random.Random, *, times: int) -> list[str]:
    """Break the files of a folder at random places; return the places, as faults name them."""
    found = [
        (path, row)
        for pattern in mutation.files.split()
        for path in sorted(folder.glob(pattern))
        for row, line in enumerate(path.read_text().splitlines())
        if re.match(mutation.line, line)
    ]
    chosen = sorted(chance.sample(found, times))
    files = {path: path.read_text().splitlines(keepends=True) for path, _ in chosen}
    lengths = {path: len(lines) for path, lines in files.items()}
    places = []
    for path, row in chosen:
        # From top to bottom: what was broken above has moved the rest by a few lines.
        moved = len(files[path]) - lengths[path]
        line = mutation.mutate(files[path], row + moved)
        places.append(f"{path.relative_to(folder).as_posix()}:{line}")
    for path, lines in files.items():
        path.write_text("".join(lines))
    return places

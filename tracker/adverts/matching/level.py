"""Which level an advertisement asks for, and what says so."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

ENTRY, MID, SENIOR = "entry", "mid", "senior"
TITLE_LENGTH = 160
TITLES = {
    ENTRY: re.compile(
        r"\b(junior|jr|graduate|entry[- ]level|intern|internship|trainee|apprentice|"
        r"working student|werkstudent\w*|early[- ]career)\b",
        re.IGNORECASE,
    ),
    SENIOR: re.compile(
        r"\b(senior|sr|lead|principal|staff|head of|director|expert)\b", re.IGNORECASE
    ),
    MID: re.compile(r"\b(mid[- ]level|intermediate|mid[- ]senior)\b", re.IGNORECASE),
}
YEARS = re.compile(
    r"\b(\d{1,2}|one|two|three|four|five|six|seven|eight|ten)\s?\+?\s?"
    r"(?:(?:-|\u2013|to)\s?\d{1,2}\s?\+?\s?)?years?\b['\u2019]?(?P<after>[^.\n]{0,60})",
    re.IGNORECASE,
)
NUMBERS = {
    word: number
    for number, word in enumerate(
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], start=1
    )
}
OF_WORK = re.compile(
    r"experience|work|industry|professional|building|developing|in a |hands-on|as an? |\bin ",
    re.IGNORECASE,
)
SENIOR_DUTIES = frozenset({"mentoring", "leadership"})


@dataclass(frozen=True, slots=True)
class Level:
    key: str
    reason: str


def guess_level(text: str, required: Collection[str]) -> Level:
    """Guess from the years asked for, else from the title, else from what the work demands."""
    return (
        _by_title(text)
        or _by_years(text)
        or _by_duties(required)
        or Level(MID, "nothing in it names a level")
    )


def _by_title(text: str) -> Level | None:
    title = text.strip()[:TITLE_LENGTH].split("\n", 1)[0]
    for key, pattern in TITLES.items():
        found = pattern.search(title)
        if found:
            return Level(key, f"its title says \u201c{found.group()}\u201d")
    return None


def _by_years(text: str) -> Level | None:
    asked = [
        (_number(found[1]), found.group().removesuffix(found["after"]))
        for found in YEARS.finditer(text)
        if OF_WORK.search(found["after"])
    ]
    if not asked:
        return None
    years, words = max(asked, key=lambda each: each[0])
    key = ENTRY if years < 2 else MID if years < 5 else SENIOR
    return Level(key, f"it asks for \u201c{words.strip()}\u201d")


def _number(word: str) -> int:
    return int(word) if word.isdigit() else NUMBERS[word.lower()]


def _by_duties(required: Collection[str]) -> Level | None:
    if set(required) >= SENIOR_DUTIES:
        return Level(SENIOR, "the work includes leading and mentoring")
    return None

"""What stands under which heading: what is required, nice to have, the work, or company talk."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tracker.adverts.matching.phrases import Hit
from tracker.adverts.matching.text import BULLET, Token

IGNORED, NICE, REQUIRED, DUTIES = "ignored", "nice", "required", "duties"
LONGEST_HEADING = 7
NEARBY = 200
# More of an advertisement than this is never company talk: its headings were misread.
MOST_IGNORED = 0.6
COMPANY_HEADING = re.compile(r"(?:[Aa]bout|[Ww]hy|[Ll]ife at|[Jj]oin|[Ww]orking at) [A-Z]\w")
DECORATION = " #*_-=:\t\u2022\u25cf>|"
COLON = re.compile(r"[\s*_'\u2019)]*[:\u2013\u2014?](?!\w)")


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a section begins, and of which kind it is."""

    start: int
    kind: str


class Sections:
    """The kind of each place of a text; what comes before the first heading is the work."""

    def __init__(self, text: str, headings: Sequence[Heading]) -> None:
        self._starts = [heading.start for heading in headings]
        self._kinds = [heading.kind for heading in headings]
        if self._ignored_share(len(text)) > MOST_IGNORED:
            self._kinds = [DUTIES if kind == IGNORED else kind for kind in self._kinds]

    def kind_at(self, place: int) -> str:
        number = bisect_right(self._starts, place)
        return self._kinds[number - 1] if number else DUTIES

    def _ignored_share(self, length: int) -> float:
        ends = [*self._starts[1:], length]
        spans = zip(self._starts, ends, self._kinds, strict=False)
        return sum(end - start for start, end, kind in spans if kind == IGNORED) / max(length, 1)


def headings_in(
    text: str,
    tokens: Sequence[Token],
    hits: Iterable[Hit],
    sentences: Sequence[tuple[int, int]],
) -> list[Heading]:
    """Return the headings in order: short lines, or words before a colon that begin a sentence."""
    company = dict.fromkeys(_company_lines(text), IGNORED)
    kinds = {**company, **_named_headings(text, tokens, hits, sentences)}
    return [Heading(start, kinds[start]) for start in sorted(kinds)]


def _named_headings(
    text: str,
    tokens: Sequence[Token],
    hits: Iterable[Hit],
    sentences: Sequence[tuple[int, int]],
) -> dict[int, str]:
    """The longest phrase of a heading names it, so that "nice-to-have skills" are nice to have."""
    starts = [start for start, _ in sentences]
    longest: dict[int, tuple[int, str]] = {}
    for hit in hits:
        kinds = [label.name for label in hit.labels if label.kind == "section"]
        if not kinds:
            continue
        first, last = tokens[hit.first].start, tokens[hit.stop - 1].end
        at = starts[bisect_right(starts, first) - 1]
        if _heads(text, at, first, last):
            longest[at] = max(longest.get(at, (0, "")), (hit.stop - hit.first, kinds[0]))
    return {at: kind for at, (_, kind) in longest.items()}


def _heads(text: str, at: int, first: int, last: int) -> bool:
    before = text[at:first].strip(DECORATION)
    line = _line_around(text, first)
    if not before and COLON.match(text, last):
        return True
    looks_like_text = line.endswith((".", ",", ";", "!")) or "," in line
    is_item = bool(BULLET.match(line)) and not line.rstrip("*_ ").endswith(":")
    is_short = len(line.split()) <= LONGEST_HEADING and len(before.split()) <= 3
    return is_short and not is_item and not looks_like_text


def _line_around(text: str, place: int) -> str:
    """Return the line a place is in; of a very long one only what stands nearby."""
    first, last = max(0, place - NEARBY), place + NEARBY
    end = text.find("\n", place, last)
    return text[text.rfind("\n", first, place) + 1 or first : end if end >= 0 else last].strip()


def _company_lines(text: str) -> Iterator[int]:
    at = 0
    for line in text.split("\n"):
        words = line.strip(DECORATION)
        is_short = len(words.split()) <= LONGEST_HEADING and not words.endswith((".", ","))
        if is_short and COMPANY_HEADING.match(words):
            yield at
        at += len(line) + 1

"""The text of an advertisement cut into pieces: what named a skill, and what stands between."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tracker.adverts.matching.reader import Found, Mention


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text; with a wish it named the skills of these titles."""

    text: str
    wish: str = ""
    titles: tuple[str, ...] = ()


def pieces_of(text: str, found: Iterable[Found], titles: Mapping[str, str]) -> list[Piece]:
    """Cut a text so that its pieces joined are the text again; overlapping words are one piece."""
    mentions = [mention for each in found for mention in each.mentions if each.skill in titles]
    return list(_pieces(text, sorted(mentions, key=lambda each: (each.start, -each.end)), titles))


def _pieces(text: str, mentions: list[Mention], titles: Mapping[str, str]) -> Iterator[Piece]:
    at = 0
    for group in _overlapping(mentions):
        start, end = group[0].start, max(each.end for each in group)
        if start > at:
            yield Piece(text[at:start])
        named = tuple(dict.fromkeys(titles[each.skill] for each in group))
        yield Piece(text[start:end], group[0].wish, named)
        at = end
    if at < len(text):
        yield Piece(text[at:])


def _overlapping(mentions: list[Mention]) -> Iterator[list[Mention]]:
    group: list[Mention] = []
    end = 0
    for mention in mentions:
        if group and mention.start >= end:
            yield group
            group = []
        group.append(mention)
        end = max(end, mention.end)
    if group:
        yield group

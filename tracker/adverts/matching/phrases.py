"""One automaton for all phrases of the lexicon: every word of a text is looked at once.

A phrase is words as an advertisement writes them.  Marks before it: `~` only as it stands, without
inflections; `=` in exactly these capitals; `^` counts only in a list beside another find.  A
word that ends in `*` stands for all that begin so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tracker.adverts.matching.text import Token, folded, stem, tokens_of

MARKS = "~=^"
LEAST_PREFIX = 3


@dataclass(frozen=True, slots=True)
class Label:
    """What a phrase stands for: a skill, a decoy, a group of words, a cue, a heading."""

    kind: str
    name: str
    is_shy: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase in a text, from its first token up to and without `stop`."""

    first: int
    stop: int
    labels: tuple[Label, ...]


@dataclass(slots=True)
class _Node:
    words: dict[str, _Node] = field(default_factory=dict)
    prefixes: dict[str, _Node] = field(default_factory=dict)
    labels: tuple[Label, ...] = ()


class Phrases:
    def __init__(self) -> None:
        self._root = _Node()

    def add(self, phrase: str, *, kind: str, name: str) -> None:
        words = phrase.lstrip(MARKS)
        marks = phrase[: len(phrase) - len(words)]
        node = self._root
        for token in _pieces(words):
            node = _child(node, token, marks)
        label = Label(kind, name, "^" in marks)
        if label not in node.labels:
            node.labels = (*node.labels, label)

    def hits_in(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        """Yield every phrase at every place, the shorter ones of a place first."""
        steps = self._steps(tokens)
        for first in range(len(tokens)):
            yield from self._hits_from(first, tokens, steps[first])

    def _steps(self, tokens: Sequence[Token]) -> list[list[_Node]]:
        seen: dict[str, list[_Node]] = {}
        for token in tokens:
            if token.exact not in seen:
                seen[token.exact] = _next([self._root], token)
        return [seen[token.exact] for token in tokens]

    def _hits_from(self, first: int, tokens: Sequence[Token], nodes: list[_Node]) -> Iterator[Hit]:
        stop = first + 1
        while nodes:
            labels = tuple(label for node in nodes for label in node.labels)
            if labels:
                yield Hit(first, stop, labels)
            if stop == len(tokens) or not tokens[stop].joined:
                return
            nodes = _next(nodes, tokens[stop])
            stop += 1


def _pieces(words: str) -> list[str]:
    """Split a phrase as a text is split, but keep the star at the end of a word."""
    pieces = []
    for token in tokens_of(words):
        starred = words[token.end : token.end + 1] == "*"
        pieces.append(token.exact + "*" if starred else token.exact)
    return pieces


def _child(node: _Node, word: str, marks: str) -> _Node:
    if word.endswith("*"):
        return node.prefixes.setdefault(folded(word[:-1]), _Node())
    if "=" in marks:
        return node.words.setdefault("=" + word, _Node())
    if "~" in marks:
        return node.words.setdefault("~" + folded(word), _Node())
    return node.words.setdefault(stem(word), _Node())


def _next(nodes: list[_Node], token: Token) -> list[_Node]:
    found = []
    for node in nodes:
        keys = (token.stem, "~" + token.plain, "=" + token.exact)
        found += [node.words[key] for key in keys if key in node.words]
        if node.prefixes and token.plain.isalnum():
            found += _by_prefix(node, token.plain)
    return found


def _by_prefix(node: _Node, word: str) -> list[_Node]:
    heads = (word[:length] for length in range(LEAST_PREFIX, len(word) + 1))
    return [node.prefixes[head] for head in heads if head in node.prefixes]

"""Read an advertisement: which skills it names, with which words, and how much it wants each.

Deterministic, offline and linear in the length of the text: the words are looked at once, and what
follows works on the few phrases found, sentence by sentence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tracker.adverts.matching.language import language_of
from tracker.adverts.matching.level import Level, guess_level
from tracker.adverts.matching.lexicon import Lexicon, Rule, default_lexicon
from tracker.adverts.matching.phrases import Hit
from tracker.adverts.matching.sections import IGNORED, NICE, Sections, headings_in
from tracker.adverts.matching.text import Token, sentences_of, tokens_of
from tracker.adverts.matching.wishes import NEGATED, REQUIRED, Scope, scopes_of

# How many words may stand between the words of a rule.
REACH = 6
# How many words a degree and what was studied may lie apart.
STUDY_REACH = 14
LINKS = frozenset({"and", "or", "like", "e", "g", "eg", "ie"})
STRENGTH = {REQUIRED: 2, NICE: 1, NEGATED: 0}
READINGS_KEPT = 256


@dataclass(frozen=True, slots=True)
class Mention:
    """The words that named a skill, and where they stand; `why` when they only imply it."""

    skill: str
    start: int
    end: int
    words: str
    wish: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A skill, wanted as much as its strongest mention says."""

    skill: str
    wish: str
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    found: tuple[Found, ...]
    level: Level
    language: str | None
    word_count: int

    @property
    def wanted(self) -> tuple[Found, ...]:
        """What is required or nice to have."""
        return tuple(each for each in self.found if each.wish != NEGATED)

    @property
    def skills(self) -> frozenset[str]:
        return frozenset(each.skill for each in self.wanted)


@dataclass(frozen=True, slots=True)
class Sentence:
    """Its tokens, the phrases found in it, and how what stands in it is wanted."""

    first: int
    stop: int
    hits: tuple[Hit, ...]
    wish: str
    scopes: tuple[Scope, ...] = ()

    def wish_at(self, place: int) -> str:
        reached = [scope.wish for scope in self.scopes if scope.first <= place < scope.stop]
        return min([self.wish, *reached], key=STRENGTH.__getitem__)


@lru_cache(maxsize=READINGS_KEPT)
def read_advert(text: str) -> Reading:
    """Read the plain text of an advertisement with the lexicon of the house."""
    return read_with(default_lexicon(), text)


def read_with(lexicon: Lexicon, text: str) -> Reading:
    tokens = tokens_of(text)
    hits = list(lexicon.phrases.hits_in(tokens))
    sentences = list(_sentences(text, tokens, hits))
    mentions = [
        each for sentence in sentences for each in _mentions(lexicon, text, tokens, sentence)
    ]
    found = _with_together(lexicon, _found(_without_excused(lexicon, mentions)))
    required = [each.skill for each in found if each.wish == REQUIRED]
    return Reading(found, guess_level(text, required), language_of(tokens), len(tokens))


# --- sentences that count ----------------------------------------------------------------------


def _sentences(text: str, tokens: Sequence[Token], hits: Sequence[Hit]) -> Iterator[Sentence]:
    """Yield the sentences that speak of the work, not of the company, its offer or its rules."""
    spans = sentences_of(text)
    sections = Sections(text, headings_in(text, tokens, hits, spans))
    starts, firsts = [token.start for token in tokens], [hit.first for hit in hits]
    asks = False
    for start, end in spans:
        first, stop = bisect_left(starts, start), bisect_left(starts, end)
        own = _uncovered(hits[bisect_left(firsts, first) : bisect_left(firsts, stop)])
        kind = sections.kind_at(start)
        # Company talk without a further heading often turns into what is asked for.
        asks = kind == IGNORED and (asks or _has(own, "ask"))
        if _has(own, "boilerplate") or (kind == IGNORED and not asks):
            continue
        cues = [hit for hit in own if _is(hit, "cue")]
        scopes = scopes_of(cues, first=first, stop=stop)
        yield Sentence(first, stop, own, NICE if kind == NICE else REQUIRED, tuple(scopes))


def _uncovered(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """Leave out what lies inside a decoy, whose words mean something else together."""
    hits = list(hits)
    decoys = [hit for hit in hits if _is(hit, "decoy")]
    return tuple(
        hit for hit in hits if not any(_covers(decoy, hit) for decoy in decoys if decoy != hit)
    )


def _covers(longer: Hit, hit: Hit) -> bool:
    overlaps = longer.first < hit.stop and hit.first < longer.stop
    return overlaps and longer.stop - longer.first > hit.stop - hit.first


def _is(hit: Hit, kind: str) -> bool:
    return any(label.kind == kind for label in hit.labels)


def _has(hits: Iterable[Hit], kind: str) -> bool:
    return any(_is(hit, kind) for hit in hits)


# --- skills in a sentence ----------------------------------------------------------------------


def _mentions(
    lexicon: Lexicon, text: str, tokens: Sequence[Token], sentence: Sentence
) -> list[Mention]:
    named = list(dict.fromkeys(_named(lexicon, text, tokens, sentence)))
    implied: list[Mention] = []
    for rule, places in _rules_met(lexicon, sentence):
        implied.append(_mention(text, tokens, sentence, rule.skill, places, rule.why))
        named = [each for each in named if each.skill != rule.instead]
    known = {each.skill for each in named}
    return [*named, *(each for each in implied if each.skill not in known)]


def _named(
    lexicon: Lexicon, text: str, tokens: Sequence[Token], sentence: Sentence
) -> Iterator[Mention]:
    hits = _longest(hit for hit in sentence.hits if _is(hit, "skill") and not _is(hit, "decoy"))
    sure = {
        place
        for hit in hits
        if any(label.kind == "skill" and not label.is_shy for label in hit.labels)
        for place in range(hit.first, hit.stop)
    }
    degrees = [hit for hit in sentence.hits if _is(hit, "degree")]
    for hit in hits:
        if _is(hit, "subject") and any(_gap(hit, each) <= STUDY_REACH for each in degrees):
            continue
        is_listed = _is_listed(hit, tokens, sure)
        for label in hit.labels:
            if label.kind != "skill" or (label.is_shy and not is_listed):
                continue
            yield _mention(text, tokens, sentence, label.name, (hit,))


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    """Leave out every phrase that lies inside a longer one."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda each: (each.first, -each.stop)):
        if not kept or hit.stop > kept[-1].stop:
            kept.append(hit)
    return kept


def _is_listed(hit: Hit, tokens: Sequence[Token], sure: set[int]) -> bool:
    """Whether a phrase stands in a list beside a find that needs no such help."""
    return _neighbour(hit.first, -1, tokens) in sure or _neighbour(hit.stop - 1, 1, tokens) in sure


def _neighbour(place: int, step: int, tokens: Sequence[Token]) -> int:
    while True:
        later = place if step < 0 else place + 1
        place += step
        if not 0 <= place < len(tokens) or not tokens[later].listed:
            return -1
        if tokens[place].plain not in LINKS:
            return place


def _mention(
    text: str,
    tokens: Sequence[Token],
    sentence: Sentence,
    skill: str,
    places: Sequence[Hit],
    why: str = "",
) -> Mention:
    first, stop = min(hit.first for hit in places), max(hit.stop for hit in places)
    start, end = tokens[first].start, tokens[stop - 1].end
    wish = min((sentence.wish_at(hit.first) for hit in places), key=STRENGTH.__getitem__)
    return Mention(skill, start, end, " ".join(text[start:end].split()), wish, why)


# --- what the words together imply -------------------------------------------------------------


def _rules_met(lexicon: Lexicon, sentence: Sentence) -> Iterator[tuple[Rule, tuple[Hit, ...]]]:
    places: dict[str, list[Hit]] = defaultdict(list)
    for hit in sentence.hits:
        for label in hit.labels:
            if label.kind == "word":
                places[label.name].append(hit)
    for rule in (rule for group in places for rule in lexicon.rules.get(group, ())):
        met = _close_together(rule, places)
        if met:
            yield rule, met


def _close_together(rule: Rule, places: Mapping[str, Sequence[Hit]]) -> tuple[Hit, ...] | None:
    """Return one phrase of each group, each within reach of the first; None if there are none."""
    for anchor in places[rule.groups[0]]:
        met = [anchor]
        for group in rule.groups[1:]:
            near = [hit for hit in places.get(group, ()) if _gap(anchor, hit) <= REACH]
            near = [hit for hit in near if rule.any_order or hit.first >= anchor.stop]
            apart = [hit for hit in near if all(_gap(hit, other) >= 0 for other in met)]
            if not apart:
                break
            met.append(min(apart, key=lambda hit: _gap(anchor, hit)))
        else:
            return tuple(met)
    return None


def _gap(one: Hit, other: Hit) -> int:
    """Count the words between two phrases; below zero they share some."""
    return max(one.first, other.first) - min(one.stop, other.stop)


def _without_excused(lexicon: Lexicon, mentions: Sequence[Mention]) -> list[Mention]:
    """Leave out what a rule implies unless the advertisement names a better reading of it."""
    named = {each.skill for each in mentions if not each.why}
    excuses = {
        (rule.skill, rule.why): rule.unless for rules in lexicon.rules.values() for rule in rules
    }
    return [
        each for each in mentions if not each.why or named.isdisjoint(excuses[each.skill, each.why])
    ]


# --- all mentions of a skill together ----------------------------------------------------------


def _found(mentions: Iterable[Mention]) -> dict[str, Found]:
    by_skill: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_skill[mention.skill].append(mention)
    return {skill: _strongest(skill, each) for skill, each in by_skill.items()}


def _strongest(skill: str, mentions: Sequence[Mention]) -> Found:
    wish = max((each.wish for each in mentions), key=STRENGTH.__getitem__)
    return Found(skill, wish, tuple(sorted(mentions, key=lambda each: (each.start, each.end))))


def _with_together(lexicon: Lexicon, found: dict[str, Found]) -> tuple[Found, ...]:
    added = dict(found)
    for rule in lexicon.together:
        givers = [each for each in found.values() if each.skill in rule.members]
        givers = [each for each in givers if each.wish != NEGATED]
        if givers and (rule.skill not in added or added[rule.skill].wish == NEGATED):
            added[rule.skill] = _implied_by(rule.skill, givers, rule.why)
    return tuple(added[skill] for skill in sorted(added))


def _implied_by(skill: str, givers: Sequence[Found], why: str) -> Found:
    mentions = [
        Mention(skill, each.start, each.end, each.words, each.wish, why)
        for giver in givers
        for each in giver.mentions[:1]
    ]
    return _strongest(skill, mentions)

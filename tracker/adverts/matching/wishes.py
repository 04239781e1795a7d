"""How much a thing is wanted: required, nice to have, or said not to be needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.adverts.matching.phrases import Hit

REQUIRED, NICE, NEGATED = "required", "nice", "negated"
ENDS_OF_NO = {"needed", "but"}
BREAKS = {"but", "required", "nice after", "negated after"}


@dataclass(frozen=True, slots=True)
class Scope:
    """The tokens that a cue speaks of."""

    first: int
    stop: int
    wish: str


def scopes_of(cues: Sequence[Hit], *, first: int, stop: int) -> list[Scope]:
    """Return what the cues of one sentence speak of; a "but" ends what a cue can reach."""
    return list(_scopes(cues, first, stop))


def _scopes(cues: Sequence[Hit], first: int, stop: int) -> Iterator[Scope]:
    ends = [cue for cue in cues if not ENDS_OF_NO.isdisjoint(_names(cue))]
    for cue in cues:
        for name in _names(cue):
            if name.endswith(" after"):
                wish = NICE if name == "nice after" else NEGATED
                yield Scope(_break_before(cues, cue, first), cue.first, wish)
            elif name.endswith(" before"):
                wish = NICE if name == "nice before" else NEGATED
                yield Scope(cue.stop, _break_after(cues, cue, stop), wish)
            elif name == "none":
                yield from _no_needed(ends, cue)


def _no_needed(ends: Sequence[Hit], no: Hit) -> Iterator[Scope]:
    """Yield what stands between "no" and "needed", unless a "but" comes first."""
    end = next((cue for cue in ends if cue.first > no.first), None)
    if end is not None and "needed" in _names(end):
        yield Scope(no.stop, end.first, NEGATED)


def _names(cue: Hit) -> list[str]:
    return [label.name for label in cue.labels if label.kind == "cue"]


def _break_before(cues: Sequence[Hit], cue: Hit, first: int) -> int:
    stops = [other.stop for other in cues if other.stop <= cue.first and _breaks(other)]
    return max(stops, default=first)


def _break_after(cues: Sequence[Hit], cue: Hit, stop: int) -> int:
    starts = [other.first for other in cues if other.first >= cue.stop and "but" in _names(other)]
    return min(starts, default=stop)


def _breaks(cue: Hit) -> bool:
    return not BREAKS.isdisjoint(_names(cue))

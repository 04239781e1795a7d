"""The order that prerequisites allow, and the loops that allow none."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import dropwhile
from typing import NamedTuple


class Walk(NamedTuple):
    order: list[str]
    loops: list[list[str]]


def walk(requires: Mapping[str, Sequence[str]]) -> Walk:
    """Order keys so that prerequisites come first, and name the loops met on the way.

    Each loop is a path that ends where it began; every knot of loops yields at least one.
    """
    order: dict[str, None] = {}
    looped: set[str] = set()
    loops: list[list[str]] = []
    for root in requires:
        if root not in order:
            loops.extend(_descend(root, requires, order, looped))
    return Walk(list(order), loops)


def _descend(
    root: str, requires: Mapping[str, Sequence[str]], order: dict[str, None], looped: set[str]
) -> Iterator[list[str]]:
    # The trail is kept by hand: a chain of thousands would overrun Python's own stack.
    trail = {root: iter(requires[root])}
    while trail:
        key, rest = next(reversed(trail.items()))
        needed = next(rest, None)
        if needed is None:
            del trail[key]
            order[key] = None
        elif needed in trail:
            if looped.isdisjoint((key, needed)):
                loop = list(dropwhile(needed.__ne__, trail))
                looped.update(loop)
                yield [*loop, needed]
        elif needed not in order:
            trail[needed] = iter(requires[needed])

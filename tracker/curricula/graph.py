"""Lay out which milestone needs which, in columns from left to right.

Pure and deterministic: the same milestones in the same order make the same picture.  A milestone
stands one column right of the last one it needs; a line over several columns is led through an
invisible stop in each of them; stops and milestones are then ordered so that few lines cross.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from textwrap import wrap

COLUMN_WIDTH, NODE_WIDTH, NODE_HEIGHT = 250, 184, 48
ROW_GAP, STOP_HEIGHT, MARGIN = 16, 8, 12
SWEEPS = 8
LINE_LENGTH, MOST_LINES = 25, 2
LINE_HEIGHT = 16


@dataclass(frozen=True)
class Item:
    """A milestone to draw; `group` is the number of its module."""

    pk: int
    title: str
    group: int
    needs: tuple[int, ...] = ()


@dataclass(frozen=True)
class TextLine:
    text: str
    x: int
    y: int


@dataclass(frozen=True)
class Node:
    item: Item
    x: int
    y: int
    column: int

    width = NODE_WIDTH
    height = NODE_HEIGHT

    @property
    def lines(self) -> list[TextLine]:
        words = f"{self.item.group}. {self.item.title}"
        texts = wrap(words, LINE_LENGTH, max_lines=MOST_LINES, placeholder=" …")
        top = self.y + (NODE_HEIGHT - LINE_HEIGHT * len(texts)) // 2 + 12
        return [
            TextLine(text, self.x + 10, top + number * LINE_HEIGHT)
            for number, text in enumerate(texts)
        ]


@dataclass(frozen=True)
class Line:
    """From what is needed to what needs it."""

    start: int
    end: int
    path: str


@dataclass(frozen=True)
class Graph:
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    # Milestones that wait for one another, each loop from a milestone back to itself.
    loops: tuple[tuple[int, ...], ...] = ()


# A place in a column: a milestone (its pk, itself) or a stop of a line on its way (from, to).
Place = tuple[int, int]


def lay_out(items: Sequence[Item]) -> Graph:
    """Draw the milestones that need another or are needed; those that stand alone are left out."""
    needs, loops = without_loops({item.pk: item.needs for item in items})
    linked = {pk for pk, needed in needs.items() if needed}
    linked.update(pk for needed in needs.values() for pk in needed)
    drawn = [item for item in items if item.pk in linked]
    column_of = _columns({item.pk: needs[item.pk] for item in drawn})
    chains = [_chain(needed, item.pk, column_of) for item in drawn for needed in needs[item.pk]]
    columns = _ordered(drawn, column_of, chains)
    tops = _tops(columns, chains)
    nodes = tuple(_node(item, column_of[item.pk], tops) for item in drawn)
    lines = tuple(_line(chain, column_of[chain[0][0]], tops) for chain in chains)
    width = MARGIN * 2 + max(column_of.values(), default=0) * COLUMN_WIDTH + NODE_WIDTH
    height = max((top + _height(place) for place, top in tops.items()), default=0) + MARGIN
    return Graph(nodes, lines, width, height, loops)


def without_loops(
    needs: Mapping[int, Iterable[int]],
) -> tuple[dict[int, list[int]], tuple[tuple[int, ...], ...]]:
    """Cut one line of each loop; return what is left, and the loops."""
    left = {pk: [each for each in needed if each in needs] for pk, needed in needs.items()}
    loops: list[tuple[int, ...]] = []
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # It lists a cycle from what is needed to what needs it, the first one twice.
            cycle = error.args[1][::-1]
            left[cycle[0]].remove(cycle[1])
            loops.append(tuple(cycle))
        else:
            return left, tuple(loops)


def _columns(needs: Mapping[int, Sequence[int]]) -> dict[int, int]:
    column_of: dict[int, int] = {}
    for pk in TopologicalSorter(needs).static_order():
        column_of[pk] = max((column_of[needed] + 1 for needed in needs[pk]), default=0)
    return column_of


def _chain(start: int, end: int, column_of: Mapping[int, int]) -> list[Place]:
    """Return the places a line goes through, one in each column."""
    between = column_of[end] - column_of[start] - 1
    return [(start, start), *[(start, end)] * between, (end, end)]


# --- which stands above which -----------------------------------------------------------------

# A place in a certain column: a line's stops in different columns are different places.
Spot = tuple[int, Place]
Neighbours = Mapping[Spot, Sequence[Spot]]


def _spots(chain: Sequence[Place], first_column: int) -> list[Spot]:
    return [(first_column + number, place) for number, place in enumerate(chain)]


def _ordered(
    items: Sequence[Item], column_of: Mapping[int, int], chains: Sequence[Sequence[Place]]
) -> list[list[Spot]]:
    """Sweep to and fro, each time ordering a column by the middle of its neighbours."""
    columns: dict[int, list[Spot]] = defaultdict(list)
    for item in items:
        columns[column_of[item.pk]].append((column_of[item.pk], (item.pk, item.pk)))
    before: dict[Spot, list[Spot]] = defaultdict(list)
    after: dict[Spot, list[Spot]] = defaultdict(list)
    for chain in chains:
        spots = _spots(chain, column_of[chain[0][0]])
        for spot in spots[1:-1]:
            columns[spot[0]].append(spot)
        for left, right in pairwise(spots):
            after[left].append(right)
            before[right].append(left)
    order = [columns[number] for number in range(len(columns))]
    return _with_fewest_crossings(order, before, after)


def _with_fewest_crossings(
    order: list[list[Spot]], before: Neighbours, after: Neighbours
) -> list[list[Spot]]:
    best, fewest = order, crossings(order, after)
    for sweep in range(SWEEPS):
        order = _swept(order, before) if sweep % 2 == 0 else _swept(order[::-1], after)[::-1]
        count = crossings(order, after)
        if count < fewest:
            best, fewest = order, count
    return best


def _swept(order: list[list[Spot]], neighbours: Neighbours) -> list[list[Spot]]:
    done = order[:1]
    for column in order[1:]:
        rank = {spot: number for number, spot in enumerate(done[-1])}
        middle = {
            spot: _mean([rank[each] for each in neighbours.get(spot, ())], number)
            for number, spot in enumerate(column)
        }
        done.append(sorted(column, key=middle.__getitem__))
    return done


def _mean(numbers: Sequence[int], otherwise: int) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise


def crossings(order: Sequence[Sequence[Spot]], after: Neighbours) -> int:
    """Count the pairs of lines that cross."""
    total = 0
    for left, right in pairwise(order):
        rank = {spot: number for number, spot in enumerate(right)}
        ends = [sorted(rank[each] for each in after.get(spot, ())) for spot in left]
        flat = [end for group in ends for end in group]
        total += sum(one > other for number, one in enumerate(flat) for other in flat[number + 1 :])
    return total


# --- where it stands --------------------------------------------------------------------------


def _height(spot: Spot) -> int:
    start, end = spot[1]
    return NODE_HEIGHT if start == end else STOP_HEIGHT


def _tops(columns: Sequence[Sequence[Spot]], chains: Sequence[Sequence[Place]]) -> dict[Spot, int]:
    """Stack each column, every spot as near to the height of those before it as there is room."""
    column_of = {spot[1]: spot[0] for column in columns for spot in column if _is_node(spot)}
    before: dict[Spot, list[Spot]] = defaultdict(list)
    for chain in chains:
        spots = _spots(chain, column_of[chain[0]])
        for left, right in pairwise(spots):
            before[right].append(left)
    tops: dict[Spot, int] = {}
    for column in columns:
        floor = MARGIN
        for spot in column:
            middles = [tops[each] + _height(each) // 2 for each in before[spot]]
            wanted = round(_mean(middles, 0)) - _height(spot) // 2
            tops[spot] = max(floor, wanted)
            floor = tops[spot] + _height(spot) + ROW_GAP
    return tops


def _is_node(spot: Spot) -> bool:
    return spot[1][0] == spot[1][1]


def _left(column: int) -> int:
    return MARGIN + column * COLUMN_WIDTH


def _node(item: Item, column: int, tops: Mapping[Spot, int]) -> Node:
    return Node(item, _left(column), tops[column, (item.pk, item.pk)], column)


def _line(chain: Sequence[Place], first_column: int, tops: Mapping[Spot, int]) -> Line:
    """Draw a curve that is level wherever it passes a column."""
    spots = _spots(chain, first_column)
    heights = [tops[spot] + _height(spot) // 2 for spot in spots]
    x, y = _left(first_column) + NODE_WIDTH, heights[0]
    path = [f"M{x} {y}"]
    for (column, _), to_y in zip(spots[1:], heights[1:], strict=True):
        to_x = _left(column)
        half = (to_x - x) // 2
        path.append(f"C{x + half} {y} {to_x - half} {to_y} {to_x} {to_y}")
        x, y = to_x + NODE_WIDTH, to_y
        path.append(f"H{x}")
    return Line(chain[0][0], chain[-1][0], " ".join(path[:-1]))

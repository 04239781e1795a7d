"""The picture of prerequisites: what it promises of any curriculum."""

import random
from itertools import combinations

from tracker.curricula.graph import COLUMN_WIDTH, Item, lay_out


def items(needs: dict[int, tuple[int, ...]]) -> list[Item]:
    return [Item(pk, f"Title {pk}", 1, needed) for pk, needed in needs.items()]


def eighty_items() -> list[Item]:
    chance = random.Random(7)  # noqa: S311
    needs = {
        pk: tuple(sorted({chance.randrange(max(0, pk - 20), pk) for _ in range(2)})) if pk else ()
        for pk in range(80)
    }
    return items(needs)


def test_what_is_needed_stands_to_the_left() -> None:
    graph = lay_out(eighty_items())
    left = {node.item.pk: node.x for node in graph.nodes}

    assert len(graph.nodes) == 80
    for line in graph.lines:
        assert left[line.start] + COLUMN_WIDTH <= left[line.end]


def test_no_two_milestones_touch_and_all_are_inside() -> None:
    graph = lay_out(eighty_items())

    for one, other in combinations(graph.nodes, 2):
        beside = one.x + one.width < other.x or other.x + other.width < one.x
        above = one.y + one.height < other.y or other.y + other.height < one.y
        assert beside or above
    for node in graph.nodes:
        assert 0 < node.x < node.x + node.width < graph.width
        assert 0 < node.y < node.y + node.height < graph.height


def test_the_same_milestones_make_the_same_picture() -> None:
    assert lay_out(eighty_items()) == lay_out(eighty_items())


def test_lines_cross_no_more_than_they_must() -> None:
    graph = lay_out(items({1: (), 2: (), 3: (2,), 4: (1,)}))
    top = {node.item.pk: node.y for node in graph.nodes}

    assert (top[1] < top[2]) == (top[4] < top[3])


def test_a_milestone_without_links_is_left_out() -> None:
    graph = lay_out(items({1: (), 2: (1,), 3: ()}))

    assert [node.item.pk for node in graph.nodes] == [1, 2]


def test_a_loop_is_named_and_the_rest_is_drawn() -> None:
    graph = lay_out(items({1: (3,), 2: (1,), 3: (2,), 4: (3,)}))

    (loop,) = graph.loops
    assert loop[0] == loop[-1]
    assert set(loop) == {1, 2, 3}
    assert len(graph.nodes) == 4


def test_a_long_title_is_shortened_to_two_lines() -> None:
    title = "A title that is so long that nobody would ever read it to its end in a picture"
    graph = lay_out([Item(1, title, 1), Item(2, "Short", 2, (1,))])

    assert [line.text for line in graph.nodes[0].lines] == [
        "1. A title that is so",
        "long that nobody would …",
    ]
    assert [line.text for line in graph.nodes[1].lines] == ["2. Short"]


def test_nothing_makes_an_empty_picture() -> None:
    assert lay_out([]).nodes == ()

"""Which milestone of a curriculum needs which, and the loops that must not be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tracker.curricula.models import Curriculum, Milestone


def edges_of(curriculum: Curriculum) -> dict[int, list[int]]:
    """Return what each milestone needs, in one query and in the order it was written."""
    edges: dict[int, list[int]] = defaultdict(list)
    through = Milestone.prerequisites.through
    pairs = through._default_manager.filter(from_milestone__curriculum=curriculum).order_by("pk")
    for pk, needed in pairs.values_list("from_milestone_id", "to_milestone_id"):
        edges[pk].append(needed)
    return edges


def loop_through(milestone: Milestone, prerequisite_ids: Sequence[int]) -> list[Milestone]:
    """Return the loop that these prerequisites would close, from the milestone back to itself."""
    edges = edges_of(milestone.curriculum)
    edges[milestone.pk] = list(prerequisite_ids)
    walk = _walk_back(milestone.pk, edges)
    found = Milestone.objects.in_bulk(walk)
    return [found[pk] for pk in walk]


def loop_in_words(loop: Sequence[Milestone]) -> str:
    return " needs ".join(f"“{milestone.title}”" for milestone in loop)


def _walk_back(start: int, edges: Mapping[int, list[int]]) -> list[int]:
    """Return the shortest walk from start to start; nothing when there is none."""
    walks = [[start]]
    seen: set[int] = set()
    for walk in walks:
        for needed in edges.get(walk[-1], ()):
            if needed == start:
                return [*walk, start]
            if needed not in seen:
                seen.add(needed)
                walks.append([*walk, needed])
    return []

"""Find the paths that lead from a background to a role, one after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from tracker.curricula.models import Background, Curriculum


def shortest_way(
    start: Background,
    goal_pk: int,
    paths: Sequence[Curriculum],
    arrivals: Mapping[int, Sequence[int]],
) -> tuple[Curriculum, ...]:
    """Return the fewest paths that lead there, in order; none when no way is known.

    `arrivals` names, for each role, the backgrounds somebody has who meets it.
    """
    waiting: deque[tuple[int, tuple[Curriculum, ...]]] = deque([(start.pk, ())])
    seen = {start.pk}
    while waiting:
        background_pk, walked = waiting.popleft()
        for path in paths:
            if path.background_id != background_pk or path.role_id is None:
                continue
            way = (*walked, path)
            if path.role_id == goal_pk:
                return way
            fresh = [pk for pk in arrivals.get(path.role_id, ()) if pk not in seen]
            seen.update(fresh)
            waiting.extend((pk, way) for pk in fresh)
    return ()

"""Level 1: how late the latest milestone must be, at the very least.

Earliest due date first with due dates inherited from successors (Horn 1974; Baker, Lawler,
Lenstra and Rinnooy Kan 1983 for 1|prec, pmtn, r|fmax).  Always run the released milestone with
the smallest inherited due date: any plan that keeps all dates by some lateness can be turned
into this one by swapping minutes, for every lateness at once.  So it attains the least.
"""

from collections.abc import Mapping
from heapq import heappop, heappush
from itertools import accumulate
from typing import NamedTuple

from studyplans.scheduling.axis import NEVER, StudyAxis
from studyplans.scheduling.frontier import Frontier
from studyplans.scheduling.network import Network


class Urgency(NamedTuple):
    """The least possible maximum lateness on the wall clock, and what no plan can place."""

    lateness: int
    lost: frozenset[int]


def least_lateness(network: Network, axis: StudyAxis, horizon: int) -> Urgency:
    """Return the optimum over all that fit; it is negative when all can be early."""
    dues = network.dues
    finish = finish_by_urgency(network, axis, horizon, dues)
    lost = frozenset(number for number, wall in finish.items() if wall == NEVER)
    if lost:
        # What is never done must not make what it builds on urgent.
        dues = {number: due for number, due in dues.items() if number not in lost}
        finish = finish_by_urgency(network, axis, horizon, dues)
    return Urgency(max((finish[each] - due for each, due in dues.items()), default=0), lost)


def finish_by_urgency(
    network: Network, axis: StudyAxis, horizon: int, dues: Mapping[int, int]
) -> dict[int, int]:
    """Return when earliest-due-first finishes each milestone that is due, on the wall."""
    if not dues:
        return {}
    inherited = network.inherited(dues)
    queue = sorted(network.order, key=inherited.__getitem__)
    if network.is_ready_at_once:
        ends = accumulate(map(network.work.__getitem__, queue))
        finish = {each: end for each, end in zip(queue, ends, strict=True) if each in dues}
        return {each: axis.wall_end(end) if end else network.start for each, end in finish.items()}
    frontier = _run(network, axis, horizon, queue)
    return {each: frontier.finish[each] for each in dues}


def _run(network: Network, axis: StudyAxis, horizon: int, queue: list[int]) -> Frontier:
    """Run the most urgent of what is released, minute by minute where releases interrupt."""
    frontier = Frontier(network, axis, horizon)
    place = {number: at for at, number in enumerate(queue)}
    ready: list[int] = []
    now = 0
    while True:
        for number in frontier.admit(now):
            heappush(ready, place[number])
        if not ready:
            if frontier.next_release == NEVER:
                return frontier
            now = frontier.next_release
            continue
        number = queue[ready[0]]
        step = min(frontier.left[number], frontier.next_release - now)
        now += step
        frontier.left[number] -= step
        if not frontier.left[number]:
            heappop(ready)
            wall = axis.wall_end(now)
            if wall == NEVER:
                return frontier
            frontier.complete(number, wall)

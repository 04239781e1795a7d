"""An order of milestones laid into the calendar, one after the other."""

from collections.abc import Sequence
from itertools import accumulate
from operator import sub

from studyplans.scheduling.axis import NEVER, StudyAxis
from studyplans.scheduling.network import Network
from studyplans.scheduling.outcome import Layout, Stint


def spare_minutes(order: Sequence[int], work: Sequence[int], limits: Sequence[int]) -> list[int]:
    """Return for each place in the order how much all from there on may be delayed.

    Limits are study minutes.  The first is negative when the order misses some limit.
    """
    ends = accumulate(map(work.__getitem__, order))
    spare = list(map(sub, map(limits.__getitem__, order), ends))
    spare.reverse()
    spare = list(accumulate(spare, min))
    spare.reverse()
    return spare


def lay(
    network: Network,
    axis: StudyAxis,
    order: Sequence[int],
    spare: Sequence[int],
    minimum_piece: int,
) -> Layout:
    """Lay milestones that wait for nothing but one another, prerequisites first.

    The rest of a window too small for a new start stays free where the spare minutes allow it.
    A whole window is never too small, or those shorter than a piece would stay empty.
    """
    # One loop with local names on purpose: this is what nearly every plan costs.
    work, spans, stints = network.work, axis.spans, list[Stint]()
    finish = [NEVER] * len(work)
    rested, opened = 0, -1
    begins_inside = axis.begins_inside_window and axis.has(0)
    place, (now, closes) = (0, spans[0]) if begins_inside else (-1, (0, 0))
    for number, allowed in zip(order, spare, strict=True):
        left = work[number]
        room = closes - now
        if room < minimum_piece and room < left and now != opened and room + rested <= allowed:
            rested += room
            now = closes
        while left:
            if now == closes:
                place += 1
                if place == len(spans) and not axis.has(place):
                    _finish_events(network, order, finish)
                    return Layout(stints, finish)
                opened, closes = spans[place]
                now = opened
            step = min(left, closes - now)
            stints.append((now, now + step, number))
            now += step
            left -= step
        if work[number]:
            finish[number] = now
    if 0 in work:
        _finish_events(network, order, finish)
    return Layout(stints, finish)


def _finish_events(network: Network, order: Sequence[int], finish: list[int]) -> None:
    """Finish each event at the moment that what it requires is done."""
    for number in order:
        if not network.work[number]:
            needs = (finish[needed] for needed in network.requires[number])
            finish[number] = max(needs, default=network.start)

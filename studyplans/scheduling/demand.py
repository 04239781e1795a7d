"""How much the dates ask of the time there is: the demand criterion of preemptive scheduling.

All dates can be met exactly when for every moment r and every date d the work that cannot begin
before r and must be done by d fits into the open minutes between them.  (It must fit, plainly.
And if earliest-due-first first misses a date d, look back to the last minute at which it rested
or ran something due later: all work since was released after it and due by d, and did not fit.)
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from itertools import pairwise
from typing import NamedTuple

from studyplans.scheduling.axis import NEVER, StudyAxis
from studyplans.scheduling.calendar import open_years
from studyplans.scheduling.minutes import moment_of
from studyplans.scheduling.network import Network
from studyplans.scheduling.problem import PlanProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Tightest:
    """The stretch whose work fills most of its study minutes; above 100 % it cannot all be met."""

    begins_at: datetime
    ends_at: datetime
    work_minutes: int
    available_minutes: int


class Demand(NamedTuple):
    """Work that may not begin before one wall minute, and is to be done by another."""

    key: str
    minutes: int
    release: int
    due: int


class Load(NamedTuple):
    """Work held against the open minutes from a release to a due minute."""

    work: int
    available: int
    release: int
    due: int

    def is_heavier_than(self, other: "Load") -> bool:
        if self.available == other.available == 0:
            return self.work > other.work
        return self.work * other.available > other.work * self.available


def tightest(problem: PlanProblem) -> Tightest | None:
    """Return the bottleneck of a sound problem; None when no work is due."""
    dated = [each for each in demands(problem) if each.due < NEVER and each.minutes]
    if not dated:
        return None
    heaviest = Load(0, 1, 0, 0)
    for load in _loads(dated, axis_of(problem)):
        if load.is_heavier_than(heaviest):
            heaviest = load
    return Tightest(
        begins_at=moment_of(heaviest.release),
        ends_at=moment_of(heaviest.due),
        work_minutes=heaviest.work,
        available_minutes=heaviest.available,
    )


def axis_of(problem: PlanProblem) -> StudyAxis:
    return StudyAxis(open_years(problem))


def available(axis: StudyAxis, first: int, last: int) -> int:
    """Return the study minutes between two wall minutes."""
    return max(0, axis.minutes_before(last) - axis.minutes_before(first))


def demands(problem: PlanProblem) -> list[Demand]:
    """Return every milestone's unpinned work with inherited releases and due minutes.

    What builds on others waits for their releases and pinned sessions; what is built on
    inherits the due minute.
    """
    network = Network(problem)
    columns = network.keys, network.work, _releases(network), network.inherited(network.dues)
    return [Demand(*row) for row in zip(*columns, strict=True)]


def can_all_be_met(every: Iterable[Demand], axis: StudyAxis) -> bool:
    """Tell whether earliest-due-first, and so any order at all, has each done in time."""
    every = list(every)
    if any(each.release > each.due for each in every):
        return False
    before = axis.minutes_before
    queue = sorted((before(each.release), before(each.due), each.minutes) for each in every)
    ready: list[tuple[int, int]] = []
    now = 0
    for (release, due, minutes), (until, *_) in pairwise([*queue, (NEVER, 0, 0)]):
        heappush(ready, (due, minutes))
        now = max(now, release)
        while ready and now < until:
            due, left = heappop(ready)
            step = min(left, until - now)
            now += step
            if now > due:
                return False
            if left > step:
                heappush(ready, (due, left - step))
    return True


def _releases(network: Network) -> list[int]:
    """Return for each milestone the first wall minute that what it builds on allows."""
    releases = [max(network.start, network.releases.get(n, 0)) for n in range(len(network.keys))]
    for number in network.order:
        for needed in network.requires[number]:
            allowed = max(releases[needed], network.pins_end.get(needed, 0))
            releases[number] = max(releases[number], allowed)
    return releases


def _loads(dated: Iterable[Demand], axis: StudyAxis) -> Iterator[Load]:
    """Yield the load between every release and every due minute that has work."""
    released: dict[int, list[Demand]] = defaultdict(list)
    for each in dated:
        released[each.release].append(each)
    work_by_due: dict[int, int] = defaultdict(int)
    for release in sorted(released, reverse=True):
        for each in released[release]:
            work_by_due[each.due] += each.minutes
        work = 0
        for due in sorted(work_by_due):
            work += work_by_due[due]
            yield Load(work, available(axis, release, due), release, due)

"""What may be studied now, and what still waits for a prerequisite or for its day."""

from collections.abc import Iterator
from heapq import heappop, heappush

from studyplans.scheduling.axis import NEVER, StudyAxis
from studyplans.scheduling.network import Network


class Frontier:
    """Follows prerequisites and releases while a plan is laid; `finish` is in wall minutes.

    Milestones without work of their own, events and those wholly pinned, finish by
    themselves, and free what waits for them.
    """

    def __init__(self, network: Network, axis: StudyAxis, horizon: int) -> None:
        self.left = list(network.work)
        self.finish = [NEVER] * len(self.left)
        self._axis = axis
        self._horizon = horizon
        self._pins_end = network.pins_end
        self._successors = network.successors()
        self._blockers = [len(needs) for needs in network.requires]
        self._ready = [network.start] * len(self.left)
        for number, wall in network.releases.items():
            self._ready[number] = max(network.start, wall)
        self._waiting: list[tuple[int, int]] = []
        self._freed: list[int] = []
        self._begin()

    @property
    def next_release(self) -> int:
        """Return the study minute at which the next waiting milestone may begin."""
        return self._waiting[0][0] if self._waiting else NEVER

    def admit(self, now: int) -> Iterator[int]:
        """Yield those that may run from this study minute on and have not been yielded."""
        while self._freed:
            number = self._freed.pop()
            release = self._axis.minutes_before(self._ready[number])
            heappush(self._waiting, (release, number))
        while self._waiting and self._waiting[0][0] <= now:
            yield heappop(self._waiting)[1]

    def complete(self, number: int, wall: int) -> None:
        """Note that all work on a milestone ends at this wall minute."""
        done = [(number, max(wall, self._pins_end.get(number, 0)))]
        while done:
            number, wall = done.pop()
            self.finish[number] = wall
            for follower in self._successors[number]:
                self._blockers[follower] -= 1
                self._ready[follower] = max(self._ready[follower], wall)
                if not self._blockers[follower]:
                    self._free(follower, done)

    def _begin(self) -> None:
        roots = [number for number, count in enumerate(self._blockers) if not count]
        for number, ends in self._pins_end.items():
            if not self.left[number]:
                self.complete(number, ends)
        for number in roots:
            done: list[tuple[int, int]] = []
            self._free(number, done)
            for event, wall in done:
                self.complete(event, wall)

    def _free(self, number: int, done: list[tuple[int, int]]) -> None:
        if self.left[number]:
            self._freed.append(number)
        elif self.finish[number] == NEVER and self._ready[number] <= self._horizon:
            done.append((number, self._ready[number]))

"""The milestones as numbers: who needs whom, how much work is left, and the dates."""

from collections import deque
from collections.abc import Iterable, Mapping

from studyplans.scheduling.axis import NEVER
from studyplans.scheduling.minutes import first_minute_from, last_minute_by
from studyplans.scheduling.problem import Pin, PlanMilestone, PlanProblem


class Network:
    """Milestones numbered in the author's order, so that the smallest number comes first.

    `work` leaves out what is pinned; `pins_end` is 0 where nothing is.
    """

    def __init__(self, problem: PlanProblem) -> None:
        self.milestones = sorted(problem.milestones, key=_author_order)
        self.start = first_minute_from(problem.start)
        self.keys = [milestone.key for milestone in self.milestones]
        self.number = {key: number for number, key in enumerate(self.keys)}
        self.requires = self._requires()
        self.work = [milestone.minutes for milestone in self.milestones]
        self.pins_end: dict[int, int] = {}
        self._take_pins(problem.pinned)
        self.releases = {
            number: first_minute_from(milestone.not_before)
            for number, milestone in enumerate(self.milestones)
            if milestone.not_before is not None
        }
        self.dues = {
            number: last_minute_by(milestone.due)
            for number, milestone in enumerate(self.milestones)
            if milestone.due is not None
        }
        self.order = self._topological_order()

    @property
    def is_in_order(self) -> bool:
        """Tell whether the author's order honours every prerequisite."""
        return isinstance(self.order, range)

    @property
    def is_ready_at_once(self) -> bool:
        """Tell whether nothing waits for the clock, only for prerequisites."""
        return not (self.pins_end or any(wall > self.start for wall in self.releases.values()))

    def successors(self) -> list[list[int]]:
        successors: list[list[int]] = [[] for _ in self.keys]
        for number, needs in enumerate(self.requires):
            for needed in needs:
                successors[needed].append(number)
        return successors

    def inherited(self, limits: Mapping[int, int]) -> list[int]:
        """Return for each milestone the least limit of itself and all that build on it.

        A prerequisite ends before what needs it, so it is never later allowed than that:
        Horn's modified due dates, with which the prerequisites can be forgotten.
        """
        least = [NEVER] * len(self.keys)
        for number, limit in limits.items():
            least[number] = limit
        if limits:
            for number in reversed(self.order):
                for needed in self.requires[number]:
                    if least[needed] > least[number]:
                        least[needed] = least[number]
        return least

    def inherited_releases(self) -> list[int]:
        """Return for each milestone the earliest wall minute its prerequisites let it begin."""
        releases = [max(self.start, self.releases.get(n, 0)) for n in range(len(self.keys))]
        for number in self.order:
            for needed in self.requires[number]:
                freed = max(releases[needed], self.pins_end.get(needed, 0))
                releases[number] = max(releases[number], freed)
        return releases

    def _requires(self) -> list[list[int]]:
        number = self.number
        return [
            [number[key] for key in milestone.requires] if milestone.requires else []
            for milestone in self.milestones
        ]

    def _take_pins(self, pins: Iterable[Pin]) -> None:
        for pin in pins:
            number = self.number[pin.key]
            begins, ends = last_minute_by(pin.starts_at), last_minute_by(pin.ends_at)
            self.work[number] -= ends - begins
            self.pins_end[number] = max(self.pins_end.get(number, 0), ends)

    def _topological_order(self) -> range | list[int]:
        if all(not needs or max(needs) < each for each, needs in enumerate(self.requires)):
            return range(len(self.keys))
        blockers = [len(needs) for needs in self.requires]
        successors = self.successors()
        order: list[int] = []
        free = deque(number for number, count in enumerate(blockers) if not count)
        while free:
            number = free.popleft()
            order.append(number)
            for follower in successors[number]:
                blockers[follower] -= 1
                if not blockers[follower]:
                    free.append(follower)
        return order


def _author_order(milestone: PlanMilestone) -> tuple[int, str]:
    return milestone.rank, milestone.key

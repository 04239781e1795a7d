"""Level 2: the author's order, as far as no date suffers.

Always take the first milestone in the author's order that may run whole without making the
dates impossible.  The most urgent one always may, so this never gets stuck, and it yields the
lexicographically first order of all that keep the dates.
"""

from collections import defaultdict
from heapq import heappop, heappush

from studyplans.scheduling.network import Network
from studyplans.scheduling.slack import Slack


class Sequencing:
    """The order of milestones when nothing waits for the clock; events come at once."""

    def __init__(self, network: Network, slack: Slack) -> None:
        self.order: list[int] = []
        self._work = network.work
        self._slack = slack
        self._successors = network.successors()
        self._blockers = [len(needs) for needs in network.requires]
        self._free: list[int] = []
        # Slack never grows: who is refused waits until the date that refuses is met.
        self._parked: dict[int, list[int]] = defaultdict(list)

    def run(self) -> list[int]:
        for number in [n for n, count in enumerate(self._blockers) if not count]:
            (self._let_in if self._work[number] else self._take)(number)
        group, work, free = self._slack.group, self._work, self._free
        while free:
            number = heappop(free)
            refusing = self._slack.refuses(group[number], work[number])
            if refusing is not None:
                self._parked[refusing].append(number)
                continue
            for date in self._slack.work(group[number], work[number]):
                for parked in self._parked.pop(date, ()):
                    heappush(free, parked)
            self._take(number)
        return self.order

    def _take(self, number: int) -> None:
        """Note a milestone as done, and let in what waited only for that."""
        # By hand, not by recursion: events may follow events for ever.
        done = [number]
        while done:
            number = done.pop()
            self.order.append(number)
            for follower in self._successors[number]:
                self._blockers[follower] -= 1
                if not self._blockers[follower]:
                    (self._let_in if self._work[follower] else done.append)(follower)

    def _let_in(self, number: int) -> None:
        heappush(self._free, number)

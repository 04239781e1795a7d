"""Where a plan stands between two check-offs, without planning again.

The order of a plan does not change by doing what it says, so its dates are prefix sums of the
minutes left in that order: a check-off changes one number, and every answer takes O(log n).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from studyplans.scheduling.axis import NEVER
from studyplans.scheduling.calendar import horizon_end
from studyplans.scheduling.limits import Limits
from studyplans.scheduling.minutes import last_minute_by, moment_of
from studyplans.scheduling.network import Network
from studyplans.scheduling.outcome import Plan, Session
from studyplans.scheduling.planner import study_axis
from studyplans.scheduling.slack import Slack


class Standing(NamedTuple):
    """What is left, when it is done, and what the tightest date can spare; None without dates."""

    left_minutes: int
    finish: datetime | None
    spare_minutes: int | None


class PlanStanding:
    """Keeps a plan's order and the minutes left; for plans that only dates and order decide.

    Windows count to the last minute here: scraps that a plan leaves free are not.
    """

    def __init__(self, plan: Plan) -> None:
        problem = plan.problem
        network = Network(problem)
        self._axis = study_axis(problem)
        limits = Limits(network, self._axis, horizon_end(problem), problem.pinned)
        self._slack = Slack(limits.on(self._axis), network.work)
        self._order = list(dict.fromkeys(key for _, _, key, _ in plan.pieces))
        self._place = {key: place for place, key in enumerate(self._order)}
        self._group = [self._slack.group[network.number[key]] for key in self._order]
        self._left = [network.work[network.number[key]] for key in self._order]
        self._sums = PrefixSums(self._left)
        self._total = sum(self._left)
        self._first = 0

    def check_off(self, key: str) -> Standing:
        """Take a milestone out of the plan; what follows moves up."""
        place = self._place[key]
        minutes = self._left[place]
        self._left[place] = 0
        self._sums.add(place, -minutes)
        self._slack.forgive(self._group[place], minutes)
        self._total -= minutes
        return self.standing()

    def standing(self) -> Standing:
        spare = self._slack.least()
        return Standing(self._total, self._moment(self._total), None if spare == NEVER else spare)

    def finish_of(self, key: str) -> datetime | None:
        return self._moment(self._sums.up_to(self._place[key]))

    def sessions_until(self, moment: datetime) -> Iterator[Session]:
        """Yield the sessions that begin before a moment, as a plan from scratch has them."""
        stop, place, now = last_minute_by(moment), 0, 0
        for number in range(self._first_open(), len(self._order)):
            until = now + self._left[number]
            while now < until and self._axis.has(place):
                end, span = self._axis.ends[place], self._axis.spans[place]
                opens = span.closes - (end - now)
                if opens >= stop:
                    return
                now = min(end, until)
                yield Session(
                    key=self._order[number],
                    starts_at=moment_of(opens),
                    ends_at=moment_of(span.closes - (end - now)),
                )
                place += now == end

    def _first_open(self) -> int:
        while self._first < len(self._left) and not self._left[self._first]:
            self._first += 1
        return self._first

    def _moment(self, minute: int) -> datetime | None:
        wall = self._axis.wall_end(minute) if minute else NEVER
        return None if wall == NEVER else moment_of(wall)


class PrefixSums:
    """Sums of the first numbers of a list that changes (Fenwick 1994)."""

    def __init__(self, numbers: list[int]) -> None:
        self._tree = [0, *numbers]
        for place in range(1, len(self._tree)):
            parent = place + (place & -place)
            if parent < len(self._tree):
                self._tree[parent] += self._tree[place]

    def add(self, place: int, amount: int) -> None:
        place += 1
        while place < len(self._tree):
            self._tree[place] += amount
            place += place & -place

    def up_to(self, place: int) -> int:
        """Return the sum of all numbers up to this place and including it."""
        total, place = 0, place + 1
        while place:
            total += self._tree[place]
            place &= place - 1
        return total

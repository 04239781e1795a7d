"""Several paths in one week: deficit round robin over weeks.

Every week each path that has work is credited its share of the week's minutes.  The path under
way goes on while it has credit; then that goes next which has most of its share to come.  What
a week leaves over or overdrawn is carried into the next, but never more than a week's worth, so
no path starves another.  (Shreedhar and Varghese 1995, with weeks for rounds.)
"""

from collections.abc import Iterable

from studyplans.scheduling.axis import StudyAxis
from studyplans.scheduling.network import Network
from studyplans.scheduling.problem import PathShare, PlanMilestone
from studyplans.scheduling.weeks import Week, weeks

# Credit is counted finer than minutes, or a small share would be rounded to none.
FINE = 1000


class SharedWeeks:
    """Gives each path its turn; paths without a share come when no other has work."""

    def __init__(
        self,
        network: Network,
        axis: StudyAxis,
        shares: Iterable[PathShare],
        minimum_piece: int,
        zone: str,
    ) -> None:
        paths = _by_first_rank(network.milestones)
        lanes = {path: lane for lane, path in enumerate(paths)}
        weights = {share.path: share.weight for share in shares}
        self._lanes = [lanes[milestone.path] for milestone in network.milestones]
        self._weights = [weights.get(path, 0) for path in paths]
        self._piece = max(1, minimum_piece)
        self._weeks = weeks(axis, zone)
        self._week = Week(-1, 0, 0, 0)
        self._credit: dict[int, int] = {}
        self._current = -1
        self._busy: list[int] = []
        self._now = 0

    def lane_of(self, number: int) -> int:
        return self._lanes[number]

    def in_turn(self, busy_lanes: list[int], place: int, now: int) -> list[int]:
        self._now, self._busy = now, busy_lanes
        if place >= self._week.after:
            self._open_week(place)
        for lane in busy_lanes:
            if lane not in self._credit:
                self._credit[lane] = self._share(lane, {*self._credit, lane})
        return sorted(busy_lanes, key=self._turn)

    def stint(self, lane: int, left: int, room: int) -> int:
        """Return how long a path goes on: its credit, but no scrap of a session."""
        most = min(left, self._week.ends - self._now)
        if len(self._busy) == 1:
            return most
        minutes = max(-(-self._credit[lane] // FINE), self._piece)
        if minutes < room < minutes + self._piece:
            minutes = room
        return min(most, minutes)

    def charge(self, lane: int, minutes: int) -> None:
        self._current = lane
        self._credit[lane] = self._credit.get(lane, 0) - minutes * FINE

    def _turn(self, lane: int) -> tuple[bool, bool, int, int]:
        goes_on = lane == self._current and self._credit[lane] > 0
        weight = self._weights[lane]
        return not goes_on, not weight, -self._credit[lane] // max(weight, 1), lane

    def _open_week(self, place: int) -> None:
        while place >= self._week.after:
            self._week = next(self._weeks)
        carried, self._credit, self._current = self._credit, {}, -1
        for lane in self._busy:
            share = self._share(lane, self._busy)
            self._credit[lane] = share + max(-share, min(share, carried.get(lane, 0)))

    def _share(self, lane: int, among: Iterable[int]) -> int:
        """Return a lane's part of what is left of the week."""
        total = sum(self._weights[each] for each in among)
        minutes = self._week.ends - self._now
        return minutes * FINE * self._weights[lane] // total if total else 0


def _by_first_rank(milestones: Iterable[PlanMilestone]) -> list[str]:
    """Return the paths in the order of their best-ranked milestones: so equals take turns."""
    first: dict[str, int] = {}
    for each in milestones:
        first[each.path] = min(first.get(each.path, each.rank), each.rank)
    return sorted(first, key=lambda path: (first[path], path))

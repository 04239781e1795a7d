"""Which milestone comes next: what may run now, and what still waits."""

from collections import defaultdict
from collections.abc import Mapping
from heapq import heappop, heappush, heapreplace
from typing import NamedTuple

from studyplans.scheduling.minutes import first_minute_from, last_minute_by
from studyplans.scheduling.prerequisites import walk
from studyplans.scheduling.problem import PlanMilestone

NO_DUE = 10**12


class Turn(NamedTuple):
    """A milestone's place in the queue; the smallest goes first.

    One already begun stays ahead of smaller ranks: only an earlier due time interrupts it.
    """

    due: int
    is_fresh: bool
    rank: int
    key: str


class Agenda:
    """Hands out milestones by inherited due time, then author rank, then key."""

    def __init__(self, milestones: tuple[PlanMilestone, ...], start: int) -> None:
        self.minutes_left = {m.key: m.minutes for m in milestones}
        self.work_left = sum(self.minutes_left.values())
        self.finished: dict[str, int] = {}
        self._milestones = {m.key: m for m in milestones}
        self._dues = inherited_dues(self._milestones)
        self._blockers = {m.key: len(set(m.requires)) for m in milestones}
        self._unlocks = _unlocks(milestones)
        self._ready: list[Turn] = []
        self._waiting: list[tuple[int, str]] = []
        for milestone in milestones:
            if not milestone.requires:
                self._await(milestone, start)

    @property
    def next_release(self) -> int | None:
        return self._waiting[0][0] if self._waiting else None

    def release(self, until: int) -> None:
        """Make ready all whose moment has come; events are finished at that very moment."""
        while self._waiting and self._waiting[0][0] <= until:
            moment, key = heappop(self._waiting)
            if self.minutes_left[key]:
                milestone = self._milestones[key]
                heappush(self._ready, Turn(self._dues[key], True, milestone.rank, key))
            else:
                self._finish(key, moment)

    def next_key(self) -> str | None:
        return self._ready[0].key if self._ready else None

    def work(self, minutes: int, ends: int) -> None:
        """Spend minutes on the next milestone, up to the minute `ends`."""
        turn = self._ready[0]
        self.minutes_left[turn.key] -= minutes
        self.work_left -= minutes
        if self.minutes_left[turn.key]:
            heapreplace(self._ready, turn._replace(is_fresh=False))
            return
        heappop(self._ready)
        self._finish(turn.key, ends)

    def _finish(self, key: str, at: int) -> None:
        self.finished[key] = at
        for unlocked in self._unlocks[key]:
            self._blockers[unlocked.key] -= 1
            if not self._blockers[unlocked.key]:
                self._await(unlocked, at)

    def _await(self, milestone: PlanMilestone, at: int) -> None:
        allowed = milestone.not_before
        moment = at if allowed is None else max(at, first_minute_from(allowed))
        heappush(self._waiting, (moment, milestone.key))


def inherited_dues(milestones: Mapping[str, PlanMilestone]) -> dict[str, int]:
    """Return for each key the earliest due minute of itself and all that build on it."""
    requires = {key: milestone.requires for key, milestone in milestones.items()}
    dues = {key: _own_due(milestone) for key, milestone in milestones.items()}
    for key in reversed(walk(requires).order):
        for needed in requires[key]:
            dues[needed] = min(dues[needed], dues[key])
    return dues


def _own_due(milestone: PlanMilestone) -> int:
    return NO_DUE if milestone.due is None else last_minute_by(milestone.due)


def _unlocks(milestones: tuple[PlanMilestone, ...]) -> dict[str, list[PlanMilestone]]:
    unlocks: dict[str, list[PlanMilestone]] = defaultdict(list)
    for milestone in milestones:
        for needed in set(milestone.requires):
            unlocks[needed].append(milestone)
    return unlocks

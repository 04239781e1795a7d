"""Which optional work to keep: the most value that still lets every date be met.

What is kept is closed under prerequisites.  Where the optional work forms a forest and is all due
together, this is a knapsack on trees, solved over the depth-first order (Johnson and Niemi 1983):
keep a milestone and go on to the next, or leave it and skip all that builds on it.  Otherwise
branch and bound tries to keep each in turn, which is exact unless it runs out of steps.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from studyplans.scheduling.axis import StudyAxis
from studyplans.scheduling.demand import Demand, available, can_all_be_met

MOST_STEPS = 20_000


class Candidate(NamedTuple):
    """A milestone with its own due minute, its value, and all it needs directly."""

    demand: Demand
    value: int
    needs: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.demand.key


class Kept(NamedTuple):
    """The keys to keep, and whether it is certain that no other choice is worth more."""

    keys: frozenset[str]
    is_best: bool


class Choice:
    """The candidates, what they need, and the rest of the work; prerequisites come first.

    What they need stays whatever is chosen, but inherits the due minutes of what is kept.
    """

    def __init__(
        self,
        candidates: Iterable[Candidate],
        needed: Iterable[Candidate],
        rest: Iterable[Demand],
        axis: StudyAxis,
    ) -> None:
        self.candidates = {each.key: each for each in candidates}
        self._needed = {each.key: each for each in needed}
        self._rest = _summed(rest)
        self._axis = axis

    def can_keep(self, keys: frozenset[str]) -> bool:
        """Tell whether all dates are met when these candidates are kept and no others."""
        kept = self._needed | {key: e for key, e in self.candidates.items() if key in keys}
        dues = {key: each.demand.due for key, each in kept.items()}
        for key in reversed(kept):
            for needed in kept[key].needs:
                dues[needed] = min(dues[needed], dues[key])
        work = (each.demand._replace(due=dues[key]) for key, each in kept.items())
        return can_all_be_met([*self._rest, *work], self._axis)

    def parents(self, key: str) -> list[str]:
        """Return the candidates that a candidate needs."""
        return [needed for needed in self.candidates[key].needs if needed in self.candidates]

    @property
    def is_knapsack(self) -> bool:
        """Tell whether the candidates compete for one and the same stretch of time."""
        frames = {(each.demand.release, each.demand.due) for each in self.candidates.values()}
        if len(frames) > 1 or any(len(self.parents(key)) > 1 for key in self.candidates):
            return False
        [(release, due)] = frames
        return (
            release <= min((each.release for each in self._staying), default=due)
            and release <= due
            and all(each.demand.due <= due for each in self._needed.values())
        )

    @property
    def capacity(self) -> int:
        """Return the minutes that the candidates of a knapsack may take together."""
        _, _, release, due = next(iter(self.candidates.values())).demand
        dues = {due, *(each.due for each in self._staying if each.due > due)}
        return min(self._slack(release, each) for each in dues)

    @property
    def _staying(self) -> list[Demand]:
        return [*self._rest, *(each.demand for each in self._needed.values())]

    def _slack(self, release: int, due: int) -> int:
        work = sum(each.minutes for each in self._staying if each.due <= due)
        return available(self._axis, release, due) - work


def most_valuable(choice: Choice) -> Kept:
    """Return what to keep; all that stays must be on time by itself."""
    if choice.is_knapsack:
        return Kept(_by_knapsack(choice), is_best=True)
    return _by_search(choice)


def _summed(staying: Iterable[Demand]) -> list[Demand]:
    """Put together what is released and due together: only the sums matter."""
    minutes: dict[tuple[int, int], int] = defaultdict(int)
    for each in staying:
        minutes[each.release, each.due] += each.minutes
    return [Demand("", total, *ends) for ends, total in minutes.items()]


class _Load(NamedTuple):
    """One way to fill the knapsack so far."""

    minutes: int
    value: int
    keys: tuple[str, ...]

    def with_one(self, more: Candidate) -> "_Load":
        minutes, value = self.minutes + more.demand.minutes, self.value + more.value
        return _Load(minutes, value, (*self.keys, more.key))


def _by_knapsack(choice: Choice) -> frozenset[str]:
    order = _depth_first(choice)
    capacity = choice.capacity
    loads: list[list[_Load]] = [[] for _ in range(len(order) + 1)]
    loads[0] = [_Load(0, 0, ())]
    for at, (key, after) in enumerate(order):
        for load in _undominated(loads[at]):
            loads[after].append(load)
            fuller = load.with_one(choice.candidates[key])
            if fuller.minutes <= capacity:
                loads[at + 1].append(fuller)
        loads[at].clear()
    *_, best = _undominated(loads[-1])
    return frozenset(best.keys)


def _undominated(loads: list[_Load]) -> Iterator[_Load]:
    """Yield loads of growing minutes, each worth more than all before it."""
    best = -1
    for load in sorted(loads, key=lambda each: (each.minutes, -each.value)):
        if load.value > best:
            best = load.value
            yield load


def _depth_first(choice: Choice) -> list[tuple[str, int]]:
    """Return keys in depth-first order, each with the place that follows all built on it."""
    builds_on: dict[str, list[str]] = defaultdict(list)
    for key in choice.candidates:
        builds_on["".join(choice.parents(key))].append(key)
    order: list[str] = []
    waiting = builds_on[""][::-1]
    while waiting:
        order.append(waiting.pop())
        waiting.extend(reversed(builds_on[order[-1]]))
    sizes = dict.fromkeys(order, 1)
    for key in reversed(order):
        for parent in choice.parents(key):
            sizes[parent] += sizes[key]
    return [(key, at + sizes[key]) for at, key in enumerate(order)]


def _by_search(choice: Choice) -> Kept:
    keys = list(choice.candidates)
    best, least_lost = frozenset[str](), 1 + sum(e.value for e in choice.candidates.values())
    branches = [(0, best, 0)]
    for _ in range(MOST_STEPS):
        if not branches:
            return Kept(best, is_best=True)
        at, kept, lost = branches.pop()
        if lost >= least_lost:
            continue
        if at == len(keys):
            best, least_lost = kept, lost
            continue
        branches.append((at + 1, kept, lost + choice.candidates[keys[at]].value))
        fuller = kept | {keys[at]}
        if kept.issuperset(choice.parents(keys[at])) and choice.can_keep(fuller):
            branches.append((at + 1, fuller, lost))
    return Kept(best, is_best=False)

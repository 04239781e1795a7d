"""Find the set worth most per hour among those that bring all they need with them.

Known as Sidney's first block or the closure of maximum density: guess a rate, keep what beats it
by a minimum cut, take the kept set's own rate as the next guess.  Exact: all numbers are integers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from itertools import pairwise

# Values and costs by key, and the keys each key needs.
Amounts = Mapping[str, int]
Needs = Mapping[str, Collection[str]]


def densest_closure(values: Amounts, costs: Amounts, needs: Needs) -> frozenset[str]:
    """Return the closed set of the highest value per cost; empty if nothing has any value.

    `values` are 0 or more, `costs` more than 0, and `needs` may name keys that do not count.
    """
    best = _best_of_one(values, costs, needs)
    while best:
        value, cost = _sum(values, best), _sum(costs, best)
        gains = {key: values[key] * cost - costs[key] * value for key in costs}
        better = _heaviest_closure(gains, needs)
        if _sum(gains, better) <= 0:
            return best
        best = better
    return best


def closure_of(key: str, needs: Needs, known: Collection[str]) -> frozenset[str]:
    """Return a key with everything it needs, directly or not, among the known."""
    found, waiting = {key}, [key]
    while waiting:
        fresh = [each for each in needs.get(waiting.pop(), ()) if each in known]
        waiting += [each for each in fresh if each not in found]
        found.update(fresh)
    return frozenset(found)


def _sum(amounts: Amounts, keys: Collection[str]) -> int:
    return sum(amounts[key] for key in keys)


def _best_of_one(values: Amounts, costs: Amounts, needs: Needs) -> frozenset[str]:
    """Return the best among the closures of single keys: a good first guess."""
    best: frozenset[str] = frozenset()
    best_value, best_cost = 0, 1
    for key in (key for key in costs if values[key]):
        found = closure_of(key, needs, costs)
        value, cost = _sum(values, found), _sum(costs, found)
        if value * best_cost > best_value * cost:
            best, best_value, best_cost = found, value, cost
    return best


def _heaviest_closure(gains: Amounts, needs: Needs) -> frozenset[str]:
    """Return the closed set of the greatest sum: what stays with the source of a minimum cut."""
    network = _Network(gains, needs)
    while network.level():
        for key in network.sources:
            network.push_from(key)
    return frozenset(network.levels)


class _Network:
    """Gains flow from the keys that have them, through what these need, to those that cost."""

    def __init__(self, gains: Amounts, needs: Needs) -> None:
        self.supply = {key: gain for key, gain in gains.items() if gain > 0}
        self.demand = {key: -gain for key, gain in gains.items() if gain < 0}
        self.needs = {
            key: [each for each in dict.fromkeys(needs.get(key, ())) if each in gains]
            for key in gains
        }
        self.flows: dict[str, dict[str, int]] = {key: {} for key in gains}  # towards what needs it
        self.levels: dict[str, int] = {}

    @property
    def sources(self) -> list[str]:
        return [key for key, left in self.supply.items() if left]

    def neighbours(self, key: str) -> list[str]:
        return [*self.needs[key], *(back for back, flow in self.flows[key].items() if flow)]

    def level(self) -> bool:
        """Number the keys by their distance from a supply; say whether a demand is in reach."""
        self.levels = dict.fromkeys(self.sources, 0)
        waiting = deque(self.levels)
        is_open = False
        while waiting:
            key = waiting.popleft()
            is_open = is_open or bool(self.demand.get(key))
            for other in self.neighbours(key):
                if other not in self.levels:
                    self.levels[other] = self.levels[key] + 1
                    waiting.append(other)
        self.untried = {key: self.neighbours(key) for key in self.levels}
        return is_open

    def push_from(self, key: str) -> None:
        """Send what a source has left as far as the levels allow."""
        while self.supply[key] and (way := self._way_from(key)):
            amount = min(self.supply[key], self.demand[way[-1]], self._room(way))
            self.supply[key] -= amount
            self.demand[way[-1]] -= amount
            self._send(way, amount)

    def _way_from(self, key: str) -> list[str]:
        way = [key]
        while way:
            if self.demand.get(way[-1]):
                return way
            onward = self._onward(way[-1])
            if onward is None:
                way.pop()
                if way:
                    self.untried[way[-1]].pop()
            else:
                way.append(onward)
        return []

    def _onward(self, key: str) -> str | None:
        """Return an untried neighbour one level on; what was tried in vain is not tried again."""
        untried = self.untried[key]
        while untried:
            other = untried[-1]
            is_open = other in self.needs[key] or self.flows[key].get(other)
            if is_open and self.levels[other] == self.levels[key] + 1:
                return other
            untried.pop()
        return None

    def _room(self, way: list[str]) -> int:
        limits = [
            self.flows[key][other] for key, other in pairwise(way) if other not in self.needs[key]
        ]
        return min(limits, default=self.supply[way[0]])

    def _send(self, way: list[str], amount: int) -> None:
        for key, other in pairwise(way):
            taken_back = min(amount, self.flows[key].get(other, 0))
            if taken_back:
                self.flows[key][other] -= taken_back
            back = self.flows[other]
            back[key] = back.get(key, 0) + amount - taken_back

"""The weeks to come: from planned minutes to a moment, and back."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate


class WeeksAhead:
    """The planned minutes of each week from now on; a position is weeks from now."""

    def __init__(self, minutes: Sequence[int]) -> None:
        if min(minutes, default=0) < 0:
            raise ValueError("a week ahead has no negative minutes")
        self._minutes = minutes
        self._by_end = list(accumulate(minutes, initial=0))

    def position_of(self, minutes: float) -> float | None:
        """Return when so many minutes are over at the earliest; None beyond the last week."""
        if minutes <= 0:
            return 0.0
        end = bisect_left(self._by_end, minutes)
        if end == len(self._by_end):
            return None
        before = self._by_end[end - 1]
        return end - 1 + (minutes - before) / self._minutes[end - 1]

    def minutes_by(self, position: float) -> float:
        if position <= 0:
            return 0.0
        week = int(position)
        if week >= len(self._minutes):
            return self._by_end[-1]
        return self._by_end[week] + (position - week) * self._minutes[week]

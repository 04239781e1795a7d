"""The study-time axis: all open minutes strung together, without calendars in between.

On this axis a plan is just an order, and every date is a number of study minutes.
A(t) counts the open minutes before the wall minute t; its inverse E(x) is the wall minute
at which the x-th of them is over.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, islice

from studyplans.scheduling.calendar import Span, without

# Later than any date, on the wall and on the axis.
NEVER = 10**12


class StudyAxis:
    """Open spans in order, each with the study minutes that are over when it closes.

    Spans are fetched batch by batch, no further than somebody asks.
    """

    def __init__(
        self, batches: Iterable[Sequence[Span]], *, begins_inside_window: bool = False
    ) -> None:
        self.begins_inside_window = begins_inside_window
        self.spans: list[Span] = []
        self.ends: list[int] = []
        self._batches: Iterator[Sequence[Span]] = iter(batches)

    def grow(self) -> bool:
        """Fetch more spans; False when there are no more."""
        for batch in self._batches:
            if batch:
                total = self.ends[-1] if self.ends else 0
                lengths = (closes - opens for opens, closes in batch)
                self.ends += islice(accumulate(lengths, initial=total), 1, None)
                self.spans += batch
                return True
        return False

    def minutes_before(self, wall: int) -> int:
        """Return A(wall)."""
        while (not self.spans or self.spans[-1].opens < wall) and self.grow():
            pass
        place = bisect_left(self.spans, (wall,))
        if not place:
            return 0
        return self.ends[place - 1] - max(0, self.spans[place - 1].closes - wall)

    def wall_end(self, minute: int) -> int:
        """Return E(minute), or NEVER when there are not so many minutes."""
        while (not self.ends or self.ends[-1] < minute) and self.grow():
            pass
        place = bisect_left(self.ends, minute)
        if place == len(self.ends):
            return NEVER
        return self.spans[place].closes - (self.ends[place] - minute)

    def has(self, place: int) -> bool:
        """Tell whether there is a span at this place, fetching it if need be."""
        while place >= len(self.spans):
            if not self.grow():
                return False
        return True

    def batches(self, place: int = 0) -> Iterator[Sequence[Span]]:
        """Yield all spans from this place on, batch by batch, as they are fetched."""
        while self.has(place):
            batch = self.spans[place:]
            place = len(self.spans)
            yield batch

    def without(self, cuts: Sequence[Span]) -> "StudyAxis":
        """Return an axis that leaves out these stretches, sorted and disjoint."""
        batches = (list(without(batch, cuts)) for batch in self.batches())
        is_cut = self.has(0) and any(cut.opens <= self.spans[0].opens for cut in cuts)
        return StudyAxis(batches, begins_inside_window=self.begins_inside_window and not is_cut)

"""Reviews inside the week: one causal pass, and never at the price of a date."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import accumulate

from studyplans.scheduling.axis import NEVER, StudyAxis
from studyplans.scheduling.minutes import first_minute_from
from studyplans.scheduling.network import Network
from studyplans.scheduling.outcome import Piece
from studyplans.scheduling.problem import PlanProblem, Review
from studyplans.scheduling.weeks import Week, weeks

# The place of a review in the queue: most overdue first.
Turn = tuple[int, int, str, int]


class Headroom:
    """What may be taken from the axis while all dates can still be met.

    By the demand criterion: between a release and a limit as much is free as the open minutes
    exceed the work that can only be done there.  The end of the horizon is a limit to all, as
    long as all fits inside it.
    """

    def __init__(
        self, network: Network, axis: StudyAxis, limits: Sequence[int], reviews: Sequence[Review]
    ) -> None:
        walls = network.inherited_releases()
        begins = {wall: axis.minutes_before(wall) for wall in set(walls)}
        self._work = list(zip([begins[wall] for wall in walls], network.work, strict=True))
        asked = sum(network.work) + sum(review.minutes for review in reviews)
        end = NEVER
        if axis.wall_end(max(begins.values(), default=0) + asked) == NEVER:
            end = axis.ends[-1] if axis.ends else 0
        self._tighten([min(limit, end) for limit in limits])
        if self._free and self._free[0] < 0:
            self._tighten(limits)
        self._taken = 0

    def take(self, at: int, minutes: int) -> bool:
        """Take minutes at a study minute, later than all before; False when a date forbids."""
        first = bisect_right(self._limits, at)
        if first < len(self._limits) and self._free[first] - self._taken < minutes:
            return False
        self._taken += minutes
        return True

    def _tighten(self, limits: Sequence[int]) -> None:
        bound = [
            (begin, limit, minutes)
            for (begin, minutes), limit in zip(self._work, limits, strict=True)
            if limit != NEVER and minutes
        ]
        self._limits = sorted({limit for _, limit, _ in bound})
        free = [NEVER] * len(self._limits)
        for begin in {begin for begin, _, _ in bound}:
            later = (each for each in bound if each[0] >= begin)
            free = list(map(min, free, self._free_after(begin, later)))
        self._free = list(accumulate(reversed(free), min))[::-1]

    def _free_after(self, begin: int, bound: Iterable[tuple[int, int, int]]) -> Iterator[int]:
        work = dict.fromkeys(self._limits, 0)
        for _, limit, minutes in bound:
            work[limit] += minutes
        for limit, demand in zip(self._limits, accumulate(work.values()), strict=True):
            yield limit - begin - demand if demand else NEVER


def place_reviews(problem: PlanProblem, axis: StudyAxis, headroom: Headroom) -> list[Piece]:
    """Lay due reviews at the beginning of open spans, most overdue first.

    No week gives more than its percentage; inside it no span more than its own, but always
    one review, so that a backlog is spread over the days.
    """
    placing = Placing(problem, axis, headroom)
    for week in weeks(axis, problem.zone):
        if placing.is_done:
            break
        placing.fill(week)
    return placing.placed


class Placing:
    """The pass itself: reviews to come, those due by now, and those placed."""

    def __init__(self, problem: PlanProblem, axis: StudyAxis, headroom: Headroom) -> None:
        self.placed: list[Piece] = []
        self._percent = problem.review_percent
        self._axis = axis
        self._headroom = headroom
        self._shortest = min((review.minutes for review in problem.reviews), default=1)
        self._to_come = sorted(problem.reviews, key=_due_first, reverse=True)
        self._due: list[Turn] = []

    @property
    def is_done(self) -> bool:
        return not (self._to_come or self._due)

    def fill(self, week: Week) -> None:
        left = week.minutes * self._percent // 100
        for place in range(week.first, week.after):
            left -= self._fill_span(place, left)

    def _fill_span(self, place: int, most: int) -> int:
        opens, closes = self._axis.spans[place]
        self._admit(opens)
        begin = self._axis.ends[place] - (closes - opens)
        budget = min(most, closes - opens)
        fair = min(most, (closes - opens) * self._percent // 100)
        taken, later = 0, list[Turn]()
        while self._due and budget - taken >= self._shortest:
            turn = heappop(self._due)
            if taken + turn[-1] <= budget and self._headroom.take(begin + taken, turn[-1]):
                self.placed.append((opens + taken, opens + taken + turn[-1], turn[-2], False))
                taken += turn[-1]
                budget = fair
            else:
                later.append(turn)
        for turn in later:
            heappush(self._due, turn)
        return taken

    def _admit(self, until: int) -> None:
        while self._to_come and first_minute_from(self._to_come[-1].due) <= until:
            review = self._to_come.pop()
            heappush(self._due, (review.overdue_rank, *_due_first(review), review.minutes))


def _due_first(review: Review) -> tuple[int, str]:
    return first_minute_from(review.due), review.key

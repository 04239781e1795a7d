"""Steady plans: the same part of every week, as small as the dates allow."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, takewhile

from studyplans.scheduling.axis import StudyAxis
from studyplans.scheduling.calendar import Span
from studyplans.scheduling.weeks import Week, weeks

WHOLE = 1000


def steady_axis(
    axis: StudyAxis,
    zone: str,
    until: int,
    minimum_piece: int,
    suffices: Callable[[StudyAxis], bool],
) -> StudyAxis:
    """Return the axis with the least part of each week, up to a wall minute, that suffices.

    The part is the same for all weeks, the load factor, and is taken from their first days,
    so that sessions keep their length.
    """
    before = list(takewhile(lambda week: axis.spans[week.first].opens < until, weeks(axis, zone)))
    too_little, enough = 0, WHOLE
    while enough - too_little > 1:
        middle = (too_little + enough) // 2
        is_enough = suffices(_thinned(axis, before, middle, minimum_piece))
        too_little, enough = (too_little, middle) if is_enough else (middle, enough)
    return _thinned(axis, before, enough, minimum_piece)


def _thinned(axis: StudyAxis, before: Sequence[Week], part: int, minimum_piece: int) -> StudyAxis:
    after = before[-1].after if before else 0
    thinned = [span for week in before for span in _first_minutes(axis, week, part, minimum_piece)]
    return StudyAxis(
        chain([thinned], axis.batches(after)), begins_inside_window=axis.begins_inside_window
    )


def _first_minutes(axis: StudyAxis, week: Week, part: int, minimum_piece: int) -> Iterator[Span]:
    left = -(-week.minutes * part // WHOLE)
    for opens, closes in axis.spans[week.first : week.after]:
        if left <= 0:
            return
        # A scrap of a session is not worth coming for: take a piece, or all there is.
        yield Span(opens, min(closes, opens + max(left, minimum_piece)))
        left -= closes - opens

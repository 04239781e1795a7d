"""Tell whether the time before a milestone is full."""

from itertools import takewhile
from zoneinfo import ZoneInfo

from studyplans.scheduling.calendar import Span, open_spans, without
from studyplans.scheduling.causes import Cause, beginning
from studyplans.scheduling.minutes import first_minute_from, last_minute_by, moment_of
from studyplans.scheduling.outcome import Plan


def full_before(answer: Plan, key: str) -> Cause | None:
    """Return the weekdays that are full from when a milestone might begin to the day it does.

    Full means that no open stretch is left as long as the shortest session wanted.
    """
    begins = beginning(answer, key)
    if begins is None:
        return None
    spans = _spans_before(answer, key, begins)
    if not spans or any(_is_usable(gap, answer) for gap in without(spans, _taken(answer))):
        return None
    zone = ZoneInfo(answer.problem.zone)
    weekdays = {moment_of(span.opens).astimezone(zone).weekday() for span in spans}
    return Cause(kind="full", moment=moment_of(begins), weekdays=tuple(sorted(weekdays)))


def _spans_before(answer: Plan, key: str, begins: int) -> list[Span]:
    since, zone = _earliest(answer, key), ZoneInfo(answer.problem.zone)
    that_day = moment_of(begins).astimezone(zone).replace(hour=0, minute=0)
    until = last_minute_by(that_day)
    return [
        Span(max(since, span.opens), span.closes)
        for span in takewhile(lambda span: span.opens < until, open_spans(answer.problem))
        if span.closes > since
    ]


def _earliest(answer: Plan, key: str) -> int:
    """Return the first minute at which it could begin if it had all the time to itself."""
    milestone = next(each for each in answer.problem.milestones if each.key == key)
    ends = (closes for _, closes, studied, _ in answer.pieces if studied in milestone.requires)
    moments = [answer.problem.start, milestone.not_before or answer.problem.start]
    return max([*map(first_minute_from, moments), *ends])


def _taken(answer: Plan) -> list[Span]:
    pieces = sorted((*answer.pieces, *answer.review_pieces))
    return [Span(opens, closes) for opens, closes, *_ in pieces]


def _is_usable(gap: Span, answer: Plan) -> bool:
    return gap.closes - gap.opens >= max(1, answer.problem.minimum_piece_minutes)

"""The learner's weeks, Monday to Sunday, on the study-time axis."""

from collections.abc import Iterator
from typing import NamedTuple
from zoneinfo import ZoneInfo

from studyplans.scheduling.axis import StudyAxis
from studyplans.scheduling.minutes import moment_of


class Week(NamedTuple):
    """The spans that open in one local week, by their places, and their study minutes."""

    first: int
    after: int
    begins: int
    ends: int

    @property
    def minutes(self) -> int:
        return self.ends - self.begins


def weeks(axis: StudyAxis, zone: str) -> Iterator[Week]:
    """Yield the weeks that have open spans, as far as the axis reaches."""
    home = ZoneInfo(zone)
    place = 0
    while axis.has(place):
        after, monday = place + 1, _monday(axis, place, home)
        while axis.has(after) and _monday(axis, after, home) == monday:
            after += 1
        yield Week(place, after, axis.ends[place - 1] if place else 0, axis.ends[after - 1])
        place = after


def _monday(axis: StudyAxis, place: int, home: ZoneInfo) -> int:
    day = moment_of(axis.spans[place].opens).astimezone(home)
    return day.toordinal() - day.weekday()

"""What the engine is asked, and how it refuses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

Style = Literal["soon", "steady"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyWindow:
    """Local wall time free for study every week; Monday is 0."""

    weekday: int
    starts_at: time
    ends_at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Local wall time free for study on one day."""

    starts_at: time
    ends_at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A date on which these slots stand in for the weekly windows."""

    date: date
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch of time in which nothing is planned."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A session put there by hand: it never moves, even outside the windows.

    Its minutes count towards the milestone, and nothing else is planned meanwhile.
    """

    key: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PathShare:
    """How much of each week a path asks for, in proportion to the other paths' weights."""

    path: str
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A look back at something learnt; of those due, the smallest `overdue_rank` comes first."""

    key: str
    minutes: int
    due: datetime
    overdue_rank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMilestone:
    """A piece of learning: how long it still takes, and what ties it to an order or a date.

    Smaller ranks come first.  Zero minutes means an event: it is finished as soon as
    its prerequisites are and its `not_before` has come, and takes no session.  A `whole`
    milestone is never split over several sessions.
    """

    key: str
    minutes: int
    rank: int
    requires: tuple[str, ...] = ()
    not_before: datetime | None = None
    due: datetime | None = None
    optional: bool = False
    value: int = 1
    path: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    """Everything a plan depends on; nothing is planned before `start`.

    The horizon counts local days, the day of `start` being the first.  The style "soon"
    fills each week; "steady" gives all weeks up to the last date the same load.
    Reviews take at most `review_percent` of the open minutes of any week.
    """

    zone: str
    start: datetime
    horizon_days: int = 1825
    windows: tuple[WeeklyWindow, ...]
    days_off: tuple[date, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
    busy: tuple[Interval, ...] = ()
    milestones: tuple[PlanMilestone, ...]
    pinned: tuple[Pin, ...] = ()
    minimum_piece_minutes: int = 25
    style: Style = "soon"
    shares: tuple[PathShare, ...] = ()
    reviews: tuple[Review, ...] = ()
    review_percent: int = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a problem, and the place it stands at."""

    at: str
    message: str


class ImpossibleProblem(ValueError):
    """Raised for a problem no plan can answer; carries every fault found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.at}: {fault.message}" for fault in self.faults))

"""What the engine is asked, and how it refuses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyWindow:
    """Local wall time free for study every week; Monday is 0."""

    weekday: int
    starts_at: time
    ends_at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMilestone:
    """A piece of learning: how long it still takes, and what ties it to an order or a date.

    Smaller ranks come first.  Zero minutes means an event: it is finished as soon as
    its prerequisites are and its `not_before` has come, and takes no session.
    """

    key: str
    minutes: int
    rank: int
    requires: tuple[str, ...] = ()
    not_before: datetime | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    """Everything a plan depends on; nothing is planned before `start`.

    The horizon counts local days, the day of `start` being the first.
    """

    zone: str
    start: datetime
    horizon_days: int = 1825
    windows: tuple[WeeklyWindow, ...]
    days_off: tuple[date, ...] = ()
    milestones: tuple[PlanMilestone, ...]
    minimum_piece_minutes: int = 25


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

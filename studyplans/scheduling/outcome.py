"""What the engine answers."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A stretch of study on one milestone, in UTC."""

    key: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LateMilestone:
    """A milestone that ends after its due time, by so many minutes on the wall clock."""

    key: str
    due: datetime
    finish: datetime
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Dated sessions in time order, and what could not be had.

    `finish` is None when nothing is planned or something did not fit inside the horizon.
    `max_lateness_minutes` is negative when all are early, and None when no milestone has
    a due time or one that has did not fit.
    """

    sessions: tuple[Session, ...]
    finish: datetime | None
    late: tuple[LateMilestone, ...]
    max_lateness_minutes: int | None
    unplaced: tuple[str, ...]

    @property
    def feasible(self) -> bool:
        return not self.late and not self.unplaced

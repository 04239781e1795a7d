"""What the engine answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from studyplans.scheduling.demand import Tightest, tightest
from studyplans.scheduling.minutes import moment_of
from studyplans.scheduling.problem import Pin, PlanProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A stretch of study on one milestone, or of one review, in UTC."""

    key: str
    starts_at: datetime
    ends_at: datetime
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LateMilestone:
    """A milestone that ends after its due time, by so many minutes on the wall clock."""

    key: str
    due: datetime
    finish: datetime
    minutes: int


# Wall minutes from and to, on a milestone.  Plain tuples: plans are made of thousands.
Stint = tuple[int, int, int]
Piece = tuple[int, int, str, bool]


class Layout(NamedTuple):
    """Stints in time order, and the wall minute each milestone is done; NEVER for never."""

    stints: Sequence[Stint]
    finish: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Dated sessions in time order, and what could not be had.

    `finish` is None when nothing is planned or something did not fit inside the horizon.
    `max_lateness_minutes` is negative when all are early, and None when no milestone has
    a due time or one that has did not fit.  `early_pins` start before what their milestone
    needs is done, as nothing could be moved to spare them that.
    """

    problem: PlanProblem = field(repr=False, compare=False)
    pieces: tuple[Piece, ...] = field(repr=False)
    review_pieces: tuple[Piece, ...] = field(default=(), repr=False)
    finish: datetime | None
    late: tuple[LateMilestone, ...]
    max_lateness_minutes: int | None
    unplaced: tuple[str, ...]
    early_pins: tuple[Pin, ...] = ()

    @property
    def feasible(self) -> bool:
        return not (self.late or self.unplaced or self.early_pins)

    @cached_property
    def tightest(self) -> Tightest | None:
        """Return the stretch whose work fills most of its study minutes, if any work is due."""
        return tightest(self.problem)

    # Dates are worth their price only to those who look at them.
    @cached_property
    def sessions(self) -> tuple[Session, ...]:
        return tuple(map(_session, self.pieces))

    @cached_property
    def reviews(self) -> tuple[Session, ...]:
        """Return the planned reviews; their keys are those of the reviews."""
        return tuple(map(_session, self.review_pieces))


def _session(piece: Piece) -> Session:
    opens, closes, key, is_pinned = piece
    return Session(key=key, starts_at=moment_of(opens), ends_at=moment_of(closes), pinned=is_pinned)

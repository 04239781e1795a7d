"""A learner's past, week by week, in estimated minutes."""

from collections.abc import Sequence
from dataclasses import dataclass

# Of a milestone under way we only know that it is neither untouched nor done.
CREDIT_FOR_BEGUN = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class StudiedWeek:
    """What was planned for a week, and the estimates of what was checked off in it.

    A break that was known beforehand is not planned: it never counts as slowness.
    `begun_minutes` are the estimates, in full, of the milestones under way when the week ended.
    """

    planned_minutes: int
    finished_minutes: int
    begun_minutes: int = 0

    def __post_init__(self) -> None:
        if min(self.planned_minutes, self.finished_minutes, self.begun_minutes) < 0:
            raise ValueError("a studied week has no negative minutes")


@dataclass(frozen=True, slots=True)
class PacedWeek:
    """A week with planned minutes, and the progress made since the one before."""

    planned_minutes: int
    progress_minutes: float


def credit_for_begun(history: Sequence[StudiedWeek]) -> float:
    return history[-1].begun_minutes * CREDIT_FOR_BEGUN if history else 0.0


def paced_weeks(history: Sequence[StudiedWeek]) -> list[PacedWeek]:
    """Return the planned weeks; what was done in a break counts for the next of them."""
    weeks = []
    progress = 0.0
    credit = 0.0
    for week in history:
        credit_now = week.begun_minutes * CREDIT_FOR_BEGUN
        progress += week.finished_minutes + credit_now - credit
        credit = credit_now
        if week.planned_minutes:
            weeks.append(PacedWeek(week.planned_minutes, max(progress, 0.0)))
            progress = 0.0
    return weeks

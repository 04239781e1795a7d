"""Hold past forecasts against what happened."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedForecast:
    """A forecast once made, and the weeks the learner then took.  None lies beyond any finish."""

    early: float | None
    likely: float | None
    late: float | None
    took_weeks: float

    @property
    def is_inside(self) -> bool:
        return not _is_before(self.took_weeks, self.early) and self.is_by_late

    @property
    def is_by_likely(self) -> bool:
        return self.likely is None or self.took_weeks <= self.likely

    @property
    def is_by_late(self) -> bool:
        return self.late is None or self.took_weeks <= self.late


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Shares of past forecasts that came true; they should be near 0.8, 0.5 and 0.9."""

    forecasts: int
    inside: float
    by_likely: float
    by_late: float


def coverage(judged: Iterable[JudgedForecast]) -> Coverage | None:
    """Count how often the range held; None before the first forecast can be judged."""
    every = list(judged)
    if not every:
        return None
    return Coverage(
        forecasts=len(every),
        inside=sum(one.is_inside for one in every) / len(every),
        by_likely=sum(one.is_by_likely for one in every) / len(every),
        by_late=sum(one.is_by_late for one in every) / len(every),
    )


def _is_before(took: float, early: float | None) -> bool:
    return early is None or took < early

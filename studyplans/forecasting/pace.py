"""How fast a learner goes: estimated minutes finished for each minute planned.

A normal-inverse-gamma belief (Gelman et al., Bayesian Data Analysis, 3.3) about the mean of the
weekly pace and its spread.  It starts from learners in general, so two weeks are of use, and
disagreement with that start widens it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, inf, sqrt

from studyplans.forecasting.history import PacedWeek, StudiedWeek, paced_weeks

# Learners in general, as if they were weeks of one's own.  docs/decisions/0007-forecast.md
# says where these come from.
GENERAL_PACE = 0.7
GENERAL_PACE_WEEKS = 3.0
GENERAL_VARIANCE = 0.4
GENERAL_VARIANCE_WEEKS = 4.0

# A wilder learner than this and more work could lower the late end: the relief of averaging over
# more weeks would outweigh the weeks themselves.
MOST_WEEK_VARIANCE = 2.0

HALF_LIFE_WEEKS = 8
DRIFT_A_WEEK = 0.005  # variance of the logarithm of the pace
DRIFT_LEVELS_OFF_AFTER_WEEKS = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceBelief:
    """What we believe about a pace, and how much of it is the learner's own.

    Both variances are relative to the pace squared: one week's, and that of the mean.
    `own_pace` leaves learners in general out, `usual_minutes` is what a planned week had on
    average; both are None before the first.
    """

    pace: float
    own_pace: float | None
    week_variance: float
    mean_variance: float
    weeks: int
    usual_minutes: float | None

    def spread(self, work_minutes: float) -> float:
        """Return the standard deviation of the logarithm of the time such work takes."""
        weeks = self._weeks_for(work_minutes)
        drift = DRIFT_A_WEEK * min(weeks, DRIFT_LEVELS_OFF_AFTER_WEEKS)
        # Luck averages out over many weeks.  The 1 is there because over few it has a limit.
        luck = self.week_variance / (weeks + 1)
        return sqrt(self.mean_variance + luck + drift)

    def _weeks_for(self, work_minutes: float) -> float:
        if self.usual_minutes is None:
            return inf
        return work_minutes / (self.pace * self.usual_minutes)


def pace_belief(history: Sequence[StudiedWeek]) -> PaceBelief:
    """Weigh a learner's weeks, the recent ones more, against learners in general."""
    weeks = paced_weeks(history)
    if not weeks:
        return _believe([], [], usual_minutes=None)
    usual = fsum(week.planned_minutes for week in weeks) / len(weeks)
    paces = [week.progress_minutes / week.planned_minutes for week in weeks]
    return _believe(paces, _weights(weeks, usual), usual_minutes=usual)


def _weights(weeks: Sequence[PacedWeek], usual_minutes: float) -> list[float]:
    newest = len(weeks) - 1
    return [
        week.planned_minutes / usual_minutes * 0.5 ** ((newest - number) / HALF_LIFE_WEEKS)
        for number, week in enumerate(weeks)
    ]


def _believe(
    paces: Sequence[float], weights: Sequence[float], *, usual_minutes: float | None
) -> PaceBelief:
    own = fsum(weights)
    total = fsum(weight * pace for weight, pace in zip(weights, paces, strict=True))
    own_pace = total / own if own else None
    pace = (GENERAL_PACE_WEEKS * GENERAL_PACE + total) / (GENERAL_PACE_WEEKS + own)
    variance = min(_variance(paces, weights, own_pace) / pace**2, MOST_WEEK_VARIANCE)
    return PaceBelief(
        pace=pace,
        own_pace=own_pace,
        week_variance=variance,
        mean_variance=variance / (GENERAL_PACE_WEEKS + own),
        weeks=len(paces),
        usual_minutes=usual_minutes,
    )


def _variance(paces: Sequence[float], weights: Sequence[float], own_pace: float | None) -> float:
    if own_pace is None:
        return GENERAL_VARIANCE
    own = fsum(weights)
    scatter = fsum(
        weight * (pace - own_pace) ** 2 for weight, pace in zip(weights, paces, strict=True)
    )
    shared = GENERAL_PACE_WEEKS * own / (GENERAL_PACE_WEEKS + own)
    disagreement = shared * (own_pace - GENERAL_PACE) ** 2
    general = GENERAL_VARIANCE_WEEKS * GENERAL_VARIANCE
    return (general + scatter + disagreement) / (GENERAL_VARIANCE_WEEKS + own)

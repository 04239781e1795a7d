"""When a learner will have finished: a range of dates, and what it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

from studyplans.forecasting.built_in import BUILT_IN
from studyplans.forecasting.calibration import Calibration
from studyplans.forecasting.history import StudiedWeek, credit_for_begun
from studyplans.forecasting.need import MinutesNeeded
from studyplans.forecasting.pace import PaceBelief, pace_belief
from studyplans.forecasting.weeks_ahead import WeeksAhead

# From here on a learner's own weeks outweigh learners in general; a percentage of fewer would
# be no more than luck.
OWN_WEEKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class RestsOn:
    """What a forecast knows about its learner; `str` says it to them.

    `pace_percent` is what they finished of what they planned, recent weeks first; None on day one.
    """

    weeks: int
    pace_percent: int | None

    def __str__(self) -> str:
        if not self.weeks:
            return "Based on learners in general; your own pace will sharpen this."
        if self.weeks < OWN_WEEKS:
            weeks = "your first week" if self.weeks == 1 else f"your first {self.weeks} weeks"
            return f"Based on {weeks} and on learners in general."
        return (
            f"You finish about {self.pace_percent}% of what you plan; based on {self.weeks} weeks."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishForecast:
    """Four of five learners finish between `early` and `late`, half of them by `likely`.

    All three are weeks from now; None when the weeks ahead end before.
    """

    rests_on: RestsOn
    needed: MinutesNeeded
    ahead: WeeksAhead

    @property
    def early(self) -> float | None:
        return self.ahead.position_of(self.needed.early)

    @property
    def likely(self) -> float | None:
        return self.ahead.position_of(self.needed.likely)

    @property
    def late(self) -> float | None:
        return self.ahead.position_of(self.needed.late)

    def probability_by(self, weeks: float) -> float:
        """Return how probable it is to have finished so many weeks from now."""
        return self.needed.probability_within(self.ahead.minutes_by(weeks))


def forecast(
    history: Sequence[StudiedWeek],
    work_minutes: int,
    weeks_ahead: Sequence[int],
    calibration: Calibration = BUILT_IN,
) -> FinishForecast:
    """Forecast the finish from whole weeks so far, oldest first, and the weeks to come.

    `work_minutes` are the estimates of all that is not checked off, milestones under way in
    full: the forecast itself credits half of what the last week left begun.  `weeks_ahead` are
    the planned minutes of each seven days from now on, 0 in a break.
    """
    if work_minutes < 0:
        raise ValueError("work has no negative minutes")
    belief = pace_belief(history)
    return FinishForecast(
        rests_on=_rests_on(belief),
        needed=_needed(belief, max(0.0, work_minutes - credit_for_begun(history)), calibration),
        ahead=WeeksAhead(weeks_ahead),
    )


def _rests_on(belief: PaceBelief) -> RestsOn:
    percent = None if belief.own_pace is None else round(100 * belief.own_pace)
    return RestsOn(weeks=belief.weeks, pace_percent=percent)


def _needed(belief: PaceBelief, work: float, calibration: Calibration) -> MinutesNeeded:
    return MinutesNeeded(
        plain_minutes=work / belief.pace,
        spread=belief.spread(work),
        shifts=calibration.shifts_for(belief.weeks),
    )

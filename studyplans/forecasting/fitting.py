"""Refit the calibration from the histories of learners who finished."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from math import ceil, floor, log
from statistics import median

from studyplans.forecasting.built_in import BUILT_IN
from studyplans.forecasting.calibration import Calibration, Shifts
from studyplans.forecasting.history import StudiedWeek, credit_for_begun
from studyplans.forecasting.pace import pace_belief

FIRST_WEEKS = (0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48)

# Fewer finishers than this say less about the next learner than the built-in shifts do.
MINIMUM_FINISHERS = 300

# The range is for 80% of learners.  Each end leaves out 9.5 instead of 10%: those who come next
# are never quite like those who finished, and the margin costs next to nothing in sharpness.
TAIL = 0.095

# However alike the finishers were, a forecast never claims to know the day.
LEAST_STEP = 0.05


def fit_calibration(
    finished: Iterable[Sequence[StudiedWeek]],
    *,
    fallback: Calibration = BUILT_IN,
    minimum: int = MINIMUM_FINISHERS,
) -> Calibration:
    """Fit the shifts to finished learners, each from the first week to the one they finished in.

    Weeks of data that too few of them had before they finished keep the fallback's shifts.
    """
    errors: dict[int, list[float]] = {weeks: [] for weeks in FIRST_WEEKS}
    for history in finished:
        for weeks, error in _errors(history):
            errors[weeks].append(error)
    return Calibration(
        {
            weeks: _shifts(found) if len(found) >= minimum else fallback.shifts_for(weeks)
            for weeks, found in errors.items()
        }
    )


def _errors(history: Sequence[StudiedWeek]) -> Iterator[tuple[int, float]]:
    """Forecast each learner once per entry, and measure in spreads how far off it was."""
    planned_weeks = accumulate((week.planned_minutes > 0 for week in history), initial=0)
    seen: set[int] = set()
    for cut, weeks in enumerate(planned_weeks):
        if weeks not in FIRST_WEEKS or weeks in seen:
            continue
        seen.add(weeks)
        error = _error(history[:cut], history[cut:])
        if error is not None:
            yield weeks, error


def _error(past: Sequence[StudiedWeek], rest: Sequence[StudiedWeek]) -> float | None:
    work = sum(week.finished_minutes for week in rest) - credit_for_begun(past)
    took = _planned_until_finish(rest)
    if work <= 0 or took <= 0:
        return None
    belief = pace_belief(past)
    return log(took * belief.pace / work) / belief.spread(work)


def _planned_until_finish(rest: Sequence[StudiedWeek]) -> float:
    """Add up the planned minutes; of the week of the finish, half."""
    if not rest:
        return 0.0
    return sum(week.planned_minutes for week in rest) - rest[-1].planned_minutes / 2


def _shifts(errors: list[float]) -> Shifts:
    """Take the order statistics that hold for the next learner too, not only for these."""
    errors.sort()
    rank = len(errors) + 1
    likely = median(errors)
    return Shifts(
        early=min(errors[floor(rank * TAIL) - 1], likely - LEAST_STEP),
        likely=likely,
        late=max(errors[ceil(rank * (1 - TAIL)) - 1], likely + LEAST_STEP),
        finishers=len(errors),
    )

"""Refit the forecast from learners who finished, and watch whether its ranges hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db.models import Max

from studyplans.forecasting import (
    MINIMUM_FINISHERS,
    Calibration,
    Coverage,
    JudgedForecast,
    StudiedWeek,
    coverage,
    fit_calibration,
    forecast,
)
from studyplans.plans.finish_ranges import current_calibration, history_until_finish
from studyplans.plans.models import ForecastCalibration, StudySession
from tracker.progress.models import Enrolment

# Finishers looked at: the newest are most like those who come next.
MOST_FINISHERS = 5_000
JUDGED_AFTER_WEEKS = (2, 4, 8)


def refit(*, at: datetime) -> ForecastCalibration | None:
    """Fit to the learners who finished and store the result; None while they are too few.

    The coverage stored is that of the calibration used until now, on learners it did not know.
    """
    histories = [history for history in finished_histories() if history]
    if len(histories) < MINIMUM_FINISHERS:
        return None
    watched = coverage(judged(histories, current_calibration()))
    return ForecastCalibration.objects.create(
        fitted_at=at,
        learners=len(histories),
        values=fit_calibration(histories).to_json(),
        coverage_percent=_percent(watched),
    )


def finished_histories() -> Iterator[Sequence[StudiedWeek]]:
    """Yield the weeks of each finisher; only who followed one path is a clear witness."""
    finished = Enrolment.objects.filter(state=Enrolment.State.FINISHED).select_related("learner")
    lasts = dict(
        StudySession.objects.filter(enrolment__in=finished)
        .order_by()
        .values_list("enrolment")
        .annotate(Max("ends_at"))
    )
    for enrolment in finished.order_by("-pk")[:MOST_FINISHERS].iterator(500):
        if enrolment.pk in lasts:
            yield history_until_finish(enrolment, finished_at=lasts[enrolment.pk])


def judged(
    histories: Iterable[Sequence[StudiedWeek]], calibration: Calibration
) -> Iterator[JudgedForecast]:
    """Forecast each finisher as if in their first weeks, beside what they then took."""
    for history in histories:
        for weeks in JUDGED_AFTER_WEEKS:
            past, rest = history[:weeks], history[weeks:]
            work = sum(week.finished_minutes for week in rest)
            if len(past) < weeks or not work:
                continue
            found = forecast(past, work, [week.planned_minutes for week in rest], calibration)
            yield JudgedForecast(
                early=found.early, likely=found.likely, late=found.late, took_weeks=len(rest)
            )


def _percent(watched: Coverage | None) -> float | None:
    return None if watched is None else round(100 * watched.inside, 1)

"""The forecast: a learner's weeks so far in, an honest range for the finish out."""

from studyplans.forecasting.built_in import BUILT_IN
from studyplans.forecasting.calibration import Calibration, Shifts
from studyplans.forecasting.coverage import Coverage, JudgedForecast, coverage
from studyplans.forecasting.days import day_at, weeks_until
from studyplans.forecasting.finish import FinishForecast, RestsOn, forecast
from studyplans.forecasting.fitting import MINIMUM_FINISHERS, fit_calibration
from studyplans.forecasting.history import StudiedWeek

__all__ = [
    "BUILT_IN",
    "MINIMUM_FINISHERS",
    "Calibration",
    "Coverage",
    "FinishForecast",
    "JudgedForecast",
    "RestsOn",
    "Shifts",
    "StudiedWeek",
    "coverage",
    "day_at",
    "fit_calibration",
    "forecast",
    "weeks_until",
]

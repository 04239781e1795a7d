"""Weeks and shifts for the tests of the forecast."""

from studyplans.forecasting import Calibration, FinishForecast, Shifts, StudiedWeek

SHIFTS = Shifts(early=-1.0, likely=0.0, late=1.0)
LEVEL = Calibration({0: SHIFTS})


def weeks(*finished: int, planned: int = 300) -> list[StudiedWeek]:
    return [StudiedWeek(planned_minutes=planned, finished_minutes=done) for done in finished]


def ends(found: FinishForecast) -> tuple[float, float, float]:
    """Return early, likely and late, which all have to lie within the weeks ahead."""
    assert found.early is not None
    assert found.likely is not None
    assert found.late is not None
    return found.early, found.likely, found.late

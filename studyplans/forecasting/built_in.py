"""The calibration to begin with, from simulated learners of all families.

Refit it with `python -m bench.forecast --fit` after a change of the pace or the simulation.
"""

from studyplans.forecasting.calibration import Calibration, Shifts

BUILT_IN = Calibration(
    {
        0: Shifts(early=-0.905, likely=0.165, late=1.176),
        1: Shifts(early=-0.886, likely=0.181, late=1.387),
        2: Shifts(early=-0.878, likely=0.182, late=1.432),
        3: Shifts(early=-0.894, likely=0.189, late=1.435),
        4: Shifts(early=-0.884, likely=0.183, late=1.437),
        6: Shifts(early=-0.897, likely=0.184, late=1.421),
        8: Shifts(early=-0.893, likely=0.18, late=1.365),
        12: Shifts(early=-0.869, likely=0.186, late=1.272),
        16: Shifts(early=-0.843, likely=0.18, late=1.157),
        24: Shifts(early=-0.792, likely=0.173, late=1.04),
        32: Shifts(early=-0.757, likely=0.178, late=0.992),
        48: Shifts(early=-0.684, likely=0.197, late=1.023),
    }
)

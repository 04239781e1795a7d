"""How many planned minutes the rest of the work will take, as a distribution."""

from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist

from studyplans.forecasting.calibration import Shifts

STANDARD = NormalDist()
LATE = STANDARD.inv_cdf(0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesNeeded:
    """A split normal on a logarithmic scale whose 10, 50 and 90% points are the shifts."""

    plain_minutes: float
    spread: float
    shifts: Shifts

    @property
    def early(self) -> float:
        return self._at(self.shifts.early)

    @property
    def likely(self) -> float:
        return self._at(self.shifts.likely)

    @property
    def late(self) -> float:
        return self._at(self.shifts.late)

    def probability_within(self, minutes: float) -> float:
        if not self.plain_minutes:
            return 1.0
        if minutes <= 0:
            return 0.0
        # Two logarithms: the ratio of a sliver of a minute could round to zero.
        shift = (log(minutes) - log(self.plain_minutes)) / self.spread
        return STANDARD.cdf((shift - self.shifts.likely) / self._half_width(shift) * LATE)

    def _half_width(self, shift: float) -> float:
        if shift < self.shifts.likely:
            return self.shifts.likely - self.shifts.early
        return self.shifts.late - self.shifts.likely

    def _at(self, shift: float) -> float:
        return self.plain_minutes * exp(shift * self.spread)

"""By when each milestone must be done for the latest to be as little late as can be."""

from functools import cached_property

from studyplans.scheduling.axis import NEVER, StudyAxis
from studyplans.scheduling.network import Network
from studyplans.scheduling.pinning import least_lateness_beside, limits_before_pins, shifted
from studyplans.scheduling.problem import Pin
from studyplans.scheduling.urgency import Urgency, least_lateness


class Limits:
    """The limits that the dates set once the least lateness is granted to all of them.

    What cannot be placed inside the horizon at all limits nobody.  Pins limit what their
    milestones require, and are granted nothing.
    """

    def __init__(
        self, network: Network, axis: StudyAxis, horizon: int, pins: tuple[Pin, ...]
    ) -> None:
        self._network = network
        self._axis = axis
        self._horizon = horizon
        self._pins = pins

    def if_in_order(self, axis: StudyAxis) -> list[int]:
        """Return limits that make nobody late, enough where prerequisites stand further up."""
        work, dues = self._network.work, self._network.dues
        if not all(work[number] for number in dues):
            # What an event hangs on has to inherit its due date.
            return self._in_study_minutes(axis, self._network.inherited(dues))
        limits = [NEVER] * len(work)
        for number, due in dues.items():
            limits[number] = axis.minutes_before(due)
        return limits

    def on(self, axis: StudyAxis) -> list[int]:
        """Return the limits in study minutes of this axis."""
        return self._in_study_minutes(axis, self.walls)

    def _in_study_minutes(self, axis: StudyAxis, walls: list[int]) -> list[int]:
        minutes = {wall: axis.minutes_before(wall) for wall in {*walls} - {NEVER}}
        minutes[NEVER] = NEVER
        # An event needs no limit: what it builds on has inherited that.
        pairs = zip(walls, self._network.work, strict=True)
        return [minutes[wall] if work else NEVER for wall, work in pairs]

    @cached_property
    def walls(self) -> list[int]:
        """Return the limits in wall minutes, inherited by what others build on."""
        if self._lateness is None:
            return self._network.inherited(self._before_pins)
        return self._network.inherited(shifted(self._dues, self._lateness, self._before_pins))

    @property
    def can_all_be_met(self) -> bool:
        return self._lateness == 0 and len(self._dues) == len(self._network.dues)

    @cached_property
    def _lateness(self) -> int | None:
        """Return the lateness to grant to all; none is needed if all dates can be met."""
        if not self._before_pins:
            return max(self._urgency.lateness, 0)
        return least_lateness_beside(
            self._network, self._axis, self._horizon, self._dues, self._before_pins
        )

    @cached_property
    def _dues(self) -> dict[int, int]:
        lost = self._urgency.lost
        return {number: due for number, due in self._network.dues.items() if number not in lost}

    @cached_property
    def _before_pins(self) -> dict[int, int]:
        return limits_before_pins(self._network, self._axis, self._horizon, self._pins)

    @cached_property
    def _urgency(self) -> Urgency:
        return least_lateness(self._network, self._axis, self._horizon)

"""What finished learners teach about the ends of a range (conformal prediction).

The belief about a pace says how wide a range should be; how far its ends have to be shifted so
that four of five learners finish inside, only learners who finished can tell.  After Vovk,
Gammerman and Shafer, Algorithmic Learning in a Random World, split by weeks of data.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Shifts:
    """Where the three dates lie, in spreads from the plain estimate on a logarithmic scale.

    `finishers` says how many finished learners stand behind them; 0 for simulated ones.
    """

    early: float
    likely: float
    late: float
    finishers: int = 0

    def __post_init__(self) -> None:
        if not self.early < self.likely < self.late:
            raise ValueError("shifts must rise from early to late")


@dataclass(frozen=True, slots=True)
class Calibration:
    """Shifts by weeks of data: each entry holds from that many weeks up to the next one."""

    by_weeks: Mapping[int, Shifts]

    def __post_init__(self) -> None:
        if 0 not in self.by_weeks:
            raise ValueError("a calibration needs shifts for day one")

    def shifts_for(self, weeks: int) -> Shifts:
        return self.by_weeks[max(start for start in self.by_weeks if start <= weeks)]

    def to_json(self) -> str:
        rows = {str(weeks): asdict(self.by_weeks[weeks]) for weeks in sorted(self.by_weeks)}
        return json.dumps(rows)

    @classmethod
    def from_json(cls, text: str) -> Self:
        return cls({int(weeks): Shifts(**shifts) for weeks, shifts in json.loads(text).items()})

"""The shape of readiness by area, for a drawing beside the bars.  No Django, no clock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import cos, floor, pi, sin

from tracker.readiness.model import SkillScore
from tracker.readiness.proof import ZERO

SIZE, RADIUS, LABEL_RADIUS = 280, 112, 128
RINGS = (25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Spoke:
    """An area: its number in the drawing, its share of what the role asks for, its value."""

    number: int
    title: str
    value: Fraction
    x: float
    y: float
    label_x: float
    label_y: float

    @property
    def percent(self) -> int:
        return floor(100 * self.value)


@dataclass(frozen=True, slots=True)
class Radar:
    size: int
    spokes: tuple[Spoke, ...]
    polygon: str
    rings: tuple[str, ...]

    @property
    def has_shape(self) -> bool:
        return len(self.spokes) > 2


def radar_of(scores: Sequence[tuple[str, SkillScore]]) -> Radar:
    """Draw each area's mean skill, weighted as the role weighs them, in the order given."""
    areas: dict[str, list[SkillScore]] = defaultdict(list)
    for title, score in scores:
        areas[title].append(score)
    values = {title: _mean(found) for title, found in areas.items()}
    count = len(values)
    spokes = tuple(
        Spoke(
            number + 1,
            title,
            value,
            *_at(number, count, RADIUS),
            *_at(number, count, LABEL_RADIUS),
        )
        for number, (title, value) in enumerate(values.items())
    )
    shape = _points([_at(n, count, RADIUS * float(each.value)) for n, each in enumerate(spokes)])
    rings = [
        _points([_at(number, count, RADIUS * ring / 100) for number in range(count)])
        for ring in RINGS
    ]
    return Radar(SIZE, spokes, shape, tuple(rings))


def _mean(scores: Sequence[SkillScore]) -> Fraction:
    weight = sum((each.weight for each in scores), ZERO)
    return sum((each.weight * each.value for each in scores), ZERO) / weight


def _at(number: int, count: int, radius: float) -> tuple[float, float]:
    angle = 2 * pi * number / count - pi / 2
    return (round(SIZE / 2 + radius * cos(angle), 1), round(SIZE / 2 + radius * sin(angle), 1))


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)

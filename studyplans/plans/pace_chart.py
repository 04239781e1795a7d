"""What every chart of the page of pace is: a sentence, a table and a drawing.

A drawing is numbers in a box of WIDTH by HEIGHT that the page stretches; words stay outside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from common.durations import duration

WIDTH, HEIGHT, STRIP_HEIGHT = 1000, 300, 20


@dataclass(frozen=True, slots=True)
class Cell:
    """A value for programs, and the same in words for people."""

    value: date | str | int | float | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is told in a sentence, drawn by the template of its `kind`, and listed in a table.

    Without a drawing there is too little to draw; `method` says how a number was come by.
    """

    slug: str
    title: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    kind: str
    drawing: Any = None
    method: str = ""

    @property
    def template(self) -> str:
        return f"studyplans/plans/_pace_{self.kind}.html"


def of_day(day: date) -> Cell:
    return Cell(day, f"{day.day} {day:%b %Y}")


def of_minutes(minutes: int | None) -> Cell:
    return Cell(minutes, "" if minutes is None else duration(minutes))


def of_text(text: str) -> Cell:
    return Cell(text, text)


def of_number(number: float) -> Cell:
    return Cell(number, str(number))

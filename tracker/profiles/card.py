"""The share card: what a profile shows, laid out on 1200 by 630 for the sites that embed it.

The template only writes down what is computed here: every text is measured and cut to fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, zip_longest
from typing import Literal

from django.template.loader import render_to_string

from tracker.profiles import typeface
from tracker.profiles.selectors import Showing

Theme = Literal["light", "dark"]

WIDTH, HEIGHT, MARGIN = 1200, 630, 72
INNER = WIDTH - 2 * MARGIN
MOST_LINES = 3
FIRST_LINE, LINE_HEIGHT = 280, 78
VALUE_WIDTH = 240
FIRST_NOTE, NOTE_HEIGHT = 528, 35
SQUARE, GAP = 12, 3
CALENDAR_TOP = 506
NAME_SIZES, LABEL_SIZE, SMALL_SIZE = (60, 50, 42), 30, 24


@dataclass(frozen=True, slots=True)
class Colours:
    ground: str
    ink: str
    ink_2: str
    line: str
    accent: str
    cap: str
    tick: str


COLOURS: dict[Theme, Colours] = {
    "light": Colours("#ffffff", "#16211d", "#4d5b55", "#dfe4dc", "#0c6152", "#f4b90b", "#ffffff"),
    "dark": Colours("#171f1c", "#e8eeea", "#a6b4ad", "#2b3833", "#63cbae", "#ffcb3d", "#05221b"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A label with a value at the end of its line, and the same as a bar below."""

    y: int
    label: str
    value: str
    filled: int

    @property
    def bar_y(self) -> int:
        return self.y + 18


@dataclass(frozen=True, slots=True)
class Note:
    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Square:
    x: int
    y: int
    opacity: str


@dataclass(frozen=True, slots=True)
class Card:
    name: str
    name_size: int
    address: str
    alt: str
    bars: tuple[Bar, ...]
    notes: tuple[Note, ...]
    squares: tuple[Square, ...]
    colours: Colours


def svg_of(showing: Showing, *, address: str, theme: Theme) -> str:
    context = {
        "card": card_of(showing, address=address, theme=theme),
        "width": WIDTH,
        "height": HEIGHT,
        "margin": MARGIN,
        "end": WIDTH - MARGIN,
        "inner": INNER,
        "square_size": SQUARE,
        "family": typeface.FAMILY,
    }
    return render_to_string("tracker/profiles/card.svg", context)


def digest_of(svg: str) -> str:
    return sha256(svg.encode()).hexdigest()[:32]


def card_of(showing: Showing, *, address: str, theme: Theme) -> Card:
    squares = tuple(_squares(showing))
    notes_width = INNER - (WIDTH - MARGIN - squares[0].x + MARGIN // 2 if squares else 0)
    name = _name(showing)
    size = _name_size(name)
    return Card(
        name=typeface.bold().fitted(name, size=size, width=INNER),
        name_size=size,
        address=typeface.regular().fitted(address, size=SMALL_SIZE, width=INNER - 320),
        alt=in_words(showing),
        bars=tuple(_bars(showing)),
        notes=tuple(_fitted_notes(showing, notes_width)),
        squares=squares,
        colours=COLOURS[theme],
    )


def _name(showing: Showing) -> str:
    """Return the name, or the address where the typeface cannot write the name."""
    return showing.name if typeface.bold().can_write(showing.name) else showing.slug


def _name_size(name: str) -> int:
    """Return the largest size that shows the whole name; the smallest if none does."""
    fitting = (size for size in NAME_SIZES if typeface.bold().width(name, size) <= INNER)
    return next(fitting, NAME_SIZES[-1])


def _bars(showing: Showing) -> Iterator[Bar]:
    """Return paths and roles in turn, as many as there is room for."""
    paths = [(str(each.curriculum), each.percent, f"{each.percent}%") for each in showing.paths]
    roles = [
        (f"Readiness: {each.role}", each.points, f"{each.points} of 100") for each in showing.roles
    ]
    in_turn = [line for line in chain(*zip_longest(paths, roles)) if line]
    for place, (label, percent, value) in enumerate(in_turn[:MOST_LINES]):
        fitted = typeface.regular().fitted(label, size=LABEL_SIZE, width=INNER - VALUE_WIDTH)
        yield Bar(FIRST_LINE + place * LINE_HEIGHT, fitted, value, INNER * percent // 100)


def _fitted_notes(showing: Showing, width: int) -> Iterator[Note]:
    for place, note in enumerate(_notes(showing)):
        fitted = typeface.regular().fitted(note, size=SMALL_SIZE, width=width)
        yield Note(FIRST_NOTE + place * NOTE_HEIGHT, fitted)


def _notes(showing: Showing) -> Iterator[str]:
    if showing.certificates:
        titles = ", ".join(str(each.held) for each in showing.certificates)
        yield f"{_counted(len(showing.certificates), 'certificate')}: {titles}"
    skill_count = sum(len(skills) for _, skills in showing.skills)
    counted = [
        _counted(count, noun)
        for count, noun in ((skill_count, "skill"), (len(showing.projects), "project"))
        if count
    ]
    if counted:
        yield f"{' and '.join(counted)} shown"
    if showing.activity:
        yield showing.activity.in_words.capitalize()


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _squares(showing: Showing) -> Iterator[Square]:
    if showing.activity is None:
        return
    step = SQUARE + GAP
    left = WIDTH - MARGIN - len(showing.activity.weekdays[0][1]) * step + GAP
    for row, (_, days) in enumerate(showing.activity.weekdays):
        for column, day in enumerate(days):
            if not day.is_to_come:
                opacity = (".12", ".45", ".65", ".85", "1")[day.step]
                yield Square(left + column * step, CALENDAR_TOP + row * step, opacity)


def in_words(showing: Showing) -> str:
    """Say what a profile shows in a line: a card's text, and a page's description."""
    parts = [f"{each.curriculum}: {each.percent}%" for each in showing.paths]
    parts += [f"readiness for {each.role}: {each.points} of 100" for each in showing.roles]
    told = "; ".join([*parts, *_notes(showing)])
    return f"{showing.name} on Milepost. {told}." if told else f"{showing.name} on Milepost."

"""How wide a text is, read from the typeface that writes it.  No Django.

A server may have no fonts at all, so the two files lie in `fonts/`, cut down to Latin, Greek
and Cyrillic letters.  What they cannot write is left out rather than drawn as empty boxes.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from struct import iter_unpack, unpack_from

FOLDER = Path(__file__).parent / "fonts"
FILES = (FOLDER / "DejaVuSans.ttf", FOLDER / "DejaVuSans-Bold.ttf")
FAMILY = "DejaVu Sans, Verdana, sans-serif"
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


class Typeface:
    def __init__(self, font: bytes) -> None:
        tables = _tables(font)
        self._em: int = unpack_from(">H", font, tables["head"] + 18)[0]
        glyphs, advances = _glyphs(font, tables["cmap"]), _advances(font, tables)
        self._widths = {
            chr(code): advances[min(glyph, len(advances) - 1)] for code, glyph in glyphs.items()
        }

    def can_write(self, text: str) -> bool:
        return all(letter in self._widths for letter in text)

    def writable(self, text: str) -> str:
        """Return a text on one line without the letters that are missing here."""
        return "".join(letter for letter in " ".join(text.split()) if letter in self._widths)

    def width(self, text: str, size: float) -> float:
        return sum(self._widths[letter] for letter in text) * size / self._em

    def fitted(self, text: str, *, size: float, width: float) -> str:
        """Return what of a text fits on a line, ending in an ellipsis if something is missing."""
        written = self.writable(text)
        if self.width(written, size) <= width:
            return written
        while written and self.width(written + ELLIPSIS, size) > width:
            written = written[:-1]
        return written.rstrip() + ELLIPSIS


@cache
def regular() -> Typeface:
    return Typeface(FILES[0].read_bytes())


@cache
def bold() -> Typeface:
    return Typeface(FILES[1].read_bytes())


def _tables(font: bytes) -> dict[str, int]:
    """Return where each table of a TrueType file begins."""
    count: int = unpack_from(">H", font, 4)[0]
    entries = iter_unpack(">4sLLL", font[12 : 12 + 16 * count])
    return {tag.decode("ascii"): offset for tag, _sum, offset, _length in entries}


def _advances(font: bytes, tables: dict[str, int]) -> list[int]:
    """Return the width of each glyph; those beyond the end are as wide as the last."""
    count: int = unpack_from(">H", font, tables["hhea"] + 34)[0]
    start = tables["hmtx"]
    return [advance for advance, _ in iter_unpack(">Hh", font[start : start + 4 * count])]


def _glyphs(font: bytes, cmap: int) -> dict[int, int]:
    """Return the glyph of each character up to U+FFFF, from a cmap table of format 4."""
    start = cmap + _format_4(font, cmap)
    doubled: int = unpack_from(">H", font, start + 6)[0]
    segments = range(doubled // 2)
    ends, firsts, deltas, offsets = (
        start + 14 + part * doubled + (2 if part else 0) for part in range(4)
    )
    glyphs = {}
    for number in segments:
        last, first, delta, offset = (
            unpack_from(">H", font, column + 2 * number)[0]
            for column in (ends, firsts, deltas, offsets)
        )
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                glyph = unpack_from(">H", font, offsets + 2 * number + offset + 2 * (code - first))[
                    0
                ]
            glyphs[code] = (glyph + delta) & 0xFFFF
    return {code: glyph for code, glyph in glyphs.items() if glyph}


def _format_4(font: bytes, cmap: int) -> int:
    count: int = unpack_from(">H", font, cmap + 2)[0]
    for _platform, _encoding, offset in iter_unpack(">HHL", font[cmap + 4 : cmap + 4 + 8 * count]):
        if unpack_from(">H", font, cmap + offset)[0] == 4:
            return int(offset)
    raise ValueError("The typeface has no table of characters in format 4.")

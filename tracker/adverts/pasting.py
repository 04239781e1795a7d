"""Make a readable advertisement of what was pasted or uploaded, or say what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from tracker.adverts.matching.language import ENGLISH
from tracker.adverts.matching.reader import read_advert
from tracker.adverts.matching.text import plain_text
from tracker.adverts.models import Advert

ENDINGS = (".txt", ".md", ".html", ".htm")
KINDS_OF_FILE = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a Word document or an archive",
    b"\xd0\xcf\x11\xe0": "an old Word document",
    b"{\\rtf": "a rich text document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "an archive",
}
BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
LONGEST_TITLE = 120
LABEL = re.compile(r"(?:job title|position|job|role|title)\s*:\s*", re.IGNORECASE)
LEAST_WORDS = 8
# In another language, or in none we know, so many skills must be found to be worth a page.
LEAST_SKILLS = 3


class UnreadableAdvert(ValueError):
    """Its message says what to do next."""


@dataclass(frozen=True, slots=True)
class Paste:
    """An advertisement in plain text with a name for it."""

    title: str
    text: str


def read_paste(pasted: str, *, title: str = "") -> Paste:
    text = plain_text(pasted)
    complaint = _complaint_about(text)
    if complaint:
        raise UnreadableAdvert(complaint)
    return Paste((title.strip() or _first_line(text))[:LONGEST_TITLE], text)


def read_file(name: str, content: bytes) -> Paste:
    if PurePath(name).suffix.lower() not in ENDINGS:
        raise UnreadableAdvert(
            "Only .txt, .md and .html files can be read. Paste its text instead."
        )
    for start, kind in KINDS_OF_FILE.items():
        if content.startswith(start):
            raise UnreadableAdvert(
                f"This is {kind}, whatever its name says. Paste its text instead."
            )
    return read_paste(_decoded(content))


def _decoded(content: bytes) -> str:
    marks = (code for mark, code in BYTE_ORDER_MARKS.items() if content.startswith(mark))
    encoding = next(marks, "utf-8")
    if b"\0" in content and encoding != "utf-16":
        raise UnreadableAdvert(
            "This is not a text file. Paste the text of the advertisement instead."
        )
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        # Old Windows files: every byte means something, though not always what was meant.
        return content.decode("cp1252", errors="replace")


def _first_line(text: str) -> str:
    line = LABEL.sub("", text.split("\n", 1)[0].strip(" #*_-=\u2022\u2192"))
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "\u2026"


def _complaint_about(text: str) -> str | None:
    if not text:
        return "There is no text in it."
    if len(text) > Advert.LONGEST_TEXT:
        return (
            f"It is {len(text):,} characters long; an advertisement has at most "
            f"{Advert.LONGEST_TEXT:,}. Paste only the advertisement."
        )
    reading = read_advert(text)
    if reading.word_count < LEAST_WORDS:
        return "It is too short to be an advertisement. Paste all of it."
    if len(reading.skills) >= LEAST_SKILLS or reading.language == ENGLISH:
        return None if reading.skills else "No skill that we know is named in it."
    if reading.language is None:
        return "It does not read like an advertisement: too few of its words are known."
    return f"It reads like {reading.language}, and only English ones are understood so far."

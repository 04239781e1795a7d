"""Read a curriculum that an author pasted, as Markdown or as CSV, into an outline.

Pure: text in, outline and faults out.  A fault names its line, and all of them come at once.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.utils.text import slugify

from tracker.curricula.models import Milestone
from tracker.curricula.outline import (
    CurriculumOutline,
    Fault,
    MilestoneOutline,
    ModuleOutline,
    Reference,
    SkillAim,
)

COLUMNS = (
    *("module", "key", "title", "kind", "minutes", "optional"),
    *("done_when", "description", "prerequisites", "skills", "resources"),
)
NEEDED_COLUMNS = ("module", "title", "minutes", "done_when")
# What a line below a milestone may say about it.
DETAILS = {
    "key": "key",
    "needs": "prerequisites",
    "prerequisites": "prerequisites",
    "skills": "skills",
    "resources": "resources",
    "description": "description",
}
KEY_LENGTH = 80
A_SHORT_WHILE = 5
# With the dots between them, and room for a number, no longer than a key may be.
PART_LENGTHS = (28, 20, 26)

HOURS_AND_MINUTES = re.compile(
    r"(?:(?P<hours>\d{1,4}(?:\.\d{1,2})?) ?(?:h|hrs?|hours?))?"
    r" ?(?:(?P<minutes>\d{1,5}) ?(?:m|min|mins|minutes?)?)?"
)
BULLET = re.compile(r"(?P<indent>\s*)(?:[-*+]|\d{1,3}[.)])\s+(?P<text>.*)")
MILESTONE = re.compile(r"(?P<title>.+?) ?\((?P<facts>[^()]*)\)(?: ?: ?(?P<done_when>.*))?")
DONE_WHEN = re.compile(r"done when:? ", re.IGNORECASE)
AIM = re.compile(r"(?P<key>\S+?)(?: ?[:=] ?| )(?P<level>\d)")
YES = {"yes", "y", "true", "1", "x", "optional"}
NO = {"", "no", "n", "false", "0", "required"}


@dataclass(frozen=True, kw_only=True)
class About:
    """What the author says beside the outline; what is left empty is taken from the text."""

    title: str = ""
    slug: str = ""
    summary: str = ""
    kind: str = "subject"


@dataclass(frozen=True)
class Pasted:
    outline: CurriculumOutline
    faults: list[Fault]


@dataclass
class Row:
    """A milestone as it was written, every field still a text."""

    line: int
    module: str
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.texts.get(name, "")

    @property
    def place(self) -> str:
        return place_of(self.line)


@dataclass
class Reading:
    """What a text says, line by line, before anything refers to anything."""

    title: str = ""
    summary: str = ""
    modules: dict[str, int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def blame(self, line: int, message: str, mend: str) -> None:
        self.faults.append(Fault(place_of(line), message, mend))


def place_of(line: int) -> str:
    return f"line {line}"


def read_pasted(text: str, about: About) -> Pasted:
    """Read an outline; a text whose first line has a “title” column is taken for CSV."""
    reading = read_csv(text) if is_csv(text) else read_markdown(text)
    return Assembly(reading, about).pasted()


def is_csv(text: str) -> bool:
    header = next(csv.reader([_first_line(text)]), [])
    return len(header) > 1 and "title" in map(_column, header)


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "")


def _column(name: str) -> str:
    return name.strip().lstrip("\ufeff").lower().replace(" ", "_")


# --- Markdown ---------------------------------------------------------------------------------


def read_markdown(text: str) -> Reading:
    reading = Reading()
    is_open = False  # whether a paragraph may go on in the next line
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            is_open = False
            continue
        is_open = _read_line(reading, number, line, is_open)
    return reading


def _read_line(reading: Reading, number: int, line: str, is_open: bool) -> bool:
    """Take a line in; return whether the next one may go on with it."""
    words = " ".join(line.split())
    bullet = BULLET.fullmatch(line)
    if words.startswith("#"):
        _read_heading(reading, number, words)
        return False
    if bullet and bullet["indent"] and reading.rows:
        _read_detail(reading, number, " ".join(bullet["text"].split()))
        return False
    if bullet:
        _read_milestone(reading, number, " ".join(bullet["text"].split()))
        return True
    if is_open and reading.rows:
        _go_on(reading.rows[-1], words)
        return True
    return _read_summary(reading, number, words, is_open)


def _read_heading(reading: Reading, number: int, words: str) -> None:
    marks, _, title = words.partition(" ")
    if marks == "#" and not reading.title:
        reading.title = title
    elif marks == "#":
        reading.blame(number, "there is a second title", "begin a module with “## ”")
    elif marks != "##" or not title:
        mend = "write “# Title” once and “## Module” for each module"
        reading.blame(number, f"“{words}” is not a heading of an outline", mend)
    elif title in reading.modules:
        reading.blame(number, f"module “{title}” is there twice", "give one another name")
    else:
        reading.modules[title] = number


def _read_summary(reading: Reading, number: int, words: str, is_open: bool) -> bool:
    is_before_modules = not (reading.modules or reading.rows)
    if is_before_modules and (is_open or not reading.summary):
        reading.summary = f"{reading.summary} {words}".strip()
        return True
    mend = "begin a milestone with “- ”, or take the line out"
    reading.blame(number, "this line belongs to nothing", mend)
    return False


def _read_milestone(reading: Reading, number: int, words: str) -> None:
    if not reading.modules:
        reading.blame(number, "this milestone is in no module", "write “## Module” above it")
    row = Row(number, next(reversed(reading.modules), ""))
    reading.rows.append(row)
    found = MILESTONE.fullmatch(words)
    if found is None:
        title, _, done_when = words.partition(": ")
        row.texts = {"title": title, "done_when": _observable(done_when)}
        return
    row.texts = {"title": found["title"], "done_when": _observable(found["done_when"] or "")}
    for fact in filter(None, map(str.strip, found["facts"].split(","))):
        _read_fact(reading, row, fact)


def _read_fact(reading: Reading, row: Row, fact: str) -> None:
    word = fact.lower()
    if word in Milestone.Kind.values:
        row.texts["kind"] = word
    elif word in {"optional", "required"}:
        row.texts["optional"] = word
    elif word[0].isdigit():
        row.texts["minutes"] = fact
    else:
        kinds = ", ".join(Milestone.Kind.values)
        reading.blame(
            row.line, f"“{fact}” is not understood", f"write minutes, “optional” or one of: {kinds}"
        )


def _observable(text: str) -> str:
    text = DONE_WHEN.sub("", text, count=1) if DONE_WHEN.match(text) else text
    return text[:1].upper() + text[1:]


def _go_on(row: Row, words: str) -> None:
    row.texts["done_when"] = _observable(f"{row.text('done_when')} {words}".strip())


def _read_detail(reading: Reading, number: int, words: str) -> None:
    name, colon, text = words.partition(":")
    if colon and name.lower() in DETAILS:
        reading.rows[-1].texts[DETAILS[name.lower()]] = text.strip()
        return
    mend = "write key, needs, skills, resources or description, then a colon"
    reading.blame(number, f"“{words}” says nothing we know about the milestone above", mend)


# --- CSV --------------------------------------------------------------------------------------


def read_csv(text: str) -> Reading:
    reading = Reading()
    lines = csv.reader(io.StringIO(text.lstrip("\ufeff")), skipinitialspace=True)
    try:
        _read_table(reading, lines)
    except csv.Error as error:
        reading.blame(lines.line_num, f"not CSV: {error}", "mend the quotes in this line")
    return reading


def _read_table(reading: Reading, lines: Iterator[list[str]]) -> None:
    header: list[str] = []
    ended = 0
    for cells in lines:
        # A quoted cell may hold several lines: the row is where its first line is.
        line, ended = ended + 1, getattr(lines, "line_num", ended + 1)
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = [_column(name) for name in cells]
            _check_header(reading, line, header)
        elif len(cells) > len(header):
            message = f"this row has {len(cells)} cells, the header only {len(header)}"
            reading.blame(line, message, "put a text that holds a comma in quotes")
        else:
            _read_cells(reading, line, dict(zip(header, map(str.strip, cells), strict=False)))


def _check_header(reading: Reading, line: int, header: list[str]) -> None:
    for name in header:
        if name not in COLUMNS:
            mend = f"use only: {', '.join(COLUMNS)}"
            reading.blame(line, f"there is no column “{name}”", mend)
    for name in NEEDED_COLUMNS:
        if name not in header:
            reading.blame(line, f"the column “{name}” is missing", "add it to the header")


def _read_cells(reading: Reading, line: int, cells: dict[str, str]) -> None:
    module = cells.pop("module", "") or next(reversed(reading.modules), "")
    if module:
        reading.modules.setdefault(module, line)
    else:
        reading.blame(line, "this milestone is in no module", "fill in the column “module”")
    reading.rows.append(Row(line, module, cells))


# --- from texts to an outline -----------------------------------------------------------------


class Assembly:
    """Gives what was read its keys and binds what refers to what."""

    def __init__(self, reading: Reading, about: About) -> None:
        self.reading = reading
        self.faults = reading.faults
        self.title = about.title or reading.title
        self.slug = about.slug or slugify(self.title)[:KEY_LENGTH].strip("-")
        self.about = about
        self.module_keys = keys_for(reading.modules, lambda title: key_part(title, 60) or "module")
        self.keys = self._milestone_keys()
        self.by_title = {
            row.text("title").casefold(): key
            for row, key in zip(reading.rows, self.keys, strict=True)
        }

    def pasted(self) -> Pasted:
        outline = CurriculumOutline(
            slug=self.slug,
            kind=self.about.kind,
            title=self.title,
            summary=self.about.summary or self.reading.summary,
            modules=tuple(self._modules()),
            place="curriculum",
        )
        return Pasted(outline, self.faults)

    def _milestone_keys(self) -> list[str]:
        given = {row.text("key") for row in self.reading.rows}
        taken = set(filter(None, given))
        keys = []
        for row in self.reading.rows:
            key = row.text("key") or unused(self._generated_key(row), taken)
            taken.add(key)
            keys.append(key)
        return keys

    def _generated_key(self, row: Row) -> str:
        named = (self.slug, row.module, row.text("title"))
        parts = [key_part(name, length) for name, length in zip(named, PART_LENGTHS, strict=True)]
        return ".".join(filter(None, parts)) or "milestone"

    def _modules(self) -> Iterator[ModuleOutline]:
        keyed = list(zip(self.reading.rows, self.keys, strict=True))
        for title, line in self.reading.modules.items():
            yield ModuleOutline(
                key=self.module_keys[title],
                title=title,
                milestones=tuple(
                    self._milestone(row, key) for row, key in keyed if row.module == title
                ),
                place=place_of(line),
            )

    def _milestone(self, row: Row, key: str) -> MilestoneOutline:
        place = row.place
        return MilestoneOutline(
            key=key,
            title=row.text("title"),
            kind=row.text("kind").lower() or Milestone.Kind.PRACTISE.value,
            minutes=self._minutes(row),
            done_when=row.text("done_when"),
            description=row.text("description"),
            is_required=not self._is_optional(row),
            prerequisites=tuple(
                Reference(key=self.by_title.get(name.casefold(), name), place=place)
                for name in listed(row.text("prerequisites"))
            ),
            skills=tuple(self._aims(row)),
            resources=tuple(
                Reference(key=name, place=place) for name in listed(row.text("resources"))
            ),
            place=place,
        )

    def _minutes(self, row: Row) -> int | None:
        text = row.text("minutes")
        minutes = minutes_in(text)
        if text and minutes is None:
            self.faults.append(
                Fault(row.place, f"“{text}” is no length of time", "write 90 min, 1 h 30 or 2 h")
            )
            return A_SHORT_WHILE  # or it would be called missing as well
        return minutes

    def _is_optional(self, row: Row) -> bool:
        word = row.text("optional").lower()
        if word not in YES | NO:
            self.faults.append(Fault(row.place, f"“{word}” in “optional”", "write yes or no"))
        return word in YES

    def _aims(self, row: Row) -> Iterator[SkillAim]:
        for text in listed(row.text("skills")):
            found = AIM.fullmatch(text)
            if found:
                yield SkillAim(key=found["key"], proficiency=int(found["level"]), place=row.place)
            else:
                mend = "write the skill's key and a number from 1 to 5, such as algebra 2"
                self.faults.append(Fault(row.place, f"“{text}” names no skill and level", mend))


def minutes_in(text: str) -> int | None:
    """Return the minutes in 90, 90 min, 1 h 30, 1.5 h or 2 h; None when it is none of them."""
    words = " ".join(text.lower().split())
    found = HOURS_AND_MINUTES.fullmatch(words)
    if not words or found is None:
        return None
    return round(float(found["hours"] or 0) * 60) + int(found["minutes"] or 0)


def listed(text: str) -> list[str]:
    """Return the parts of a list, which semicolons or, where there are none, commas divide."""
    parts = text.split(";" if ";" in text else ",")
    return [" ".join(part.split()) for part in parts if part.strip()]


def key_part(title: str, length: int) -> str:
    """Return a title as a part of a key, cut between words where that is possible."""
    part = re.sub(r"[-_]+", "-", slugify(title)).strip("-")
    if len(part) <= length:
        return part
    whole_words = part[: length + 1].rpartition("-")[0]
    return whole_words or part[:length]


def unused(key: str, taken: set[str]) -> str:
    candidate, number = key, 1
    while candidate in taken:
        number += 1
        candidate = f"{key}-{number}"
    return candidate


def keys_for(names: Iterable[str], key_of: Callable[[str], str]) -> Mapping[str, str]:
    """Return a key for each name, all of them different."""
    keys: dict[str, str] = {}
    for name in names:
        keys[name] = unused(key_of(name), set(keys.values()))
    return keys


# --- another set of keys ----------------------------------------------------------------------


def with_new_keys(outline: CurriculumOutline, slug: str) -> CurriculumOutline:
    """Return the outline under another address, with milestones that are nobody's achievement yet.

    Where all keys begin with the same word the address takes its place; else it goes in front.
    """
    keys = [milestone.key for milestone in outline.milestones]
    first_words = {key.partition(".")[0] if "." in key else key + "." for key in keys}
    rests = [key.partition(".")[2] if len(first_words) == 1 else key for key in keys]
    new = {key: f"{slug}.{rest or key}" for key, rest in zip(keys, rests, strict=True)}

    def renamed(milestone: MilestoneOutline) -> MilestoneOutline:
        needed = (replace(ref, key=new.get(ref.key, ref.key)) for ref in milestone.prerequisites)
        return replace(milestone, key=new[milestone.key], prerequisites=tuple(needed))

    modules = (
        replace(module, milestones=tuple(map(renamed, module.milestones)))
        for module in outline.modules
    )
    return replace(outline, slug=slug, modules=tuple(modules))

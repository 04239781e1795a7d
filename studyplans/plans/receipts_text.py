"""What a receipt says: one sentence for toasts, lists and mails, and its details line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from studyplans.plans.models import Receipt, StudySession
from tracker.progress.models import Enrolment
from tracker.progress.selectors import titles_by_key

Document = Mapping[str, Any]

# One change may move hundreds of sessions.  Those near are told one by one, those further off
# by milestone, and what is left in one sentence.
NEAR = timedelta(days=14)
LINES_TOLD = 20
FOLDS_TOLD = 8
# From here on, what became of how many is for the page of changes, not for a sentence.
MANY = 20


@dataclass(frozen=True, slots=True)
class Finish:
    """The finish date of one path before and after a change; None where there was none."""

    enrolment_id: int
    before: date | None
    after: date | None

    @property
    def is_moved(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class FinishLine:
    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """What a change did to one session, in words; times are on the learner's clock."""

    title: str
    before: tuple[datetime, datetime] | None
    after: tuple[datetime, datetime] | None
    verb: str

    @property
    def is_moved(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Fold:
    """What a change did to all far sessions of a milestone, or of several, in one sentence."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """A receipt as the page of changes shows it."""

    receipt: Receipt
    sentence: str
    lines: tuple[Line, ...]
    folds: tuple[Fold, ...]
    finishes: tuple[FinishLine, ...]
    undone_with_it: int

    @property
    def later(self) -> int:
        return self.undone_with_it - 1

    @property
    def is_folded(self) -> bool:
        return len(self.lines) < len(self.receipt.changes)


def sentence_of(
    receipt: Receipt | None, *, paths: Mapping[int, str] | None = None, besides: str = ""
) -> str:
    """Say what moved and what became of the finish; `besides` is a session not worth counting.

    `paths` names enrolments; without it the names are looked up where they are needed.
    """
    if receipt is None:
        return "Nothing else moved."
    changes = [each for each in receipt.changes if each["uid"] != besides]
    moved = _counts(changes) if len(changes) < MANY else f"{len(changes)} sessions changed"
    finish = finish_sentence(receipt, paths=paths)
    return f"{moved}; {finish}." if finish else f"{moved}."


def _counts(documents: Iterable[Document]) -> str:
    verbs = [_verb(document) for document in documents]
    moved, added = verbs.count("moved"), verbs.count("added")
    gone, settled = verbs.count("taken out"), len(verbs)
    settled -= moved + added + gone
    counts = [(moved, "moved"), (added, "added"), (gone, "taken out"), (settled, "settled")]
    said = [(count, word) for count, word in counts if count]
    if not said:
        return "Nothing else moved"
    (first, word), *rest = said
    head = f"{first} session{'s' * (first > 1)} {word}"
    return ", ".join([head, *(f"{count} {word}" for count, word in rest)])


def _verb(document: Document) -> str:
    before, after = document["before"], document["after"]
    if before is None:
        return "added"
    if after is None:
        return "taken out"
    if _span(before) != _span(after):
        return "moved"
    if before["state"] != after["state"]:
        return str(StudySession.State(after["state"]).label)
    return "pinned" if after["is_pinned"] else "no longer pinned"


def _span(columns: Document) -> tuple[str, str]:
    return columns["starts_at"], columns["ends_at"]


def finishes_of(receipt: Receipt) -> list[Finish]:
    return [Finish(pk, _day(before), _day(after)) for pk, before, after in receipt.finishes]


def finish_sentence(receipt: Receipt, *, paths: Mapping[int, str] | None = None) -> str:
    finishes = finishes_of(receipt)
    moved = [each for each in finishes if each.is_moved]
    year = receipt.made_at.year
    if len(finishes) < 2:
        return "".join(finish_text(each, year=year) for each in finishes)
    if not moved:
        return "all finish dates stay"
    names = paths_named([receipt]) if paths is None else paths
    return "; ".join(
        f"{names[each.enrolment_id]}: {finish_text(each, year=year)}" for each in moved
    )


def finish_text(finish: Finish, *, year: int) -> str:
    """Return "finish moves from 9 May to 12 May (3 days later)"; other years are named."""
    if finish.after is None:
        return "no finish date for now" if finish.before else ""
    after = day_text(finish.after, year=year)
    if finish.before is None:
        return f"finish on {after}"
    if not finish.is_moved:
        return f"finish stays {after}"
    before = day_text(finish.before, year=year)
    return f"finish moves from {before} to {after} ({_distance(finish.before, finish.after)})"


def _distance(before: date, after: date) -> str:
    days = (after - before).days
    direction = "later" if days > 0 else "earlier"
    return f"{abs(days)} day{'s' * (abs(days) > 1)} {direction}"


def day_text(day: date, *, year: int) -> str:
    return f"{day.day} {day:%B}" if day.year == year else f"{day.day} {day:%B} {day.year}"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def told(receipts: Iterable[Receipt], *, zone: ZoneInfo) -> list[Told]:
    """Tell receipts, newest first, in a constant number of queries."""
    listed = list(receipts)
    paths, titles = paths_named(listed), _titles_in(listed)
    answers = []
    standing = 0
    for receipt in listed:
        standing += receipt.undone_at is None
        near, far = _parted(receipt)
        answers.append(
            Told(
                receipt=receipt,
                sentence=sentence_of(receipt, paths=paths),
                lines=tuple(_line(each, titles, zone) for each in near),
                folds=tuple(_folds(far, titles, zone, year=receipt.made_at.year)),
                finishes=tuple(_finish_lines(receipt, paths)),
                undone_with_it=standing,
            )
        )
    return answers


def every_line(receipt: Receipt, *, zone: ZoneInfo) -> list[Line]:
    """Tell every session a change touched, in order of time."""
    titles = _titles_in([receipt])
    return [_line(each, titles, zone) for each in sorted(receipt.changes, key=_starts)]


def _titles_in(receipts: Iterable[Receipt]) -> dict[str, str]:
    return titles_by_key(
        {_columns(each)["key"] for receipt in receipts for each in receipt.changes}
    )


def paths_named(receipts: Iterable[Receipt]) -> dict[int, str]:
    """Return the titles of the paths whose finish dates these receipts tell."""
    keys = {finish[0] for receipt in receipts for finish in receipt.finishes}
    found = Enrolment.objects.filter(pk__in=keys)
    return dict.fromkeys(keys, "A path") | dict(found.values_list("pk", "curriculum__title"))


def _columns(document: Document) -> Document:
    columns: Document = document["after"] or document["before"]
    return columns


def _starts(document: Document) -> str:
    return str(_columns(document)["starts_at"])


def _parted(receipt: Receipt) -> tuple[list[Document], list[Document]]:
    """Return what is near enough to be told one by one, and the rest; both in order of time."""
    ordered = sorted(receipt.changes, key=_starts)
    until = receipt.made_at + NEAR
    near = [each for each in ordered if _first_start(each) < until][:LINES_TOLD]
    told = {each["uid"] for each in near}
    return near, [each for each in ordered if each["uid"] not in told]


def _first_start(document: Document) -> datetime:
    sides = [each for each in (document["before"], document["after"]) if each]
    return min(datetime.fromisoformat(each["starts_at"]) for each in sides)


def _line(document: Document, titles: Mapping[str, str], zone: ZoneInfo) -> Line:
    key = _columns(document)["key"]
    return Line(
        title=titles.get(key, key),
        before=_times(document["before"], zone),
        after=_times(document["after"], zone),
        verb=_verb(document),
    )


def _folds(
    far: Iterable[Document], titles: Mapping[str, str], zone: ZoneInfo, *, year: int
) -> Iterator[Fold]:
    by_key: dict[str, list[Document]] = {}
    for each in far:
        by_key.setdefault(_columns(each)["key"], []).append(each)
    told, rest = list(by_key.items())[:FOLDS_TOLD], list(by_key.values())[FOLDS_TOLD:]
    for key, own in told:
        yield Fold(titles.get(key, key), _fold_text(own, zone, year=year))
    if rest:
        title = f"{len(rest)} more milestone{'s' * (len(rest) > 1)}"
        yield Fold(title, _fold_text([each for own in rest for each in own], zone, year=year))


def _fold_text(documents: Sequence[Document], zone: ZoneInfo, *, year: int) -> str:
    """Return "3 sessions moved, 1 added, now 4 May to 12 May"."""
    spans = [_times(each["after"], zone) for each in documents]
    days = sorted(span[0].date() for span in spans if span)
    if not days:
        return _counts(documents)
    first, last = day_text(days[0], year=year), day_text(days[-1], year=year)
    return f"{_counts(documents)}, now {first}" + (f" to {last}" if first != last else "")


def _times(columns: Document | None, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    if columns is None:
        return None
    starts_at, ends_at = map(datetime.fromisoformat, _span(columns))
    return starts_at.astimezone(zone), ends_at.astimezone(zone)


def _finish_lines(receipt: Receipt, paths: Mapping[int, str]) -> list[FinishLine]:
    year = receipt.made_at.year
    told_ones = ((each, finish_text(each, year=year)) for each in finishes_of(receipt))
    return [FinishLine(paths[each.enrolment_id], text) for each, text in told_ones if text]

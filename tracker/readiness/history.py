"""How readiness changed week by week and why, replayed from the event log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from common import clock
from tracker.accounts.models import User
from tracker.progress.models import AchievementEvent
from tracker.readiness.evidence import Known, Record, Records
from tracker.readiness.model import Role
from tracker.readiness.proof import Kind
from tracker.readiness.words import exactly

WEEKS = 12
TITLES_SHOWN = 3
NEWS = {
    Kind.CERTIFICATE: "A certificate",
    Kind.QUIZ: "A passed check",
    Kind.REVIEWED: "Work you judged",
    Kind.CONFIRMED: "A confirmation of your work",
}


@dataclass(frozen=True, slots=True)
class Point:
    """The score at the end of a day, and what made it different from the point before."""

    on: date
    points: Fraction
    change: Fraction
    why: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        return exactly(self.points)

    @property
    def change_in_words(self) -> str:
        return exactly(self.change, is_signed=True)


def history_of(
    learner: User, known: Known, ladder: Sequence[Role], *, weeks: int = WEEKS
) -> list[Point]:
    """Return a point a week, the oldest first, the last one today.

    What fades is only known for today, so that it is the last week's change that tells of it.
    """
    days = [known.on - timedelta(weeks=weeks - number) for number in range(weeks + 1)]
    past = _records_on(learner, known.records, days)
    seen = [_as_of(known, day, past[day]) for day in days]
    scores: list[Fraction] = []
    for number, each in enumerate(seen):
        is_same = number > 0 and _is_same(seen[number - 1], each)
        scores.append(scores[-1] if is_same else each.assessment.score(ladder).points)
    counted = {key for rung in known.assessment.score(ladder).rungs for key in rung.credits}
    points = [Point(days[0], scores[0], Fraction(0))]
    for number in range(1, len(days)):
        change = scores[number] - scores[number - 1]
        why = _why(seen[number - 1], seen[number], counted)
        points.append(Point(days[number], scores[number], change, tuple(why)))
    return points


def _as_of(known: Known, day: date, records: Records) -> Known:
    """Return what was known on a day: later certificates were not, and nothing had faded."""
    if day == known.on:
        return known
    others = tuple(each for each in known.others if each.since is None or each.since <= day)
    return replace(known, on=day, records=records, others=others, recalls={})


def _is_same(before: Known, after: Known) -> bool:
    """Say whether nothing happened between two days, not even an expiry."""
    return (
        before.records == after.records
        and before.others == after.others
        and before.recalls == after.recalls
        and not any(each.expires_on for each in after.others)
    )


def _records_on(learner: User, now: Records, days: Sequence[date]) -> dict[date, Records]:
    """Walk back through the log and note the records at the end of each day."""
    records = dict(now)
    found: dict[date, Records] = {}
    waiting = sorted(days)
    begin = clock.start_of_day(waiting[0], learner)
    events = AchievementEvent.objects.of(learner).filter(happened_at__gte=begin)
    for key, before, happened_at in events.values_list("milestone_key", "before", "happened_at"):
        day = clock.date_of(happened_at, learner)
        while waiting and waiting[-1] >= day:
            found[waiting.pop()] = dict(records)
        records[key] = record_from(before)
    return found | {day: dict(records) for day in waiting}


def record_from(event_side: dict[str, Any]) -> Record:
    """Return the record one side of an event describes."""
    return Record(
        str(event_side["state"]),
        str(event_side["evidence_url"]),
        int(event_side["minutes_spent"]),
        bool(event_side.get("is_tested")),
    )


def _why(before: Known, after: Known, counted: Collection[str]) -> Iterable[str]:
    """Say what happened between two points to the milestones that count."""
    kinds = {
        key: (_kind(before.records.get(key)), _kind(after.records.get(key)))
        for key in {**before.records, **after.records}
        if key in counted
    }
    changed = [key for key, (was, is_) in kinds.items() if was != is_]
    added = [key for key in changed if kinds[key][1]]
    taken = [key for key in changed if not kinds[key][1]]
    if added:
        yield f"Finished or shown: {_listed(after, added)}"
    if taken:
        yield f"Taken back: {_listed(after, taken)}"
    yield from dict.fromkeys(_news(before, after, counted))
    fading = [key for key in counted if key in after.recalls and _has_faded(after, key)]
    if fading:
        reviews = "review is" if len(fading) == 1 else "reviews are"
        yield f"{len(fading)} {reviews} due"


def _has_faded(known: Known, key: str) -> bool:
    return key in known.records and known.recalls[key].fade(known.on) < 1


def _kind(record: Record | None) -> str | None:
    return record.kind if record and record.is_finished else None


def _listed(known: Known, keys: Sequence[str]) -> str:
    titles = [f"“{known.catalogue.title(key)}”" for key in keys]
    more = len(titles) - TITLES_SHOWN
    shown = ", ".join(titles[:TITLES_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


def _news(before: Known, after: Known, counted: Collection[str]) -> Iterable[str]:
    """Name what came or expired between two points and speaks for something that counts."""
    for each in after.others:
        if each.units.isdisjoint(counted):
            continue
        if each not in before.others:
            yield f"{NEWS.get(each.kind, 'New evidence')} came in"
        if each.has_expired(after.on) and not each.has_expired(before.on):
            yield f"{NEWS.get(each.kind, 'Evidence')} expired"

"""The proof that the log remembers everything: achievements rebuilt from it, and compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tracker.accounts.models import User
from tracker.progress.actions import RECORDED_FIELDS, settle_enrolments
from tracker.progress.models import Achievement, AchievementEvent

LEARNERS_AT_ONCE = 200

Record = dict[str, Any]
# What an achievement is before its first event, in the plain values that the log holds.
FRESH: Record = {
    **{field: getattr(Achievement(), field) for field in RECORDED_FIELDS},
    "state": Achievement.State.OPEN.value,
}


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An achievement as the log tells it; `is_whole` when each event begins where one ended."""

    record: Record
    changed_at: datetime
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """An achievement that is not what the log says; without a `rebuilt` the log is silent."""

    milestone_key: str
    stored: Record
    rebuilt: Rebuilt | None

    @property
    def can_be_mended(self) -> bool:
        return self.rebuilt is not None and self.stored != self.rebuilt.record

    def __str__(self) -> str:
        if self.rebuilt is None:
            return f"{self.milestone_key}: it says something, and the log nothing. It stays."
        said = [
            f"{field} is {self.stored[field]!r}, in the log {value!r}"
            for field, value in self.rebuilt.record.items()
            if self.stored[field] != value
        ]
        if not self.rebuilt.is_whole:
            said.append("an event does not begin where the one before it ended")
        return f"{self.milestone_key}: {'; '.join(said)}."


def with_a_record(learners: QuerySet[User]) -> QuerySet[User]:
    """Keep the learners who have an achievement or an event at all."""
    own = OuterRef("pk")
    logged = Exists(AchievementEvent.objects.filter(learner=own))
    return learners.filter(Exists(Achievement.objects.filter(learner=own)) | logged).order_by("pk")


def suspects(learners: QuerySet[User]) -> Iterator[User]:
    """Yield whose achievements differ from the log at a glance, in two queries for many.

    Whoever is changing theirs at the very moment may be among them.
    """
    waiting = iter(learners.iterator(chunk_size=LEARNERS_AT_ONCE))
    while batch := list(islice(waiting, LEARNERS_AT_ONCE)):
        differing = _compare(Achievement.objects.filter(learner__in=batch), batch)
        yield from (learner for learner in batch if differing[learner.pk])


@transaction.atomic
def differences_of(learner: User) -> list[Difference]:
    """Compare one learner's achievements with the log while nobody changes them."""
    locked = Achievement.objects.of(learner).select_for_update()
    return _compare(locked, [learner])[learner.pk]


@transaction.atomic
def rebuild_learner(*, learner: User) -> list[Difference]:
    """Make the achievements what the log says, and return what cannot be mended so.

    What the log is silent about stays: taking a tick away is no repair.
    """
    found = differences_of(learner)
    for difference in found:
        if difference.rebuilt is not None and difference.can_be_mended:
            _write(learner, difference.milestone_key, difference.rebuilt)
    settle_enrolments(learner=learner)
    return differences_of(learner)


def _write(learner: User, milestone_key: str, rebuilt: Rebuilt) -> None:
    Achievement.objects.update_or_create(
        learner=learner,
        milestone_key=milestone_key,
        defaults={**rebuilt.record, "changed_at": rebuilt.changed_at},
    )


def _compare(
    achievements: QuerySet[Achievement], learners: Iterable[User]
) -> dict[int, list[Difference]]:
    """Return what differs, by learner, in the order of the milestones' keys."""
    columns = ("learner_id", "milestone_key", *RECORDED_FIELDS)
    stored = {
        (learner_id, key): dict(zip(RECORDED_FIELDS, values, strict=True))
        for learner_id, key, *values in achievements.values_list(*columns)
    }
    rebuilt = _replayed(learners)
    differing: dict[int, list[Difference]] = defaultdict(list)
    for place in sorted({*stored, *rebuilt}):
        record, logged = stored.get(place, FRESH), rebuilt.get(place)
        if _differ(record, logged):
            differing[place[0]].append(Difference(place[1], record, logged))
    return differing


def _differ(stored: Record, rebuilt: Rebuilt | None) -> bool:
    if rebuilt is None:
        return stored != FRESH
    return stored != rebuilt.record or not rebuilt.is_whole


def _replayed(learners: Iterable[User]) -> dict[tuple[int, str], Rebuilt]:
    """Play the log from its beginning, event by event."""
    events = AchievementEvent.objects.filter(learner__in=list(learners)).order_by("pk")
    columns = ("learner_id", "milestone_key", "before", "after", "happened_at")
    rebuilt: dict[tuple[int, str], Rebuilt] = {}
    for learner_id, key, before, after, happened_at in events.values_list(*columns):
        known = rebuilt.get((learner_id, key))
        is_whole = before == (known.record if known else FRESH) and (not known or known.is_whole)
        rebuilt[learner_id, key] = Rebuilt(after, happened_at, is_whole)
    return rebuilt

"""What a learner has shown, from every room that knows of some."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.dispatch import Signal

from tracker.accounts.models import User
from tracker.credentials.models import HeldCertification
from tracker.curricula.models import Milestone
from tracker.progress.models import Achievement
from tracker.progress.percent import COUNTED_STATES
from tracker.readiness.advice import Finish
from tracker.readiness.catalogue import Catalogue
from tracker.readiness.model import Assessment, Library
from tracker.readiness.proof import Evidence, Kind, Recall
from tracker.readiness.signals import evidence_asked, recalls_asked

# The least a milestone under way is counted with, however long it has taken already.
LEAST_MINUTES_LEFT = 15


@dataclass(frozen=True, slots=True)
class Record:
    """What an achievement says of a milestone, now or at an earlier time."""

    state: str = Achievement.State.OPEN.value
    evidence_url: str = ""
    minutes_spent: int = 0
    is_tested: bool = False

    @property
    def is_finished(self) -> bool:
        return self.state in COUNTED_STATES

    @property
    def kind(self) -> Kind:
        if self.evidence_url:
            return Kind.LINK
        is_claim = self.state == Achievement.State.CREDITED
        return Kind.CLAIM if is_claim else Kind.CHECK_OFF


Records = Mapping[str, Record]


@dataclass(frozen=True)
class Known:
    """All that is known of a learner on a day."""

    catalogue: Catalogue
    on: date
    records: Records
    others: tuple[Evidence, ...]
    recalls: Mapping[str, Recall]

    @cached_property
    def assessment(self) -> Assessment:
        evidence = [*recorded_evidence(self.records, self.catalogue.library), *self.others]
        return Assessment(self.catalogue.library, evidence, on=self.on, recalls=self.recalls)

    @property
    def open_(self) -> dict[str, Finish]:
        """Return what is still to finish; a project with its work shown and judged."""
        units = self.catalogue.library.units.values()
        return {
            unit.key: Finish(
                unit.key,
                _minutes_left(unit.minutes, self.records.get(unit.key)),
                finish_kind(self.catalogue.kinds[unit.key]),
            )
            for unit in units
            if not self.is_finished(unit.key)
        }

    def is_finished(self, unit_key: str) -> bool:
        return unit_key in self.records and self.records[unit_key].is_finished

    def is_skipped(self, unit_key: str) -> bool:
        """Say whether it was set aside: no plan takes it up before its learner does."""
        record = self.records.get(unit_key)
        return record is not None and record.state == Achievement.State.SKIPPED


def finish_kind(milestone_kind: str) -> Kind:
    return Kind.REVIEWED if milestone_kind == Milestone.Kind.PROJECT else Kind.CHECK_OFF


def _minutes_left(minutes: int, record: Record | None) -> int:
    spent = record.minutes_spent if record else 0
    return max(minutes - spent, min(minutes, LEAST_MINUTES_LEFT))


def known_of(learner: User, catalogue: Catalogue, *, on: date) -> Known:
    """Gather everything in two queries, and what other rooms add in answer to the signals."""
    records = records_of(learner)
    recalls = _answers(recalls_asked, learner=learner, on=on)
    return Known(
        catalogue=catalogue,
        on=on,
        records=records,
        others=others_of(learner, catalogue.library, records, on=on),
        recalls={key: recall for answer in recalls for key, recall in answer.items()},
    )


def others_of(
    learner: User, library: Library, records: Records, *, on: date
) -> tuple[Evidence, ...]:
    """Return what speaks for a learner beside these records themselves."""
    told = _answers(evidence_asked, learner=learner, on=on, records=records)
    return (
        *certificate_evidence(learner, library, on=on),
        *(each for answer in told for each in answer),
    )


def known_with(known: Known, learner: User, records: Records) -> Known:
    """Return what would be known with other records: a check proves only what is finished."""
    if records == known.records:
        return known
    others = others_of(learner, known.catalogue.library, records, on=known.on)
    return replace(known, records=records, others=others)


def _answers(question: Signal, **asked: Any) -> list[Any]:
    return [answer for _, answer in question.send(User, **asked)]


def records_of(learner: User) -> dict[str, Record]:
    columns = ("milestone_key", "state", "evidence_url", "minutes_spent", "is_tested")
    rows = Achievement.objects.of(learner).values_list(*columns)
    return {key: Record(*rest) for key, *rest in rows}


def recorded_evidence(records: Records, library: Library) -> list[Evidence]:
    return [
        Evidence(record.kind, key, frozenset({key}))
        for key, record in records.items()
        if record.is_finished and key in library.units
    ]


def certificate_evidence(learner: User, library: Library, *, on: date) -> list[Evidence]:
    """Return what certificates show: units whose every skill the exam's curriculum reaches.

    Of a certificate renewed later each row is a proof of its own; the best one counts.
    """
    return [
        Evidence(Kind.CERTIFICATE, key, units, Fraction(1), expires_on, since=earned_on)
        for (key, earned_on, expires_on), reached in _certificates(learner, on).items()
        if (units := _units_within(library, reached))
    ]


def _certificates(learner: User, on: date) -> dict[tuple[str, date, date | None], dict[str, int]]:
    """Return each certificate held with the skills its curriculum reaches, in one query."""
    level = "certification__curriculum__milestones__skill_levels"
    held = HeldCertification.objects.of(learner).filter(earned_on__lte=on)
    rows = held.order_by("pk", f"{level}__proficiency").values_list(
        "certification__key",
        "earned_on",
        "expires_on",
        f"{level}__skill__key",
        f"{level}__proficiency",
    )
    reached: dict[tuple[str, date, date | None], dict[str, int]] = defaultdict(dict)
    for *certificate, skill, proficiency in rows:
        if skill is not None:
            # The highest comes last.
            reached[tuple(certificate)][skill] = proficiency
    return reached


def _units_within(library: Library, reached: Mapping[str, int]) -> frozenset[str]:
    return frozenset(
        unit.key
        for unit in library.units.values()
        if unit.levels
        and all(reached.get(skill, 0) >= level for skill, level in unit.levels.items())
    )

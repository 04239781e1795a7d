"""A certification as its page shows it on a given day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tracker.curricula.models import Certification

NUMBER = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class DomainBar:
    """What an exam asks about, and its weight in percent, which may be a range."""

    title: str
    weight: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class VersionOn:
    """What can be taken of an exam in transition, seen from a day."""

    title: str
    note: str
    starts_on: date | None
    ends_on: date | None
    on: date

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.ends_on < self.on

    @property
    def is_ahead(self) -> bool:
        return self.starts_on is not None and self.starts_on > self.on

    @property
    def is_open(self) -> bool:
        return not self.is_over and not self.is_ahead


@dataclass(frozen=True, slots=True)
class ExamView:
    certification: Certification
    domains: tuple[DomainBar, ...]
    versions: tuple[VersionOn, ...]
    predecessors: tuple[Certification, ...]


@dataclass(frozen=True, slots=True)
class ExamGroup:
    key: str
    title: str
    certifications: tuple[Certification, ...]


def exam_view(certification: Certification, *, on: date) -> ExamView:
    return ExamView(
        certification=certification,
        domains=tuple(_bar(domain) for domain in certification.domains),
        versions=tuple(_version(version, on) for version in certification.versions),
        predecessors=tuple(certification.predecessors.all()),
    )


def exam_groups(certifications: Iterable[Certification]) -> list[ExamGroup]:
    """Put those that can be taken first."""
    listed = list(certifications)
    groups = [
        ExamGroup("open", "Open to take", tuple(each for each in listed if each.is_open)),
        ExamGroup(
            "closed", "Retired or doubtful", tuple(each for each in listed if not each.is_open)
        ),
    ]
    return [group for group in groups if group.certifications]


def _bar(domain: dict[str, Any]) -> DomainBar:
    weight = str(domain["weight"])
    numbers = [int(number) for number in NUMBER.findall(weight)] or [0]
    return DomainBar(domain["title"], weight, min(numbers), max(numbers))


def _version(version: dict[str, Any], on: date) -> VersionOn:
    starts_on, ends_on = version.get("starts_on"), version.get("ends_on")
    return VersionOn(
        title=version["title"],
        note=version.get("note", ""),
        starts_on=date.fromisoformat(starts_on) if starts_on else None,
        ends_on=date.fromisoformat(ends_on) if ends_on else None,
        on=on,
    )

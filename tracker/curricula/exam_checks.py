"""What makes the facts about an exam fit to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date

from tracker.curricula.models import Certification
from tracker.curricula.outline import CertificationOutline, ExamVersion, Fault

WEIGHT = re.compile(r"[0-9]{1,3}(-[0-9]{1,3})?")


def exam_faults(certifications: Iterable[CertificationOutline]) -> Iterator[Fault]:
    for certification in certifications:
        yield from _weight_faults(certification)
        yield from _date_faults(certification)
        for version in certification.versions:
            yield from _version_faults(version)


def _weight_faults(certification: CertificationOutline) -> Iterator[Fault]:
    for domain in certification.domains:
        if not WEIGHT.fullmatch(domain.weight):
            message = f"the weight of “{domain.title}” is wrong: “{domain.weight}”"
            yield Fault(domain.place_of("weight"), message, "write percents: 28, or 25-30")


def _date_faults(certification: CertificationOutline) -> Iterator[Fault]:
    if certification.retired_on and certification.status != Certification.Status.RETIRED:
        message = f"“{certification.title}” has a day of retirement but is not retired"
        mend = "write “status: retired”, or “retires_on” for a day to come"
        yield Fault(certification.place_of("retired_on"), message, mend)
    if certification.successor and certification.successor.key == certification.key:
        message = f"“{certification.title}” is its own successor"
        yield Fault(certification.place_of("successor"), message, "name another certification")


def _version_faults(version: ExamVersion) -> Iterator[Fault]:
    if not version.title:
        yield Fault(version.place, "“title” is missing or empty", "write what to take")
    for name in ("starts_on", "ends_on"):
        day = getattr(version, name)
        if day is not None and not _is_day(day):
            mend = "write year, month and day, such as 2026-09-29"
            yield Fault(version.place_of(name), f"“{name}” is wrong: “{day}”", mend)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True

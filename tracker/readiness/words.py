"""Readiness in words.  No Django, no clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from math import floor

from tracker.readiness.proof import Credit, Kind

KIND_LABELS = {
    Kind.CONFIRMED: "confirmed by somebody else",
    Kind.CERTIFICATE: "covered by a certificate",
    Kind.QUIZ: "tested by a check",
    Kind.REVIEWED: "judged by you against its rubric",
    Kind.LINK: "linked, and not judged",
    Kind.CHECK_OFF: "checked off",
    Kind.CLAIM: "claimed as known",
    Kind.SELF_RATING: "rated by you",
}


def exactly(points: Fraction, *, is_signed: bool = False) -> str:
    """Return points with two digits after the dot, cut off rather than rounded up."""
    sign = "\N{MINUS SIGN}" if points < 0 else "+" if is_signed else ""
    hundredths = floor(abs(points) * 100)
    if points and not hundredths:
        return f"{sign}less than 0.01"
    return f"{sign}{hundredths // 100}.{hundredths % 100:02}"


def rests_on(credits: Iterable[Credit]) -> str:
    """Say what a skill's milestones rest on: 2 of 5 milestones: 1 linked, 1 checked off."""
    listed = list(credits)
    counts = Counter(credit.evidence.kind for credit in listed if credit.evidence)
    total = len(listed)
    of = f"{counts.total()} of {total} milestone{'' if total == 1 else 's'}"
    parts = [f"{counts[kind]} {label}" for kind, label in KIND_LABELS.items() if counts[kind]]
    return f"{of}: {', '.join(parts)}" if parts else of

"""What a look at a link means, and when a link counts as dead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import Enum

GONE = frozenset({404, 410})
# What answers a program so may well open for a person.
TURNED_AWAY = frozenset({401, 402, 403, 405, 406, 407, 429, 451})
HIGHEST_STATUS = 599

# A link is dead once it failed on so many different days.
DAYS_FAILING = 3
DAYS_GONE = 2


class Verdict(Enum):
    SEEN = "seen"
    FAILING = "failing"
    GONE = "gone"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look at a link brought; no status where nobody answered."""

    verdict: Verdict
    reason: str = ""
    status: int | None = None
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""


def verdict_of(status: int) -> Verdict:
    if status in GONE:
        return Verdict.GONE
    if status in TURNED_AWAY or status > HIGHEST_STATUS:
        return Verdict.UNCLEAR
    return Verdict.SEEN if status < 400 else Verdict.FAILING


@dataclass(frozen=True, slots=True)
class Standing:
    """What many looks add up to."""

    last_seen_at: datetime | None = None
    failing_since: datetime | None = None
    last_failed_on: date | None = None
    failing_days: int = 0
    gone_days: int = 0
    dead_since: datetime | None = None


def standing_after(before: Standing, finding: Finding, at: datetime) -> Standing:
    """Return where a link stands after a look; a success forgets every failure.

    A second failure on the same day (UTC) says nothing new, so one bad day kills no link.
    """
    if finding.verdict is Verdict.SEEN:
        return Standing(last_seen_at=at)
    today = at.astimezone(UTC).date()
    if finding.verdict is Verdict.UNCLEAR or before.last_failed_on == today:
        return before
    failing = replace(
        before,
        failing_since=before.failing_since or at,
        last_failed_on=today,
        failing_days=before.failing_days + 1,
        gone_days=before.gone_days + (finding.verdict is Verdict.GONE),
    )
    if failing.failing_days >= DAYS_FAILING or failing.gone_days >= DAYS_GONE:
        return replace(failing, dead_since=failing.failing_since)
    return failing

"""All that a learner recorded of milestones as rows, and how each finished one is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass

from common.spreadsheets import harmless
from tracker.accounts.models import User
from tracker.progress.models import Achievement
from tracker.progress.selectors import titles_by_key

BASES = {
    Achievement.Basis.TESTED: "Tested by a check",
    Achievement.Basis.EVIDENCED: "Shown with evidence",
    Achievement.Basis.CLAIMED: "On your word",
}


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A milestone's line; `basis` is empty while it is not finished."""

    milestone: str
    title: str
    state: str
    basis: str
    minutes_spent: int
    evidence_url: str
    changed_at: str

    def as_json(self) -> dict[str, str | int]:
        return asdict(self)

    def as_csv(self) -> list[object]:
        return [harmless(cell) for cell in asdict(self).values()]


COLUMNS = tuple(RecordRow.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class BasisLine:
    label: str
    count: int


def record_rows(learner: User) -> list[RecordRow]:
    """Return a row for each milestone that has a record, in two queries."""
    achievements = list(Achievement.objects.of(learner).order_by("milestone_key"))
    titles = titles_by_key(each.milestone_key for each in achievements)
    return [
        RecordRow(
            milestone=each.milestone_key,
            title=titles.get(each.milestone_key, ""),
            state=each.state,
            basis=each.basis or "",
            minutes_spent=each.minutes_spent,
            evidence_url=each.evidence_url,
            changed_at=each.changed_at.isoformat(timespec="seconds"),
        )
        for each in achievements
    ]


def basis_lines(learner: User) -> list[BasisLine]:
    """Count finished milestones by how it is known that they are; the surest first."""
    finished = Achievement.objects.of(learner).finished()
    counts = Counter(each.basis for each in finished.only(*BASIS_FIELDS))
    return [BasisLine(label, counts[basis]) for basis, label in BASES.items()]


BASIS_FIELDS = ("state", "is_tested", "evidence_url")

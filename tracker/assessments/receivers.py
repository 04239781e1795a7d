"""What readiness is told of the checks a learner passed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from fractions import Fraction
from typing import Any

from django.dispatch import receiver

from common import clock
from tracker.accounts.models import User
from tracker.assessments.models import Attempt
from tracker.progress.models import Achievement
from tracker.readiness.proof import PASS_MARK, Evidence, Kind, quiz_quality
from tracker.readiness.signals import evidence_asked


@receiver(evidence_asked)
def passed_checks(sender: object, *, learner: User, on: date, **news: Any) -> list[Evidence]:
    """Return what passed checks show; a pass that was undone shows nothing any more."""
    proofs = list(Attempt.objects.of(learner).proofs())
    if not proofs:
        return []
    tested = Achievement.objects.of(learner).finished().filter(is_tested=True)
    keys = set(tested.values_list("milestone_key", flat=True))
    found = [_evidence(attempt, learner, keys) for attempt in proofs]
    return [each for each in found if each.units and (each.since is None or each.since <= on)]


def _evidence(attempt: Attempt, learner: User, tested: Collection[str]) -> Evidence:
    return Evidence(
        kind=Kind.QUIZ,
        source=f"check of {attempt.about}",
        units=frozenset(key for key in attempt.milestone_keys if key in tested),
        quality=_quality(attempt),
        since=clock.date_of(attempt.finished_at, learner) if attempt.finished_at else None,
    )


def _quality(attempt: Attempt) -> Fraction:
    """Take chance away from the score; a pass is worth no less than the pass mark."""
    score = Fraction(attempt.right_count, attempt.asked_count)
    chances = [Fraction(1, answer["of"]) for answer in attempt.answers]
    guess = sum(chances, Fraction(0)) / attempt.asked_count
    return max(PASS_MARK, quiz_quality(score, guess=guess))

"""What readiness is told of the checks a learner passed, and of the work they showed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.dispatch import receiver

from common import clock
from tracker.accounts.models import User
from tracker.assessments.models import Attempt, Work
from tracker.readiness.evidence import Records
from tracker.readiness.proof import PASS_MARK, Evidence, Kind, quiz_quality
from tracker.readiness.signals import evidence_asked


@receiver(evidence_asked)
def passed_checks(
    sender: object, *, learner: User, on: date, records: Records, **news: Any
) -> list[Evidence]:
    """Return what passed checks show; a pass that was undone shows nothing any more."""
    tested = {key for key, record in records.items() if record.is_finished and record.is_tested}
    found = [_evidence(each, learner, tested) for each in Attempt.objects.of(learner).proofs()]
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


@receiver(evidence_asked)
def judged_work(
    sender: object, *, learner: User, on: date, records: Records, **news: Any
) -> list[Evidence]:
    """Return what finished work shows that a mentor confirmed or its author judged good enough."""
    finished = {key for key, record in records.items() if record.is_finished}
    works = Work.objects.of(learner).shown().with_verdicts()
    found = [_judged(work, learner) for work in works if work.milestone_key in finished]
    return [each for each in found if each and (each.since is None or each.since <= on)]


def _judged(work: Work, learner: User) -> Evidence | None:
    """Return the evidence in one piece of work; a mentor's word goes before its author's.

    A judgement below the pass mark is no proof, so that an honest one never costs anything.
    """
    if work.confirmed_at:
        return _work_evidence(Kind.CONFIRMED, work, Fraction(1), learner, work.confirmed_at)
    if work.declined_at or work.quality < PASS_MARK:
        return None
    return _work_evidence(Kind.REVIEWED, work, work.quality, learner, work.changed_at)


def _work_evidence(
    kind: Kind, work: Work, quality: Fraction, learner: User, at: datetime
) -> Evidence:
    return Evidence(
        kind=kind,
        source=f"work on {work.milestone_key}",
        units=frozenset({work.milestone_key}),
        quality=quality,
        since=clock.date_of(at, learner),
    )

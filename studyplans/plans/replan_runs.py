"""Compute many learners' plans again: after new editions are taken on, or new zone rules."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from studyplans.plans.actions import replan
from studyplans.plans.models import Receipt, ReplanRun
from studyplans.plans.planning import News
from tracker.accounts.models import User
from tracker.progress.models import Enrolment

BATCH = 50
# A run that has not moved for so long has lost its worker.
STUCK_AFTER = timedelta(minutes=10)

log = logging.getLogger(__name__)


def begin_run(*, reason: str, curriculum_slug: str = "", at: datetime) -> ReplanRun:
    run = ReplanRun(reason=reason, curriculum_slug=curriculum_slug, begun_at=at, moved_at=at)
    run.total = _learners(run).count()
    run.save()
    return run


def go_on(run_id: int, *, at: datetime) -> bool:
    """Replan the next batch; False when the run is over or another worker has it.

    Each learner is a transaction of its own; one whose plan fails is logged and passed over.
    """
    run = _claim(run_id, at=at)
    if run is None:
        return False
    batch = list(_learners(run).filter(pk__gt=run.last_learner_id)[:BATCH])
    failed = sum(not _replanned(learner, run, at=at) for learner in batch)
    mine = ReplanRun.objects.filter(pk=run.pk, last_learner_id=run.last_learner_id)
    if not batch:
        mine.update(finished_at=at)
        return False
    mine.update(
        last_learner_id=batch[-1].pk,
        replanned=F("replanned") + len(batch) - failed,
        failed=F("failed") + failed,
        moved_at=at,
    )
    return True


def stuck_runs(*, at: datetime) -> list[int]:
    waiting = ReplanRun.objects.filter(finished_at=None, moved_at__lt=at - STUCK_AFTER)
    return list(waiting.values_list("pk", flat=True))


def _claim(run_id: int, *, at: datetime) -> ReplanRun | None:
    with transaction.atomic():
        unfinished = ReplanRun.objects.select_for_update(skip_locked=True)
        run = unfinished.filter(pk=run_id, finished_at=None).first()
        if run is not None:
            ReplanRun.objects.filter(pk=run_id).update(moved_at=at)
        return run


def _learners(run: ReplanRun) -> QuerySet[User]:
    following = Enrolment.objects.active()
    if run.curriculum_slug:
        following = following.filter(curriculum__slug=run.curriculum_slug)
    return User.objects.filter(pk__in=following.values("learner")).order_by("pk")


def _replanned(learner: User, run: ReplanRun, *, at: datetime) -> bool:
    try:
        replan(learner=learner, at=at, news=News(cause=Receipt.Cause.REPLAN, subject=run.reason))
    except Exception:
        log.exception("The plan of learner %s could not be computed.", learner.pk)
        return False
    return True

"""Answers that cost much and change seldom, kept in the cache under all that they rest on."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from django.core.cache import cache
from django.db.models import Count, Subquery
from redis import RedisError

from common import clock
from studyplans.plans.models import ForecastCalibration, StudyPlan
from tracker.progress.models import AchievementEvent

Answer = TypeVar("Answer")

# An answer is about a day of the learner's; older ones are never asked for again.
KEPT_SECONDS = 26 * 60 * 60
# Raise it with every change of the fields of what is kept: an upgrade reads no older answers.
SHAPE = 1


class KeptAnswers:
    """What was answered about a plan before, as long as nothing it rests on has changed.

    A plan's version rises with each change of its time, paths or sessions, and whatever is learnt
    is an event.  So nothing ever has to be thrown away, and nothing old is told.
    """

    def __init__(self, study_plan: StudyPlan, *, at: datetime) -> None:
        self._study_plan = study_plan
        self._today = clock.date_of(at, study_plan.learner)

    def to(self, question: str, compute: Callable[[], Answer]) -> Answer:
        """Return the kept answer, or compute and keep it; a cache that is down only costs time."""
        key = f"plans:{SHAPE}:{question}:{self._version}"
        with contextlib.suppress(RedisError):
            known: tuple[Answer] | None = cache.get(key)
            if known is not None:
                return known[0]
        answer = compute()
        with contextlib.suppress(RedisError):
            cache.set(key, (answer,), KEPT_SECONDS)
        return answer

    @cached_property
    def _version(self) -> str:
        # Counted: of two events written at once the one with the higher key may be seen first.
        events = AchievementEvent.objects.filter(learner=self._study_plan.learner_id).order_by()
        calibrations = ForecastCalibration.objects.values("pk")[:1]
        own = StudyPlan.objects.filter(pk=self._study_plan.pk)
        parts = own.values_list(
            "pk",
            "version",
            Subquery(events.values("learner").annotate(count=Count("pk")).values("count")),
            Subquery(calibrations),
        ).get()
        return "-".join(map(str, (*parts, self._today)))

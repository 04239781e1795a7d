"""What all learners together made of each milestone, counted for its authors.

Achievements may be a million: they are counted in the database or streamed, never held at once.
What is held is one row a milestone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from statistics import median
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from tracker.progress.models import Achievement, MilestoneInsight

State = Achievement.State
LEAST_LEARNERS = MilestoneInsight.LEAST_LEARNERS
STOPPED_AFTER = timedelta(days=30)
BATCH = 1000

FINISHED = Q(state=State.DONE)
SKIPPED = Q(state=State.SKIPPED)
UNFINISHED = Q(state=State.LEARNING) | Q(state=State.OPEN, minutes_spent__gt=0)
# Who studied first and then skipped it has started it too.
STARTED = Q(state__in=[State.LEARNING, State.DONE]) | Q(minutes_spent__gt=0)
COUNTED = [
    "learners",
    "learners_started",
    "learners_finished",
    "learners_skipped",
    "learners_stopped",
    "median_minutes",
    "computed_at",
]


@dataclass(frozen=True, slots=True)
class InsightReceipt:
    """How many milestones have insight now, and how many had it before and have none any more."""

    stored: int
    removed: int


def compute_insight(*, at: datetime) -> InsightReceipt:
    """Count anew what is stored for every milestone; where learners became too few it goes."""
    # All reading comes first: SQLite lets nobody else write while a transaction does.
    insights = list(insights_at(at))
    with transaction.atomic():
        MilestoneInsight.objects.bulk_create(
            insights,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["milestone_key"],
            update_fields=COUNTED,
        )
        removed, _ = MilestoneInsight.objects.exclude(computed_at=at).delete()
    return InsightReceipt(len(insights), removed)


def insights_at(at: datetime) -> Iterator[MilestoneInsight]:
    """Yield the insight of every milestone with enough learners, in two queries for all."""
    medians = median_minutes()
    for counts in learner_counts(at):
        key = counts["milestone_key"]
        yield MilestoneInsight(**counts, median_minutes=medians.get(key), computed_at=at)


def learner_counts(at: datetime) -> Iterator[Any]:
    """Yield, by field, the counts of each milestone that enough learners have begun or skipped.

    A learner has one achievement a milestone, so counting rows counts learners.
    """
    stopped = UNFINISHED & Q(changed_at__lt=at - STOPPED_AFTER)
    by_key = Achievement.objects.filter(STARTED | SKIPPED).values("milestone_key")
    counted = by_key.annotate(
        learners=Count("pk"),
        learners_started=Count("pk", filter=STARTED),
        learners_finished=Count("pk", filter=FINISHED),
        learners_skipped=Count("pk", filter=SKIPPED),
        learners_stopped=Count("pk", filter=stopped),
    )
    enough = counted.filter(learners__gte=LEAST_LEARNERS)
    # Always in the same order, so that two runs at once wait for each other.
    return enough.order_by("milestone_key").iterator()


def median_minutes() -> dict[str, float]:
    """Return the median of the minutes that finishing took, where enough learners noted them."""
    timed = Achievement.objects.filter(FINISHED, minutes_spent__gt=0)
    rows = timed.order_by("milestone_key").values_list("milestone_key", "minutes_spent")
    medians: dict[str, float] = {}
    for key, group in groupby(rows.iterator(), key=itemgetter(0)):
        minutes = [spent for _, spent in group]
        if len(minutes) >= LEAST_LEARNERS:
            medians[key] = median(minutes)
    return medians

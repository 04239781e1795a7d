"""The insight into a curriculum as its authors read it, milestone by milestone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from tracker.curricula.models import Curriculum, Milestone, Module
from tracker.progress.models import MilestoneInsight


@dataclass(frozen=True, slots=True)
class InsightRow:
    """A milestone and what learners made of it: None where they are too few to say."""

    milestone: Milestone
    insight: MilestoneInsight | None
    is_where_most_stop: bool

    @property
    def real_minutes(self) -> int | None:
        median = self.insight.median_minutes if self.insight else None
        return None if median is None else round(median)

    @property
    def ratio_in_words(self) -> str:
        """Say what the real minutes are against the estimate: 1.3 times the estimate."""
        if self.real_minutes is None:
            return ""
        ratio = f"{self.real_minutes / self.milestone.effort_minutes:.1f}"
        return "as estimated" if ratio == "1.0" else f"{ratio} times the estimate"


@dataclass(frozen=True, slots=True)
class InsightModule:
    module: Module
    rows: tuple[InsightRow, ...]


@dataclass(frozen=True, slots=True)
class InsightTable:
    """All milestones of an edition in their order, and where most learners stop."""

    modules: tuple[InsightModule, ...]
    computed_at: datetime | None

    @property
    def rows(self) -> list[InsightRow]:
        return [row for module in self.modules for row in module.rows]

    @property
    def stopping_places(self) -> list[InsightRow]:
        return [row for row in self.rows if row.is_where_most_stop]


def insight_table(edition: Curriculum) -> InsightTable:
    """Return the table of an edition fetched with its outline, in two further queries.

    Insight hangs on keys, so what learners of earlier editions did counts here too.
    """
    insights = _insights_in(edition)
    most = most_stopped(insights.values())
    modules = tuple(
        InsightModule(
            module,
            tuple(
                _row(milestone, insights.get(milestone.key), most)
                for milestone in module.milestones.all()
            ),
        )
        for module in edition.modules.all()
    )
    newest = MilestoneInsight.objects.aggregate(newest=Max("computed_at"))["newest"]
    return InsightTable(modules, newest)


def most_stopped(insights: Iterable[MilestoneInsight]) -> int:
    """Return how many learners stopped where most of them do, 0 when nobody did."""
    return max((insight.learners_stopped for insight in insights), default=0)


def _insights_in(edition: Curriculum) -> dict[str, MilestoneInsight]:
    keys = Milestone.objects.filter(curriculum=edition).values("key")
    found = MilestoneInsight.objects.filter(milestone_key__in=keys)
    return {insight.milestone_key: insight for insight in found}


def _row(milestone: Milestone, insight: MilestoneInsight | None, most: int) -> InsightRow:
    is_most = insight is not None and 0 < insight.learners_stopped == most
    return InsightRow(milestone, insight, is_most)

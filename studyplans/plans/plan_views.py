"""The page of the plan: a month, a week or the agenda, of all paths or of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common import clock
from studyplans.plans.availability import weekly_minutes
from studyplans.plans.models import StudyPlan, Window
from studyplans.plans.plan_selectors import (
    DAY,
    WEEK,
    PathStanding,
    calendar_weeks,
    last_monday,
    merged,
    standings_of,
)
from studyplans.plans.selectors import plan_of
from tracker.accounts.models import LearnerRequest

WEEKS_SHOWN = 12
VIEWS = {"month": "Month", "week": "Week", "agenda": "Agenda"}
FARTHEST_YEARS = 20


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks to see."""

    view: str
    on: date
    path: str
    today: date

    @property
    def monday(self) -> date:
        """Return the first day shown."""
        first = self.on.replace(day=1) if self.view == "month" else self.on
        return first - first.weekday() * DAY

    @property
    def weeks(self) -> int:
        if self.view == "month":
            return (self._next_month - DAY - self.monday) // WEEK + 1
        return 1 if self.view == "week" else WEEKS_SHOWN

    @property
    def _next_month(self) -> date:
        return (self.on.replace(day=1) + 31 * DAY).replace(day=1)

    @property
    def title(self) -> str:
        if self.view == "month":
            return f"{self.on:%B %Y}"
        last = self.monday + self.weeks * WEEK - DAY
        first = f"{self.monday.day} {self.monday:%B}"
        if self.monday.year != last.year:
            first += f" {self.monday.year}"
        return f"{first} – {last.day} {last:%B %Y}"

    @property
    def earlier(self) -> date:
        if self.view == "month":
            return (self.on.replace(day=1) - DAY).replace(day=1)
        return self.monday - self.weeks * WEEK

    @property
    def later(self) -> date:
        return self._next_month if self.view == "month" else self.monday + self.weeks * WEEK

    def url(self, **other: Any) -> str:
        asked = {"view": self.view, "on": self.on, "path": self.path} | other
        if asked["on"] == self.today:
            del asked["on"]
        return f"?{urlencode({name: value for name, value in asked.items() if value})}"


@require_safe
@login_required
def plan(request: LearnerRequest) -> HttpResponse:
    at = clock.now()
    learner = request.user
    study_plan = plan_of(learner)
    standings = standings_of(learner, study_plan, at=at)
    asked = _asked(request, standings, at=at)
    windows = _windows_of(study_plan)
    context = {
        "plan": study_plan,
        "windows": windows,
        "weekly_minutes": weekly_minutes(windows),
        "standings": standings,
        "asked": asked,
        "here": f"{request.path}{asked.url()}",
        **_links(asked, standings),
        **_shown(study_plan, asked, at=at, is_whole="all" in request.GET),
    }
    return render(request, "studyplans/plans/plan.html", context)


def _windows_of(study_plan: StudyPlan | None) -> list[Window]:
    """Return the week, kept with the plan for the calendar that asks for it again."""
    if study_plan is None:
        return []
    prefetch_related_objects([study_plan], "windows")
    return list(study_plan.windows.all())


def _asked(request: LearnerRequest, standings: Sequence[PathStanding], *, at: datetime) -> Asked:
    """Read the address; what makes no sense is left out."""
    view, path = request.GET.get("view", ""), request.GET.get("path", "")
    today = clock.date_of(at, request.user)
    followed = {each.forecast.enrolment.curriculum.slug for each in standings}
    return Asked(
        view=view if view in VIEWS else "agenda",
        on=_day(request.GET.get("on", ""), today),
        path=path if path in followed else "",
        today=today,
    )


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day.year - today.year) <= FARTHEST_YEARS else today


def _links(asked: Asked, standings: Sequence[PathStanding]) -> dict[str, list[Link]]:
    curricula = [each.forecast.enrolment.curriculum for each in standings]
    one_each = [
        Link(each.title, asked.url(path=each.slug), each.slug == asked.path) for each in curricula
    ]
    return {
        "views": [
            Link(label, asked.url(view=view), view == asked.view) for view, label in VIEWS.items()
        ],
        "paths": [Link("All paths", asked.url(path=""), not asked.path), *one_each],
        "steps": [
            Link("Earlier", asked.url(on=asked.earlier)),
            Link("Today", asked.url(on=asked.today), asked.on == asked.today),
            Link("Later", asked.url(on=asked.later)),
        ],
    }


def _shown(
    study_plan: StudyPlan | None, asked: Asked, *, at: datetime, is_whole: bool
) -> dict[str, Any]:
    if study_plan is None:
        return {"weeks": []}
    last = last_monday(study_plan)
    if last is None:
        return {"weeks": []}
    weeks = asked.weeks
    if is_whole and asked.view == "agenda":
        weeks = max(weeks, (last - asked.monday) // WEEK + 1)
    found = calendar_weeks(study_plan, monday=asked.monday, weeks=weeks, at=at, path=asked.path)
    until = asked.monday + timedelta(weeks=weeks)
    return {
        "weeks": merged(found) if asked.view == "agenda" else found,
        "has_more": asked.view == "agenda" and last >= until,
    }

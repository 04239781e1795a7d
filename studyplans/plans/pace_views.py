"""The page of pace: what was planned and what became of it, as charts, tables, CSV and JSON."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common import clock
from common.spreadsheets import harmless
from studyplans.plans.pace_chart import Chart
from studyplans.plans.pace_charts import charts_of
from studyplans.plans.pace_selectors import DAYS_NEEDED, Pace
from tracker.accounts.models import LearnerRequest


@require_safe
@login_required
def pace(request: LearnerRequest) -> HttpResponse:
    """Show all charts; `?format=json` gives them as data, `?chart=weeks&format=csv` gives one."""
    found = Pace(request.user, at=clock.now())
    charts = charts_of(found)
    asked = request.GET.get("format", "")
    if asked == "json":
        return _json(_named(charts, request.GET["chart"]) if "chart" in request.GET else charts)
    if asked == "csv":
        return _csv(_named(charts, request.GET.get("chart", ""))[0])
    context = {
        "charts": charts,
        "is_enough": found.is_enough,
        "days_so_far": found.days_so_far,
        "days_needed": DAYS_NEEDED,
    }
    return render(request, "studyplans/plans/pace.html", context)


def _named(charts: Sequence[Chart], slug: str) -> list[Chart]:
    found = [chart for chart in charts if chart.slug == slug]
    if not found:
        names = ", ".join(chart.slug for chart in charts)
        raise Http404(f"Name one of these as chart: {names or 'none has enough data yet'}.")
    return found


def _json(charts: Sequence[Chart]) -> JsonResponse:
    return JsonResponse({"charts": [_document(chart) for chart in charts]})


def _document(chart: Chart) -> dict[str, Any]:
    rows = [[cell.value for cell in row] for row in chart.rows]
    return {
        "chart": chart.slug,
        "title": chart.title,
        "sentence": chart.sentence,
        "rows": [dict(zip(chart.columns, row, strict=True)) for row in rows],
    }


def _csv(chart: Chart) -> HttpResponse:
    disposition = f'attachment; filename="milepost-{chart.slug}.csv"'
    response = HttpResponse(
        content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )
    writer = csv.writer(response)
    writer.writerow(chart.columns)
    writer.writerows([harmless(cell.value) for cell in row] for row in chart.rows)
    return response

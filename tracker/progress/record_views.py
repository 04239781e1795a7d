"""What a learner recorded, to take along: as a table for spreadsheets, and as JSON."""

from __future__ import annotations

import csv

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from tracker.accounts.models import LearnerRequest
from tracker.progress.record_table import COLUMNS, RecordRow, record_rows


@require_safe
@login_required
def record(request: LearnerRequest, form: str) -> HttpResponse:
    rows = record_rows(request.user)
    if form == "json":
        return JsonResponse({"milestones": [row.as_json() for row in rows]})
    if form == "csv":
        return _csv(rows)
    raise Http404("There is a csv and a json.")


def _csv(rows: list[RecordRow]) -> HttpResponse:
    response = HttpResponse(
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="milepost-progress.csv"'},
    )
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    writer.writerows(row.as_csv() for row in rows)
    return response

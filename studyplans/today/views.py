from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common import clock
from studyplans.today import selectors
from tracker.accounts.models import LearnerRequest
from tracker.curricula.selectors import suggested_paths


@require_safe
@login_required
def today(request: LearnerRequest) -> HttpResponse:
    view = selectors.today_of(request.user, at=clock.now())
    suggestions = [] if view.paths else suggested_paths()
    context = {"view": view, "suggestions": suggestions}
    return render(request, "studyplans/today/today.html", context)

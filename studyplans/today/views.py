"""Today, the lighter week, and the screen a learner comes back to."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from studyplans.plans.absence import is_paused_on
from studyplans.plans.actions import halve_week
from studyplans.plans.availability_forms import PauseForm
from studyplans.plans.availability_selectors import latest_receipt
from studyplans.plans.models import StudySession
from studyplans.plans.receipt_messages import tell
from studyplans.plans.selectors import plan_of
from studyplans.today import actions, selectors
from studyplans.today.lighter import lighter_week
from studyplans.today.returning import proposed_date, return_view
from tracker.accounts.models import LearnerRequest
from tracker.curricula.selectors import suggested_paths

FRESH_STARTS = {
    "full": "Welcome back. Your plan starts again from now.",
    "gentle": "Welcome back. The first seven days have half their minutes.",
}


@require_safe
@login_required
def today(request: LearnerRequest) -> HttpResponse:
    at = clock.now()
    study_plan = plan_of(request.user)
    if study_plan and is_paused_on(study_plan, clock.date_of(at, request.user)):
        return redirect("come_back")
    view = selectors.today_of(request.user, study_plan, at=at)
    suggestions = [] if view.paths else suggested_paths()
    context = {"view": view, "suggestions": suggestions}
    return render(request, "studyplans/today/today.html", context)


@require_POST
@login_required
def move(request: LearnerRequest) -> HttpResponse:
    at = clock.now()
    moved = actions.move_to_today(learner=request.user, sessions=_asked(request), at=at)
    if moved.refusal:
        messages.warning(request, moved.refusal)
    if moved.starts_at:
        _tell_moved(request, moved)
    return redirect("today")


def _tell_moved(request: LearnerRequest, moved: actions.Moved) -> None:
    """Say what came to today; the first receipt takes back the later ones with it."""
    starts = [f"{each.astimezone(request.user.zone):%H:%M}" for each in moved.starts_at]
    if len(starts) == 1:
        receipt = moved.receipts[0] if moved.receipts else None
        tell(request, f"Moved to today, {starts[0]}.", receipt, back=reverse("today"))
        return
    undo = f"{reverse('undo_receipt', args=[moved.receipts[0].pk])}?next={reverse('today')}"
    text = f"{len(starts)} sessions moved to today, the first at {min(starts)}."
    messages.success(request, text, extra_tags=f"undo:{undo}")


def _asked(request: LearnerRequest) -> list[StudySession]:
    """Return the sessions a form names, in time order; all have to be the learner's own."""
    keys = {key for key in request.POST.getlist("session") if key.isdecimal() and len(key) < 19}
    own = StudySession.objects.of(request.user).filter(pk__in=keys)
    found = list(own.select_related("plan__learner", "enrolment__curriculum"))
    if not found or len(found) < len(keys):
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def lighter(request: LearnerRequest) -> HttpResponse:
    """Say what a week of half the minutes would do, then do it."""
    at = clock.now()
    study_plan = plan_of(request.user)
    if study_plan is None:
        return redirect("today")
    if request.method == "POST":
        halve_week(learner=request.user, at=at)
        return _done(request, "The next seven days have half their minutes.", at=at)
    view = lighter_week(study_plan, at=at)
    return render(request, "studyplans/today/lighter.html", {"view": view})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def come_back(request: LearnerRequest) -> HttpResponse:
    """Show what a paused learner can come back to, and do what they choose."""
    at = clock.now()
    today = clock.date_of(at, request.user)
    study_plan = plan_of(request.user)
    if study_plan is None or not is_paused_on(study_plan, today):
        return redirect("today")
    proposed = {"resumes_on": proposed_date(study_plan, today=today)}
    form = PauseForm(request.POST or None, today=today, initial=proposed)
    asked = form.cleaned_data if form.is_valid() else proposed
    choice = request.POST.get("choice", "")
    if choice in FRESH_STARTS:
        actions.come_back(learner=request.user, choice=choice, at=at)
        return _done(request, FRESH_STARTS[choice], at=at)
    if choice == "later" and form.is_valid():
        actions.stay_away(learner=request.user, at=at, **asked)
        return _done(request, f"Your plan stays paused {_until(asked['resumes_on'])}.", at=at)
    context = {"view": return_view(study_plan, at=at, **asked), "form": form}
    status = 422 if choice else 200
    return render(request, "studyplans/today/return.html", context, status=status)


def _until(day: date | None) -> str:
    return f"until {day:%A} {day.day} {day:%B}" if day else "until you come back"


def _done(request: LearnerRequest, text: str, *, at: datetime) -> HttpResponse:
    tell(request, text, latest_receipt(request.user, at=at), back=reverse("today"))
    return redirect("today")

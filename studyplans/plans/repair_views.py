"""The page of what would make a plan meet its dates, and doing it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from common import clock
from studyplans.plans import actions
from studyplans.plans.models import Receipt, StudyPlan
from studyplans.plans.plan_now import Repairs, repairs_of
from studyplans.plans.receipt_messages import tell
from studyplans.plans.selectors import windows_of
from tracker.accounts.models import LearnerRequest


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def repairs(request: LearnerRequest) -> HttpResponse:
    """Show the repairs; one that is asked for is found anew, so that it still is exact."""
    at = clock.now()
    study_plan = get_object_or_404(
        StudyPlan.objects.select_related("learner"), learner=request.user
    )
    found = repairs_of(study_plan, at=at)
    if request.method != "POST":
        return render(request, "studyplans/plans/repairs.html", {"repairs": found})
    text = _mend(request, found, at=at)
    if text:
        newest = Receipt.objects.of(request.user).filter(made_at=at).first()
        tell(request, text, newest, back=request.path)
    else:
        messages.info(request, "Your plan has changed since. Look again at what would help.")
    return redirect("plan" if text else "repairs")


def _mend(request: LearnerRequest, found: Repairs, *, at: datetime) -> str:
    """Do what was asked for; return what was done, nothing where it no longer helps."""
    if request.POST.get("more_time") and found.more_time:
        windows = found.more_time.windows
        actions.change_windows(learner=request.user, windows=windows, at=at)
        return f"Your week is {found.more_time.minutes} minutes longer."
    if request.POST.get("leave_out") and found.leave_out:
        keys = found.leave_out.keys
        actions.leave_out(learner=request.user, milestone_keys=keys, at=at)
        return f"{len(keys)} optional milestone{'s' * (len(keys) > 1)} left out."
    asked = request.POST.get("new_target")
    for target in found.new_targets:
        if target.enrolment and str(target.enrolment.pk) == asked:
            actions.start_plan(
                learner=request.user,
                curriculum=target.enrolment.curriculum,
                windows=windows_of(request.user),
                started_on=target.enrolment.started_on,
                target_date=target.after,
                at=at,
            )
            return f"{target.title} is to be done by {target.after.day} {target.after:%B %Y} now."
    return ""

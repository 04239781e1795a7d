from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common import clock
from tracker.accounts.actions import change_profile
from tracker.accounts.forms import ProfileForm
from tracker.accounts.models import LearnerRequest


@require_safe
@login_required
def settings(request: LearnerRequest) -> HttpResponse:
    context = {"learner": request.user, "now": clock.now()}
    return render(request, "tracker/accounts/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: LearnerRequest) -> HttpResponse:
    learner = request.user
    known = {
        "name": learner.name,
        "time_zone": learner.time_zone,
        "day_starts_at": f"{learner.day_starts_at:%H:%M}",
    }
    form = ProfileForm(request.POST or None, initial=known)
    if form.is_valid():
        change_profile(learner=learner, **form.cleaned_data)
        messages.success(request, "Your profile is saved.")
        return redirect("settings")
    context = {"form": form, "learner": learner, "now": clock.now()}
    return render(
        request, "tracker/accounts/profile.html", context, status=422 if form.errors else 200
    )

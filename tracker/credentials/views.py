"""The certificates a learner holds: add one, look at them, remove one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from common import clock
from tracker.accounts.models import LearnerRequest
from tracker.credentials import actions, selectors
from tracker.credentials.forms import HeldCertificationForm
from tracker.credentials.models import HeldCertification


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def held(request: LearnerRequest) -> HttpResponse:
    today = clock.today_for(request.user)
    data = request.POST if request.method == "POST" else None
    initial = {"certification": request.GET.get("certification")}
    form = HeldCertificationForm(data, initial=initial, today=today)
    if data is not None and form.is_valid():
        actions.add_certification(learner=request.user, at=clock.now(), **form.cleaned_data)
        messages.success(request, f"“{form.cleaned_data['certification']}” is noted.")
        return redirect("held")
    context = {
        "section": "progress",
        "form": form,
        "certificates": selectors.held_by(request.user, on=today),
    }
    status = 422 if form.is_bound else 200
    return render(request, "tracker/credentials/held.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        HeldCertification.objects.of(request.user).select_related("certification"), pk=pk
    )
    if request.method != "POST":
        context = {"section": "progress", "held": found}
        return render(request, "tracker/credentials/remove.html", context)
    actions.remove_certification(held=found)
    messages.success(request, f"“{found}” is removed.")
    return redirect("held")

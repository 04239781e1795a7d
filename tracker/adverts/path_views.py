"""A learner's own paths: see them, rename them, remove them and bring them back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from tracker.accounts.models import LearnerRequest
from tracker.adverts import actions, selectors
from tracker.adverts.forms import RenameForm
from tracker.curricula.actions import rename_personal_path
from tracker.curricula.models import Curriculum
from tracker.progress.models import Enrolment


@require_safe
@login_required
def my_paths(request: LearnerRequest) -> HttpResponse:
    context = {"section": "progress", "paths": selectors.personal_paths_of(request.user)}
    return render(request, "tracker/adverts/my_paths.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rename(request: LearnerRequest, slug: str) -> HttpResponse:
    path = get_object_or_404(Curriculum.objects.personal_to(request.user), slug=slug)
    data = request.POST if request.method == "POST" else None
    form = RenameForm(data, initial={"title": path.title})
    if form.is_valid():
        rename_personal_path(path=path, title=form.cleaned_data["title"])
        messages.success(request, f"It is called “{path}” now.")
        return redirect("my_paths")
    context = {"section": "progress", "path": path, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "tracker/adverts/rename_path.html", context, status=status)


@require_POST
@login_required
def remove(request: LearnerRequest, slug: str) -> HttpResponse:
    enrolment = _own_or_404(request, slug)
    actions.remove_path(enrolment=enrolment, at=clock.now())
    messages.success(
        request,
        f"“{enrolment.curriculum}” is out of your plan. What you did in it stays done.",
        extra_tags=f"undo:{reverse('bring_back_path', args=[slug])}",
    )
    return redirect("my_paths")


@require_POST
@login_required
def bring_back(request: LearnerRequest, slug: str) -> HttpResponse:
    enrolment = _own_or_404(request, slug)
    actions.bring_back_path(enrolment=enrolment, at=clock.now())
    messages.success(request, f"“{enrolment.curriculum}” is back in your plan.")
    return redirect("my_paths")


def _own_or_404(request: LearnerRequest, slug: str) -> Enrolment:
    own = Enrolment.objects.of(request.user).select_related("curriculum", "learner")
    personal = Curriculum.objects.personal_to(request.user)
    return get_object_or_404(own, curriculum__in=personal, curriculum__slug=slug)

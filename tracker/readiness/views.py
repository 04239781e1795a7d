"""How ready a learner is for which role, why, and what to do next."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from common import clock
from tracker.accounts.models import LearnerRequest
from tracker.readiness import actions, selectors
from tracker.readiness.forms import TargetRolesForm
from tracker.readiness.proof import CAPS, FLOOR
from tracker.readiness.words import KIND_LABELS


@require_safe
@login_required
def readiness(request: LearnerRequest) -> HttpResponse:
    return _page(request, role_key=request.GET.get("role", ""))


@require_POST
@login_required
def choose_roles(request: LearnerRequest) -> HttpResponse:
    form = TargetRolesForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=422)
    actions.choose_roles(learner=request.user, roles=form.cleaned_data["roles"])
    messages.success(request, "Your roles are saved.")
    return redirect("readiness")


def _page(
    request: LearnerRequest,
    *,
    role_key: str = "",
    form: TargetRolesForm | None = None,
    status: int = 200,
) -> HttpResponse:
    today = clock.today_for(request.user)
    view = selectors.readiness_view(request.user, on=today, role_key=role_key)
    chosen = [line.role.key for line in view.targets] if view else []
    context = {
        "section": "progress",
        "view": view,
        "form": form or TargetRolesForm(initial={"roles": chosen}),
        "caps": [(KIND_LABELS[kind], *caps) for kind, caps in reversed(CAPS.items())],
        "floor_percent": int(100 * FLOOR),
    }
    return render(request, "tracker/readiness/readiness.html", context, status=status)

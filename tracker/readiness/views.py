"""How ready a learner is for which role, why, and what to do next."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from common import clock
from tracker.accounts.models import LearnerRequest, User
from tracker.progress.models import Enrolment
from tracker.readiness import actions, selectors
from tracker.readiness.forms import TargetRolesForm
from tracker.readiness.proof import CAPS, FLOOR
from tracker.readiness.signals import pause_told
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


@require_POST
@login_required
def plan_milestone(request: LearnerRequest, key: str) -> HttpResponse:
    """Put a milestone into the plan; who has not said yet when there is time says so first."""
    today = clock.today_for(request.user)
    milestones = selectors.way_to(request.user, key, on=today)
    if not milestones:
        raise Http404(f"The library has no milestone {key}.")
    is_first = not Enrolment.objects.of(request.user).current().exists()
    enrolment = actions.plan_milestone(
        learner=request.user, milestones=milestones, on=today, at=clock.now()
    )
    if enrolment is None:
        rest = _rest_of(request.user)
        said = f". {rest}" if rest else ": your plan takes it up."
        messages.info(request, f"You follow “{milestones[-1]}” already{said}")
        return redirect("plan")
    _tell(request, enrolment, len(milestones) - 1)
    return redirect("enrol", enrolment.curriculum.slug) if is_first else redirect("plan")


def _tell(request: LearnerRequest, enrolment: Enrolment, count: int) -> None:
    first = f", with the {count} milestone{'s' * (count > 1)} it needs first" if count else ""
    undo = f"undo:{reverse('leave', args=[enrolment.curriculum.slug])}"
    rest = _rest_of(request.user)
    said = f"is taken up{first}. {rest}" if rest else f"is planned{first}."
    messages.success(request, f"“{enrolment.curriculum}” {said}", extra_tags=undo)


def _rest_of(learner: User) -> str:
    """Return what is said of a plan that is paused; nothing of one that runs."""
    answers = pause_told.send(User, learner=learner)
    return " ".join(said for _, said in answers if said)


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

"""A new edition of what a learner follows: what it changes, accepting it, going back."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from common import clock
from tracker.accounts.models import LearnerRequest
from tracker.progress import actions, editions
from tracker.progress.models import Enrolment


@require_safe
@login_required
def edition(request: LearnerRequest, slug: str) -> HttpResponse:
    enrolment = _enrolment_or_404(request, slug)
    context = {
        "enrolment": enrolment,
        "offer": editions.offer_to(enrolment),
        "last_change": editions.last_change(enrolment),
    }
    return render(request, "tracker/progress/edition.html", context)


@require_POST
@login_required
def accept_edition(request: LearnerRequest, slug: str) -> HttpResponse:
    enrolment = _enrolment_or_404(request, slug)
    change = actions.accept_edition(enrolment=enrolment, at=clock.now())
    if change is not None:
        text = f"You follow edition {change.after.edition} now. You can go back on this page."
        messages.success(request, text)
    return redirect("edition", slug)


@require_POST
@login_required
def go_back_to_edition(request: LearnerRequest, slug: str) -> HttpResponse:
    enrolment = _enrolment_or_404(request, slug)
    change = actions.go_back_to_edition(enrolment=enrolment, at=clock.now())
    if change is not None:
        messages.success(request, f"You follow edition {change.before.edition} again.")
    return redirect("edition", slug)


def _enrolment_or_404(request: LearnerRequest, slug: str) -> Enrolment:
    enrolments = Enrolment.objects.of(request.user).current()
    return get_object_or_404(
        enrolments.select_related("curriculum", "learner"), curriculum__slug=slug
    )

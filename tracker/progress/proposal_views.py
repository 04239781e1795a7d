"""Where a learner proposes something better than a resource that is gone."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from common import clock
from common.next_page import next_page
from tracker.accounts.models import LearnerRequest
from tracker.curricula import selectors as library
from tracker.curricula.actions import CannotPropose, propose_resource
from tracker.curricula.models import Resource
from tracker.progress.forms import ProposalForm
from tracker.progress.selectors import LinkedResource


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def propose(request: LearnerRequest, key: str) -> HttpResponse:
    resource = get_object_or_404(library.resources_open_to_learners(), key=key)
    if request.method != "POST":
        return _page(request, resource, ProposalForm())
    form = ProposalForm(request.POST)
    if not form.is_valid():
        return _page(request, resource, form, status=422)
    try:
        propose_resource(
            resource=resource, learner=request.user, at=clock.now(), **form.cleaned_data
        )
    except CannotPropose as refused:
        form.add_error(None, str(refused))
        return _page(request, resource, form, status=422)
    messages.success(request, "Thank you. An author will look at it.")
    return redirect(request.get_full_path())


def _page(
    request: LearnerRequest, resource: Resource, form: ProposalForm, status: int = 200
) -> HttpResponse:
    context = {
        "section": "paths",
        "form": form,
        "linked": LinkedResource(resource),
        "proposals": library.proposals_of(request.user, resource),
        "back": next_page(request),
    }
    return render(request, "tracker/progress/propose_resource.html", context, status=status)

""" "I know this", for a module: on one's word, by a self-check, or with evidence."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from common import clock
from tracker.accounts.models import LearnerRequest
from tracker.assessments import actions, selectors, views
from tracker.assessments.forms import EvidenceForm
from tracker.assessments.models import Placement
from tracker.curricula.models import Module


@require_safe
@login_required
def known(request: LearnerRequest, slug: str, key: str) -> HttpResponse:
    return _page(request, _module(request, slug, key), EvidenceForm())


@require_POST
@login_required
def claim(request: LearnerRequest, slug: str, key: str) -> HttpResponse:
    module = _module(request, slug, key)
    placement = actions.claim_module(learner=request.user, module=module, at=clock.now())
    return _placed(request, placement, slug, key)


@require_POST
@login_required
def show(request: LearnerRequest, slug: str, key: str) -> HttpResponse:
    module = _module(request, slug, key)
    form = EvidenceForm(request.POST)
    if not form.is_valid():
        return _page(request, module, form, status=422)
    placement = actions.show_module(
        learner=request.user, module=module, at=clock.now(), **form.cleaned_data
    )
    return _placed(request, placement, slug, key)


@require_POST
@login_required
def check(request: LearnerRequest, slug: str, key: str) -> HttpResponse:
    bank = selectors.module_bank(_module(request, slug, key))
    return views.start(request, bank, back=reverse("known", args=[slug, key]))


@require_POST
@login_required
def undo(request: LearnerRequest, pk: int) -> HttpResponse:
    placement = get_object_or_404(Placement.objects.of(request.user), pk=pk)
    actions.undo_placement(placement=placement, at=clock.now())
    messages.success(request, "Taken back. What you have changed since stays.")
    return redirect("known", placement.curriculum_slug, placement.module_key)


def _module(request: LearnerRequest, slug: str, key: str) -> Module:
    module = selectors.find_module(slug, key, learner=request.user)
    if module is None:
        raise Http404(f"{slug} has no module {key}.")
    return module


def _page(
    request: LearnerRequest, module: Module, form: EvidenceForm, *, status: int = 200
) -> HttpResponse:
    knowledge = selectors.knowledge_of(module, learner=request.user, at=clock.now())
    context = {"knowledge": knowledge, "module": module, "form": form}
    return render(request, "tracker/assessments/known.html", context, status=status)


def _placed(
    request: LearnerRequest, placement: Placement | None, slug: str, key: str
) -> HttpResponse:
    if placement is None:
        messages.info(request, "Nothing in it was left to credit, so nothing has changed.")
    else:
        count = placement.events.count()
        noun = "milestone counts" if count == 1 else "milestones count"
        way = placement.get_way_display()
        messages.success(request, f"{count} {noun} as known already, {way}.")
    return redirect("known", slug, key)

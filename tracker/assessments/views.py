"""Checking oneself: the offer, one question after the other, and the result."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from tracker.accounts.models import LearnerRequest
from tracker.assessments import actions, selectors
from tracker.assessments.forms import AnswerForm
from tracker.assessments.models import Attempt
from tracker.curricula.models import Milestone
from tracker.progress import actions as progress_actions
from tracker.progress.selectors import find_milestone


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def check(request: LearnerRequest, key: str) -> HttpResponse:
    milestone = milestone_or_404(request, key)
    bank = selectors.milestone_bank(milestone)
    if request.method == "POST":
        return start(request, bank, back=reverse("check", args=[key]))
    offer = selectors.offer_of(bank, learner=request.user, at=clock.now())
    context = {"milestone": milestone, "offer": offer}
    return render(request, "tracker/assessments/check.html", context)


def milestone_or_404(request: LearnerRequest, key: str) -> Milestone:
    found = find_milestone(key, learner=request.user, slug=request.GET.get("in"))
    if found is None:
        raise Http404(f"No milestone has the key {key}.")
    return found


def start(request: LearnerRequest, bank: selectors.Bank, *, back: str) -> HttpResponse:
    """Begin an attempt, or say why it cannot begin now."""
    try:
        attempt = actions.start_attempt(learner=request.user, bank=bank, at=clock.now())
    except actions.TooSoon:
        messages.info(request, "You have just seen these questions. A night's sleep helps.")
        return redirect(back)
    except actions.NothingToAsk:
        messages.info(request, "There are no questions yet.")
        return redirect(back)
    return redirect(attempt)


@require_safe
@login_required
def attempt(request: LearnerRequest, pk: int) -> HttpResponse:
    view = selectors.view_of(_attempt(request, pk))
    context = {"view": view, "about": _about(request, view.attempt)}
    page = "attempt" if view.attempt.finished_at is None else "result"
    return render(request, f"tracker/assessments/{page}.html", context)


@require_POST
@login_required
def answer(request: LearnerRequest, pk: int) -> HttpResponse:
    found = _attempt(request, pk)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Choose one of the answers.")
        return redirect(found)
    actions.answer_question(attempt=found, choice_id=form.cleaned_data["choice"], at=clock.now())
    return redirect(found)


@require_POST
@login_required
def stop(request: LearnerRequest, pk: int) -> HttpResponse:
    found = actions.stop_attempt(attempt=_attempt(request, pk), at=clock.now())
    return redirect(found)


@require_POST
@login_required
def keep_claim(request: LearnerRequest, key: str) -> HttpResponse:
    milestone = milestone_or_404(request, key)
    progress_actions.keep_claim(learner=request.user, milestone_key=key)
    messages.success(request, f"“{milestone}” stays known already, on your word.")
    return redirect(milestone)


def _attempt(request: LearnerRequest, pk: int) -> Attempt:
    return get_object_or_404(Attempt.objects.of(request.user), pk=pk)


def _about(request: LearnerRequest, attempt: Attempt) -> dict[str, str]:
    """Name what an attempt is about, and where its page is."""
    if attempt.is_of_module:
        slug, _, key = attempt.about.partition("/")
        module = selectors.find_module(slug, key, learner=request.user)
        title = module.title if module else key
        return {"title": title, "url": reverse("known", args=[slug, key])}
    milestone = find_milestone(attempt.about, learner=request.user)
    title = milestone.title if milestone else attempt.about
    return {"title": title, "url": reverse("check", args=[attempt.about])}

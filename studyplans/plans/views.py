"""Enrolling with the week one has, the plan, and what changes it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from common import clock
from common.next_page import next_page
from studyplans.plans import actions, selectors
from studyplans.plans.forms import EnrolForm, WeekForm, first_week
from studyplans.plans.models import StudySession
from tracker.accounts.models import LearnerRequest
from tracker.curricula.models import Curriculum
from tracker.progress.selectors import enrolment_in, standing_of


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def enrol(request: LearnerRequest, slug: str) -> HttpResponse:
    curriculum = get_object_or_404(
        Curriculum.objects.admitting(request.user).select_related("certification"), slug=slug
    )
    today = clock.today_for(request.user)
    data = request.POST if request.method == "POST" else None
    form = EnrolForm(data, today=today, initial=_enrolment_dates(request, curriculum))
    week = WeekForm(data, windows=selectors.windows_of(request.user) or first_week())
    context = {"curriculum": curriculum, "form": form, "week": week}
    is_good = data is not None and all([form.is_valid(), week.is_valid()])
    is_preview = "preview" in request.POST
    if is_good and not is_preview:
        actions.start_plan(
            learner=request.user,
            curriculum=curriculum,
            windows=week.cleaned_data["windows"],
            started_on=form.cleaned_data["started_on"],
            target_date=form.cleaned_data["target_date"],
            at=clock.now(),
        )
        messages.success(request, f"You are enrolled in {curriculum}. Here is your plan.")
        return redirect("plan")
    context["preview"] = _preview(request, curriculum, form, week)
    context["problems"] = [*problems_of(week), *problems_of(form)] if week.is_bound else []
    context["share"] = standing_of(request.user, curriculum).share
    # Answers that are not complete yet are no mistake while one is still looking.
    is_refused = data is not None and not is_good and not is_preview
    status = 422 if is_refused else 200
    return render(request, "studyplans/plans/enrol.html", context, status=status)


def problems_of(form: Form) -> list[str]:
    return [str(problem) for problems in form.errors.values() for problem in problems]


def _enrolment_dates(request: LearnerRequest, curriculum: Curriculum) -> dict[str, object]:
    enrolment = enrolment_in(curriculum, learner=request.user)
    if enrolment is None:
        return {}
    return {"started_on": enrolment.started_on, "target_date": enrolment.target_date}


def _preview(
    request: LearnerRequest, curriculum: Curriculum, form: EnrolForm, week: WeekForm
) -> selectors.Preview | None:
    """Return what these answers would lead to; None while they are not complete."""
    if week.is_bound and not (week.is_valid() and form.is_valid()):
        return None
    answers = {
        "windows": selectors.windows_of(request.user) or first_week(),
        "started_on": clock.today_for(request.user),
        "target_date": None,
        **(form.cleaned_data if form.is_bound else form.initial),
        **(week.cleaned_data if week.is_bound else {}),
    }
    return selectors.preview(
        learner=request.user,
        curriculum=curriculum,
        windows=answers["windows"],
        started_on=answers["started_on"],
        target_date=answers["target_date"],
        at=clock.now(),
    )


@require_POST
@login_required
def replan(request: LearnerRequest) -> HttpResponse:
    at = clock.now()
    missed = actions.give_up_missed(learner=request.user, ended_by=at, at=at)
    text = "Your plan starts afresh from now."
    if missed:
        text = f"Planned again from now. {missed} past session{'s' * (missed > 1)} moved ahead."
    messages.success(request, text)
    return _back(request)


@require_POST
@login_required
def studied(request: LearnerRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(
        StudySession.objects.of(request.user).select_related("plan__learner"), pk=pk
    )
    change = actions.settle_studied(session=session, at=clock.now())
    if change.event is not None:
        messages.success(
            request,
            f"{session.minutes} minutes noted. Check the milestone off when it is done.",
            extra_tags=f"undo:{reverse('undo_studied', args=[pk])}",
        )
    return _back(request)


@require_POST
@login_required
def undo_studied(request: LearnerRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(
        StudySession.objects.of(request.user).select_related("plan__learner"), pk=pk
    )
    actions.undo_studied(session=session, at=clock.now())
    messages.success(request, "Undone.")
    return _back(request)


def _back(request: LearnerRequest) -> HttpResponse:
    return redirect(next_page(request) or "today")

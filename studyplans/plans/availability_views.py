"""The page on which learners say all about their time, and the pause."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from common import clock
from studyplans.plans import actions
from studyplans.plans.availability_actions import rehearse_availability
from studyplans.plans.availability_forms import PauseForm, TimeForms
from studyplans.plans.availability_selectors import (
    Outlook,
    followed_enrolments,
    latest_receipt,
    optional_minutes,
    outlook_after,
    outlook_now,
)
from studyplans.plans.models import PauseCause, StudyPlan
from studyplans.plans.receipt_messages import tell
from studyplans.plans.selectors import plan_of, time_of
from tracker.accounts.models import LearnerRequest


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def week(request: LearnerRequest) -> HttpResponse:
    """Show and store a learner's time; half an answer is fine while one is still looking."""
    at = clock.now()
    if request.method != "POST":
        return _page(request, _forms(request, None), at=at)
    forms = _forms(request, _with_asked_row(request.POST))
    is_good = forms.is_valid()
    if {"preview", "add"} & request.POST.keys():
        return _page(request, forms, at=at)
    if not is_good:
        return _page(request, forms, at=at, status=422)
    actions.change_availability(learner=request.user, availability=forms.availability, at=at)
    return _told(request, "Your time is saved and your plan follows it.", at=at)


def _forms(request: LearnerRequest, data: QueryDict | None) -> TimeForms:
    enrolments = followed_enrolments(request.user)
    return TimeForms(
        data,
        standing=time_of(request.user),
        enrolments=enrolments,
        optional_minutes=optional_minutes(enrolments),
        today=clock.today_for(request.user),
    )


def _with_asked_row(data: QueryDict) -> QueryDict:
    """Return what was sent with one more empty row where the learner asked for it."""
    total = f"{data.get('add', '')}-TOTAL_FORMS"
    count = str(data.get(total, ""))
    if not count.isdecimal() or len(count) > len("999"):
        return data
    longer = data.copy()
    longer[total] = str(int(count) + 1)
    return longer


def _page(
    request: LearnerRequest,
    forms: TimeForms,
    *,
    at: datetime,
    pause: PauseForm | None = None,
    status: int = 200,
) -> HttpResponse:
    study_plan = plan_of(request.user)
    context = {
        "forms": forms,
        "plan": study_plan,
        "pause": pause or PauseForm(today=clock.today_for(request.user)),
        "outlook": _outlook(study_plan, request, forms, at=at),
        "problems": forms.problems if forms.week.is_bound else [],
    }
    return render(request, "studyplans/plans/week.html", context, status=status)


def _outlook(
    study_plan: StudyPlan | None, request: LearnerRequest, forms: TimeForms, *, at: datetime
) -> Outlook | None:
    """Return what these answers lead to; None while they are not complete."""
    if not forms.week.is_bound:
        if study_plan is None:
            return None
        return outlook_now(study_plan, forms.enrolments, forms.standing, at)
    if not forms.is_valid():
        return None
    asked = forms.availability
    receipt = rehearse_availability(learner=request.user, availability=asked, at=at)
    return outlook_after(receipt, forms.enrolments, asked, at) if receipt else None


@require_POST
@login_required
def pause(request: LearnerRequest) -> HttpResponse:
    at = clock.now()
    form = PauseForm(request.POST, today=clock.today_for(request.user))
    if not form.is_valid():
        return _page(request, _forms(request, None), at=at, pause=form, status=422)
    resumes_on = form.cleaned_data["resumes_on"]
    actions.pause_plan(learner=request.user, cause=PauseCause.LEARNER, resumes_on=resumes_on, at=at)
    return _told(request, f"Your plan is paused{_until(resumes_on)}.", at=at)


def _until(day: date | None) -> str:
    return f" until {day:%A} {day.day} {day:%B %Y}" if day else ""


@require_POST
@login_required
def resume(request: LearnerRequest) -> HttpResponse:
    at = clock.now()
    actions.resume_plan(learner=request.user, at=at)
    return _told(request, "Welcome back. Your plan starts again from now.", at=at)


def _told(request: LearnerRequest, text: str, *, at: datetime) -> HttpResponse:
    receipt = latest_receipt(request.user, at=at)
    tell(request, text, receipt, back=reverse("plan"))
    return redirect("plan")

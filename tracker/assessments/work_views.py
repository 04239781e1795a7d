"""Showing work, inviting a mentor to it, and the one page that a mentor sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from common import clock
from tracker.accounts.models import LearnerRequest
from tracker.assessments import showing
from tracker.assessments.forms import InvitationForm, VerdictForm, WorkForm
from tracker.assessments.models import Invitation, Work
from tracker.assessments.views import milestone_or_404
from tracker.curricula.models import Milestone
from tracker.progress.selectors import find_milestone


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation as the one who sent it sees it."""

    invitation: Invitation
    is_open: bool


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def work(request: LearnerRequest, key: str) -> HttpResponse:
    milestone = milestone_or_404(request, key)
    shown = Work.objects.of(request.user).filter(milestone_key=key).first()
    if request.method != "POST":
        return _page(request, milestone, shown)
    form = WorkForm(request.POST, rubric=milestone.rubric)
    if not form.is_valid():
        return _page(request, milestone, shown, form=form)
    showing.show_work(
        learner=request.user,
        milestone=milestone,
        url=form.cleaned_data["url"],
        text=form.cleaned_data["text"],
        marks=form.marks(),
        is_finished=form.cleaned_data["is_finished"],
        at=clock.now(),
    )
    messages.success(request, "Saved. It is the milestone's evidence now.")
    return redirect("work", key)


@require_POST
@login_required
def invite(request: LearnerRequest, key: str) -> HttpResponse:
    milestone = milestone_or_404(request, key)
    shown = get_object_or_404(Work.objects.of(request.user), milestone_key=key)
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return _page(request, milestone, shown, invitation_form=form)
    email = form.cleaned_data["email"]
    try:
        showing.invite_mentor(work=shown, email=email, title=milestone.title, at=clock.now())
    except showing.TooManyInvitations:
        messages.warning(request, "That is as many people as we write to for now.")
    else:
        messages.success(request, f"{email} is invited.")
    return redirect("work", key)


@require_POST
@login_required
def revoke(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Invitation.objects.of(request.user).select_related("work"), pk=pk)
    showing.revoke_invitation(invitation=found, at=clock.now())
    messages.success(request, f"The link of {found.email} is closed.")
    return redirect("work", found.work.milestone_key)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def shown(request: HttpRequest, token: str) -> HttpResponse:
    """Show a mentor the one piece of work the link was made for; no account is needed."""
    try:
        invitation = showing.find_invitation(token, at=clock.now())
    except showing.NoSuchInvitation:
        return _for_mentors(request, "closed", {}, status=404)
    if request.method != "POST":
        return _mentor_page(request, invitation, VerdictForm(initial=_said(invitation)))
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return _mentor_page(request, invitation, form, status=422)
    showing.judge_work(invitation=invitation, at=clock.now(), **form.cleaned_data)
    messages.success(request, "Thank you. They can read it now.")
    return redirect("shown", token)


def _page(
    request: LearnerRequest,
    milestone: Milestone,
    shown: Work | None,
    *,
    form: WorkForm | None = None,
    invitation_form: InvitationForm | None = None,
) -> HttpResponse:
    context = {
        "milestone": milestone,
        "work": shown,
        "form": form or WorkForm(rubric=milestone.rubric, work=shown),
        "invitation_form": invitation_form or InvitationForm(),
        "invitations": _rows(shown, clock.now()) if shown else [],
    }
    status = 422 if form or invitation_form else 200
    return render(request, "tracker/assessments/work.html", context, status=status)


def _rows(work: Work, at: datetime) -> list[InvitationRow]:
    return [
        InvitationRow(each, each.revoked_at is None and each.expires_at > at)
        for each in work.invitations.select_related("work")
    ]


def _said(invitation: Invitation) -> dict[str, str]:
    return {"verdict": invitation.verdict, "comment": invitation.comment}


def _mentor_page(
    request: HttpRequest, invitation: Invitation, form: VerdictForm, *, status: int = 200
) -> HttpResponse:
    work = invitation.work
    context = {
        "invitation": invitation,
        "work": work,
        "name": work.learner.name or "A learner",
        "milestone": find_milestone(work.milestone_key, learner=work.learner),
        "form": form,
    }
    return _for_mentors(request, "shown", context, status=status)


def _for_mentors(
    request: HttpRequest, page: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    response = render(request, f"tracker/assessments/{page}.html", context, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response

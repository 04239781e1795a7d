"""Showing work, inviting a mentor to it, and the one page that a mentor sees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from common.kept_files import FileKind, as_download
from tracker.accounts.models import LearnerRequest
from tracker.assessments import showing
from tracker.assessments.forms import InvitationForm, VerdictForm, WorkForm
from tracker.assessments.models import Invitation, Work, WorkFile
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
    form = WorkForm(
        request.POST,
        request.FILES,
        learner=request.user,
        criteria=criteria_of(milestone),
        work=shown,
    )
    if not form.is_valid():
        return _page(request, milestone, shown, form=form)
    showing.show_work(
        learner=request.user,
        milestone=milestone,
        url=form.cleaned_data["url"],
        file=form.cleaned_data["file"],
        text=form.cleaned_data["text"],
        marks=form.marks(),
        is_finished=form.cleaned_data["is_finished"],
        at=clock.now(),
    )
    messages.success(request, SAVED_LINK if form.cleaned_data["url"] else SAVED_FILE)
    return redirect("work", key)


SAVED_LINK = "Saved. It is the milestone's evidence now."
# A file is opened by those who are invited, so nobody else can take it for evidence.
SAVED_FILE = "Saved. Only you and those you invite can open the file."


def criteria_of(milestone: Milestone) -> list[str]:
    """Return what the work is judged by; without a rubric, by what it is done when."""
    return list(milestone.rubric) or [milestone.done_when]


@require_safe
@login_required
def file(request: LearnerRequest, key: str) -> FileResponse:
    """Hand the file of their work to its author."""
    works = WorkFile.objects.of(request.user).select_related("work")
    return _download(get_object_or_404(works, work__milestone_key=key))


@require_POST
@login_required
def remove_file(request: LearnerRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Work.objects.of(request.user), milestone_key=key)
    showing.remove_file(work=found, at=clock.now())
    messages.success(request, "The file is removed.")
    return redirect("work", key)


def _download(found: WorkFile) -> FileResponse:
    stem = found.work.milestone_key
    return as_download(found.content, kind=FileKind(found.kind), stem=stem)


@require_POST
@login_required
def invite(request: LearnerRequest, key: str) -> HttpResponse:
    milestone = milestone_or_404(request, key)
    shown = get_object_or_404(Work.objects.of(request.user), milestone_key=key)
    form = InvitationForm(request.POST, own_email=request.user.email)
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
    if request.user == invitation.work.learner:
        messages.warning(request, "This is your own work. Somebody else has to judge it.")
        return redirect("shown", token)
    form = VerdictForm(request.POST)
    if not form.is_valid():
        return _mentor_page(request, invitation, form, status=422)
    if form.cleaned_data.pop("seen") not in ("", _version_of(invitation.work)):
        messages.warning(request, "They changed it while you were looking. Look again first.")
        return redirect("shown", token)
    showing.judge_work(invitation=invitation, at=clock.now(), **form.cleaned_data)
    messages.success(request, "Thank you. They can read it now.")
    return redirect("shown", token)


@never_cache
@require_safe
def shown_file(request: HttpRequest, token: str) -> HttpResponse | FileResponse:
    """Hand a mentor the file of the one piece of work, while their link is open."""
    try:
        invitation = showing.find_invitation(token, at=clock.now())
    except showing.NoSuchInvitation:
        return _for_mentors(request, "closed", {}, status=404)
    works = WorkFile.objects.select_related("work")
    response = _download(get_object_or_404(works, work=invitation.work_id))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


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
        "file": _file_of(shown),
        "form": form or WorkForm(learner=request.user, criteria=criteria_of(milestone), work=shown),
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


def _file_of(work: Work | None) -> WorkFile | None:
    return WorkFile.objects.without_content().filter(work=work).first() if work else None


def _said(invitation: Invitation) -> dict[str, str]:
    return {
        "verdict": invitation.verdict,
        "comment": invitation.comment,
        "seen": _version_of(invitation.work),
    }


def _version_of(work: Work) -> str:
    return work.changed_at.isoformat()


def _mentor_page(
    request: HttpRequest, invitation: Invitation, form: VerdictForm, *, status: int = 200
) -> HttpResponse:
    work = invitation.work
    found = _file_of(work)
    context: dict[str, object] = {
        "invitation": invitation,
        "work": work,
        "file": found,
        "is_empty": not (work.url or found),
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

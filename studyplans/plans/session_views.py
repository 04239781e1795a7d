"""The page of a session, and everything done to one from there or from the plan."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from common import clock
from common.next_page import next_page
from studyplans.plans import session_actions as actions
from studyplans.plans.models import Receipt, StudySession
from studyplans.plans.receipt_messages import tell
from studyplans.plans.session_actions import Refused
from studyplans.plans.session_forms import MinutesForm, MoveForm
from studyplans.plans.session_selectors import (
    SessionView,
    is_booked_exam,
    minutes_counted,
    minutes_to_place,
    session_view,
    time_on,
)
from tracker.accounts.models import LearnerRequest


@require_safe
@login_required
def session(request: LearnerRequest, pk: int) -> HttpResponse:
    return _page(request, _session_of(request, pk))


@require_POST
@login_required
def move(request: LearnerRequest, pk: int) -> HttpResponse:
    session = _session_of(request, pk)
    form = MoveForm(_move_data(request, session), zone=request.user.zone)
    if not form.is_valid():
        return _page(request, session, move=form)
    starts_at, minutes = form.cleaned_data["starts_at"], form.cleaned_data["minutes"]
    if "confirmed" not in request.POST and is_booked_exam(session):
        return _ask_about_exam(request, session, form)
    try:
        receipt = actions.move_session(
            session=session, starts_at=starts_at, minutes=minutes, at=clock.now()
        )
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _page(request, session, move=form)
    return _answer(request, session, receipt, f"Moved to {_moment(request, starts_at)}.")


def _move_data(request: LearnerRequest, session: StudySession) -> QueryDict:
    """Return the form's data; an offered time or a day dropped on is spelled out as its fields."""
    data = request.POST.copy()
    time, _, minutes = request.POST.get("to", "").partition("|")
    to = _moment_of(time, session)
    if to is not None:
        data["date"], data["time"] = f"{to:%Y-%m-%d}", f"{to:%H:%M}"
    if "minutes" not in data:
        most = minutes_to_place(session, at=clock.now())
        data["minutes"] = minutes or str(min(session.minutes, most) or session.minutes)
    return data


def _moment_of(text: str, session: StudySession) -> datetime | None:
    """Read an offered local time, or find one on an offered day."""
    try:
        if len(text) > len("2027-01-31"):
            return datetime.fromisoformat(text)
        starts_at = time_on(session, date.fromisoformat(text), at=clock.now())
    except ValueError:
        return None
    return starts_at.astimezone(session.plan.learner.zone)


def _ask_about_exam(request: LearnerRequest, session: StudySession, form: Form) -> HttpResponse:
    context = {
        "view": session_view(session, at=clock.now()),
        "to": form.cleaned_data["starts_at"],
        "fields": [(name, form[name].value()) for name in form.fields],
        "next": _next(request),
    }
    return _render(request, "move_exam", context)


@require_POST
@login_required
def pin(request: LearnerRequest, pk: int) -> HttpResponse:
    session = _session_of(request, pk)
    try:
        receipt = actions.pin_session(session=session, at=clock.now())
    except Refused as refusal:
        return _refuse(request, session, refusal)
    return _answer(request, session, receipt, "Pinned: planning again leaves it there.")


@require_POST
@login_required
def unpin(request: LearnerRequest, pk: int) -> HttpResponse:
    session = _session_of(request, pk)
    try:
        receipt = actions.unpin_session(session=session, at=clock.now())
    except Refused as refusal:
        return _refuse(request, session, refusal)
    return _answer(request, session, receipt, "No longer pinned.")


@require_POST
@login_required
def split(request: LearnerRequest, pk: int) -> HttpResponse:
    session = _session_of(request, pk)
    form = MinutesForm(request.POST)
    if not form.is_valid():
        return _page(request, session, split=form)
    minutes = form.cleaned_data["minutes"]
    try:
        receipt = actions.split_session(session=session, minutes=minutes, at=clock.now())
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _page(request, session, split=form)
    return _answer(request, session, receipt, f"{minutes} minutes stay, the rest moves on.")


@require_POST
@login_required
def skip(request: LearnerRequest, pk: int) -> HttpResponse:
    session = _session_of(request, pk)
    try:
        receipt = actions.skip_session(session=session, at=clock.now())
    except Refused as refusal:
        return _refuse(request, session, refusal)
    text = "Skipped this time; its work goes back into the plan."
    return _answer(request, session, receipt, text)


@require_POST
@login_required
def log(request: LearnerRequest, pk: int) -> HttpResponse:
    session = _session_of(request, pk)
    form = MinutesForm(request.POST)
    if not form.is_valid():
        return _page(request, session, log=form)
    minutes = form.cleaned_data["minutes"]
    try:
        actions.log_minutes(session=session, minutes=minutes, at=clock.now())
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return _page(request, session, log=form)
    text = f"{minutes} minute{'s' * (minutes > 1)} noted. Check the milestone off when it is done."
    messages.success(request, text, extra_tags=f"undo:{_undo_log_address(request, pk)}")
    return _back(request, session)


def _undo_log_address(request: LearnerRequest, pk: int) -> str:
    return f"{reverse('undo_minutes', args=[pk])}?next={reverse('session', args=[pk])}"


@require_POST
@login_required
def undo_log(request: LearnerRequest, pk: int) -> HttpResponse:
    session = _session_of(request, pk)
    actions.undo_log(session=session, at=clock.now())
    messages.success(request, "Undone.")
    return _back(request, session)


@require_POST
@login_required
def start_timer(request: LearnerRequest, pk: int) -> HttpResponse:
    session = _session_of(request, pk)
    try:
        actions.start_timer(session=session, at=clock.now())
    except Refused as refusal:
        return _refuse(request, session, refusal)
    return _back(request, session)


@require_POST
@login_required
def stop_timer(request: LearnerRequest, pk: int) -> HttpResponse:
    """Stop the clock and propose its minutes; they count once they are noted."""
    session = _session_of(request, pk)
    minutes = actions.stop_timer(session=session, at=clock.now())
    return redirect(f"{reverse('session', args=[pk])}?minutes={minutes or ''}#log")


def _session_of(request: LearnerRequest, pk: int) -> StudySession:
    sessions = StudySession.objects.of(request.user)
    return get_object_or_404(
        sessions.select_related("plan__learner", "enrolment__curriculum"), pk=pk
    )


def _page(request: LearnerRequest, session: StudySession, **bound: Form) -> HttpResponse:
    at = clock.now()
    view = session_view(session, at=at)
    if view is None:
        raise Http404
    context: dict[str, Any] = {
        "view": view,
        "now": at,
        "move": MoveForm(zone=request.user.zone, initial=_place(view), auto_id="move_%s"),
        "split": MinutesForm(initial={"minutes": session.minutes // 2}, auto_id="split_%s"),
        "log": MinutesForm(initial={"minutes": _minutes(request, session)}, auto_id="log_%s"),
        "next": _next(request),
    }
    for name, form in bound.items():
        form.auto_id = f"{name}_%s"
    return _render(request, "session", context | bound, status=422 if bound else 200)


def _render(
    request: LearnerRequest, name: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Answer with the page, or with its sheet where it was asked for from a dialog."""
    if not _is_sheet(request):
        response = render(request, f"studyplans/plans/{name}.html", context, status=status)
    else:
        response = render(request, f"studyplans/plans/_{name}_sheet.html", context, status=status)
        response["HX-Retarget"], response["HX-Reselect"] = "#sheet", "#sheet-content"
        response["HX-Reswap"] = "innerHTML"
    patch_vary_headers(response, ["HX-Target"])
    return response


def _is_sheet(request: LearnerRequest) -> bool:
    """Tell whether the answer goes into a dialog: its link aims at it, its forms say so."""
    if "HX-Request" not in request.headers:
        return False
    return request.headers.get("HX-Target") == "dialog#sheet" or "sheet" in request.POST


def _next(request: LearnerRequest) -> str:
    """Return where to go after a form: as asked, and from a dialog to the page behind it."""
    if _is_sheet(request) and request.method == "GET":
        behind = urlsplit(request.headers.get("HX-Current-URL", ""))
        page = urlunsplit(("", "", behind.path, behind.query, ""))
        return page if url_has_allowed_host_and_scheme(page, allowed_hosts=None) else ""
    return next_page(request) or ""


def _place(view: SessionView) -> dict[str, Any]:
    """Fill the form with where the session is; an exam is booked as a whole."""
    session = view.session
    local = session.starts_at.astimezone(session.plan.learner.zone)
    is_whole = view.is_exam and view.most_minutes > 0
    minutes = view.most_minutes if is_whole else session.minutes
    return {"date": local.date(), "time": local.time(), "minutes": minutes}


def _minutes(request: LearnerRequest, session: StudySession) -> int:
    """Propose what the timer came to, or what was noted before, or what was planned."""
    timed = request.GET.get("minutes", "")
    if timed.isdecimal() and len(timed) <= 4:
        return int(timed)
    return minutes_counted(session) or session.minutes


def _moment(request: LearnerRequest, moment: datetime) -> str:
    local = moment.astimezone(request.user.zone)
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"


def _answer(
    request: LearnerRequest, session: StudySession, receipt: Receipt | None, text: str
) -> HttpResponse:
    tell(request, text, receipt, back=next_page(request) or "", besides=str(session.uid))
    return _back(request, session)


def _refuse(request: LearnerRequest, session: StudySession, refusal: Refused) -> HttpResponse:
    messages.warning(request, str(refusal))
    return _back(request, session)


def _back(request: LearnerRequest, session: StudySession) -> HttpResponse:
    """Go where the form says, or to the session, unless planning again has done away with it."""
    page = next_page(request)
    if page is not None:
        return redirect(page)
    is_there = StudySession.objects.filter(pk=session.pk).exists()
    return redirect("session", pk=session.pk) if is_there else redirect("plan")

"""The learner's choice of reminders, what was sent, and what the links in mails do."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from studyplans.reminders import actions, asked, previewing, selectors
from studyplans.reminders.forms import PauseForm, ReminderScheduleForm, shown
from studyplans.reminders.kinds import SCHEDULED
from studyplans.reminders.kinds.kind import ReminderKind
from studyplans.reminders.models import Delivery, ReminderSchedule
from studyplans.reminders.names import title_of
from studyplans.reminders.tokens import read_ask
from studyplans.reminders.unsubscribing import BadToken, ExpiredToken, read_token
from tracker.accounts.models import LearnerRequest, User

MAILS_A_PAGE = 50
# A mail may style itself and do nothing else.
HTML_PART_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


# --- settings ---------------------------------------------------------------------------------


@require_safe
@login_required
def reminder_settings(request: LearnerRequest) -> HttpResponse:
    return _settings_page(request, PauseForm(today=clock.today_for(request.user)))


def _settings_page(request: LearnerRequest, pause_form: PauseForm) -> HttpResponse:
    at = clock.now()
    context = {
        "rows": selectors.kinds_of(request.user, at=at),
        "paused_until": selectors.pause_of(request.user, at=at),
        "pause_form": pause_form,
        "trouble": selectors.trouble_with(request.user),
        "is_a_channel_off": selectors.is_a_channel_off(request.user),
    }
    status = 422 if pause_form.errors else 200
    return render(request, "studyplans/reminders/settings.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reminder_kind(request: LearnerRequest, kind: str) -> HttpResponse:
    found = _kind_or_404(kind)
    schedule = selectors.schedule_of(request.user, kind=kind)
    form = ReminderScheduleForm(
        request.POST if request.method == "POST" else None,
        kind=found,
        initial=shown(schedule or ReminderSchedule(**found.offer.values()), found),
    )
    if form.is_valid():
        actions.set_reminder_schedule(
            learner=request.user, kind=kind, at=clock.now(), **form.wanted()
        )
        messages.success(request, "Your reminders are saved.")
        return redirect("reminder_kind", kind)
    context = {
        "form": form,
        "row": selectors.kind_of(request.user, kind, at=clock.now()),
        "preview": previewing.preview_of(request.user, kind, at=clock.now()),
    }
    status = 422 if form.errors else 200
    return render(request, "studyplans/reminders/kind.html", context, status=status)


def _kind_or_404(kind: str) -> ReminderKind:
    if kind not in SCHEDULED:
        raise Http404
    return SCHEDULED[kind]


@require_safe
@login_required
def reminder_preview(request: LearnerRequest, kind: str) -> HttpResponse:
    """Give the HTML part of a mail alone, for a frame that may run nothing."""
    _kind_or_404(kind)
    html = previewing.preview_of(request.user, kind, at=clock.now()).letter.html
    framed = html.replace("<head>", '<head><base target="_blank">', 1)
    return HttpResponse(framed, headers=HTML_PART_HEADERS)


@require_POST
@login_required
def pause(request: LearnerRequest) -> HttpResponse:
    form = PauseForm(request.POST, today=clock.today_for(request.user))
    if not form.is_valid():
        return _settings_page(request, form)
    until = form.cleaned_data["until"]
    actions.pause_reminders(learner=request.user, until=until)
    messages.success(request, f"No reminder comes before {until:%A} {until.day} {until:%B}.")
    return redirect("reminder_settings")


@require_POST
@login_required
def resume(request: LearnerRequest) -> HttpResponse:
    actions.resume_reminders(learner=request.user)
    messages.success(request, "Reminders come again.")
    return redirect("reminder_settings")


@require_POST
@login_required
def send_test(request: LearnerRequest) -> HttpResponse:
    try:
        delivery = actions.send_test(learner=request.user, at=clock.now())
    except actions.TooSoonForTest:
        messages.warning(request, "You had a test less than a minute ago. Wait a moment.")
    else:
        _tell(request, delivery)
    return redirect("reminder_settings")


@require_POST
@login_required
def address_works(request: LearnerRequest) -> HttpResponse:
    actions.trust_address_again(learner=request.user)
    messages.success(request, f"Reminders go to {request.user.email} again.")
    return redirect("reminder_settings")


def _tell(request: LearnerRequest, delivery: Delivery) -> None:
    if delivery.status == Delivery.Status.SENT:
        messages.success(request, f"A test is on its way to {request.user.email}.")
    elif delivery.status == Delivery.Status.PENDING:
        messages.warning(request, "The mail server does not take it now. We try again soon.")
    else:
        messages.error(request, f"The test was not sent: {delivery.reason}.")


# --- every mail we sent you, and why ----------------------------------------------------------


@require_safe
@login_required
def mails(request: LearnerRequest) -> HttpResponse:
    listed = selectors.deliveries_to(request.user).defer("wording__text")
    pages = Paginator(listed, MAILS_A_PAGE)
    context = {"page": pages.get_page(request.GET.get("page"))}
    return render(request, "studyplans/reminders/mails.html", context)


@require_safe
@login_required
def mail(request: LearnerRequest, pk: int) -> HttpResponse:
    delivery = get_object_or_404(selectors.deliveries_to(request.user), pk=pk)
    return render(request, "studyplans/reminders/mail.html", {"delivery": delivery})


# --- links in mails ---------------------------------------------------------------------------


@never_cache
@csrf_exempt  # the signed token is the proof; a mail program posts without cookies (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button on GET, since link scanners follow links; act on POST."""
    try:
        learner_id, kind = read_token(token)
    except BadToken:
        return _dead_link(request, "bad", status=400)
    except ExpiredToken:
        return _dead_link(request, "expired", status=410)
    learner = User.objects.filter(pk=learner_id).first()
    if learner is None:
        return _dead_link(request, "expired", status=410)
    if request.method == "POST":
        actions.switch_off(learner=learner, kind=kind)
    context = {"is_done": request.method == "POST", "title": title_of(kind)}
    return render(request, "studyplans/reminders/unsubscribe.html", context)


@never_cache
@csrf_exempt  # the signed token is the proof: it works without a login
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, token: str) -> HttpResponse:
    """Show on GET what a link would do, and do it on POST."""
    try:
        ask = read_ask(token)
    except BadToken:
        return _dead_link(request, "bad", status=400)
    except ExpiredToken:
        return _dead_link(request, "expired", status=410)
    learner = User.objects.filter(pk=ask.learner_id, is_active=True).first()
    if learner is None:
        return _dead_link(request, "expired", status=410)
    at = clock.now()
    if request.method == "POST":
        choice = request.POST.get("choice", "-")
        question = asked.answer_to(ask, token, choice, learner=learner, at=at)
    else:
        question = asked.question_of(ask, token, learner=learner, at=at)
    is_anothers = request.user.is_authenticated and request.user != learner
    context = {"question": question, "is_anothers": is_anothers}
    return render(request, "studyplans/reminders/act.html", context)


def _dead_link(request: HttpRequest, problem: str, *, status: int) -> HttpResponse:
    context = {"problem": problem}
    return render(request, "studyplans/reminders/dead_link.html", context, status=status)

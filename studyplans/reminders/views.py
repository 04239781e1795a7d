"""The learner's choice of reminders, and the way out of them from a mail."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from common import clock
from studyplans.reminders import actions, selectors
from studyplans.reminders.forms import ReminderScheduleForm
from studyplans.reminders.models import Delivery, Kind, ReminderSchedule
from studyplans.reminders.unsubscribing import BadToken, ExpiredToken, read_token
from tracker.accounts.models import LearnerRequest, User

DELIVERIES_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def reminder_settings(request: LearnerRequest) -> HttpResponse:
    schedule = selectors.schedule_of(request.user)
    form = ReminderScheduleForm(
        request.POST if request.method == "POST" else None,
        initial=_shown(schedule or ReminderSchedule()),
    )
    if form.is_valid():
        actions.set_reminder_schedule(
            learner=request.user, kind=Kind.DIGEST, at=clock.now(), **form.cleaned_data
        )
        messages.success(request, "Your reminders are saved.")
        return redirect("reminder_settings")
    context = {
        "form": form,
        "schedule": schedule,
        "trouble": selectors.trouble_with(request.user),
        "deliveries": selectors.deliveries_to(request.user, limit=DELIVERIES_SHOWN),
    }
    status = 422 if form.errors else 200
    return render(request, "studyplans/reminders/settings.html", context, status=status)


def _shown(schedule: ReminderSchedule) -> dict[str, object]:
    return {
        "is_on": schedule.is_on,
        "local_time": schedule.local_time,
        "weekdays": schedule.weekdays,
    }


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
    context = {"is_done": request.method == "POST"}
    return render(request, "studyplans/reminders/unsubscribe.html", context)


def _dead_link(request: HttpRequest, problem: str, *, status: int) -> HttpResponse:
    context = {"problem": problem}
    return render(request, "studyplans/reminders/dead_link.html", context, status=status)

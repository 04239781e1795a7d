"""Where reminders go besides e-mail: set up, tried, given new keys, switched on again, removed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from common import clock
from studyplans.reminders import actions, selectors
from studyplans.reminders.channels.registry import channels
from studyplans.reminders.models import Delivery, Destination
from tracker.accounts.models import LearnerRequest

# In the session, from the answer that made it to the next page.
SHOWN_ONCE = "shown-once"
TOO_MANY = "You have ten of them, which is the most. Remove one that you no longer use first."


@require_safe
@never_cache
@login_required
def channels_page(request: LearnerRequest) -> HttpResponse:
    return _page(request, shown=request.session.pop(SHOWN_ONCE, ""))


def _page(
    request: LearnerRequest, *, shown: str = "", sent: dict[str, Form] | None = None
) -> HttpResponse:
    rows = selectors.channels_of(request.user)
    forms = {row.channel.name: row.channel.form() for row in rows} | (sent or {})
    panels = [(row, forms[row.channel.name]) for row in rows]
    context = {"panels": panels, "shown": shown}
    status = 422 if sent else 200
    return render(request, "studyplans/reminders/channels/settings.html", context, status=status)


@require_POST
@login_required
def set_up(request: LearnerRequest, name: str) -> HttpResponse:
    if name not in channels():
        raise Http404
    form = channels()[name].form(request.POST)
    if not form.is_valid():
        return _page(request, sent={name: form})
    try:
        shown = _set_destination(request, name, dict(form.cleaned_data))
    except actions.TooManyDestinations:
        messages.warning(request, TOO_MANY)
        return redirect("reminder_channels")
    messages.success(request, "Saved. Send a test to see whether it arrives.")
    return _back(request, shown)


def _set_destination(request: LearnerRequest, name: str, given: dict[str, str]) -> str:
    return actions.set_destination(
        learner=request.user,
        channel=channels()[name],
        address=given.pop("address"),
        label=given.pop("label", ""),
        keys=given,
        at=clock.now(),
    )


@require_POST
@login_required
def change_keys(request: LearnerRequest, name: str, number: int) -> HttpResponse:
    destination = _own_or_404(request, name, number)
    if channels()[name].is_subscription:
        raise Http404
    shown = actions.change_keys(destination, at=clock.now())
    messages.success(request, "There is a new secret. The one before holds for another 24 hours.")
    return _back(request, shown)


@require_POST
@login_required
def post_test(request: LearnerRequest, name: str, number: int) -> HttpResponse:
    destination = _own_or_404(request, name, number)
    try:
        delivery = actions.post_test(destination, at=clock.now())
    except actions.TooSoonForTest:
        messages.warning(request, "You had a test less than a minute ago. Wait a moment.")
    else:
        _tell(request, delivery)
    return redirect("reminder_channels")


@require_POST
@login_required
def switch_on(request: LearnerRequest, name: str, number: int) -> HttpResponse:
    actions.switch_destination_on(_own_or_404(request, name, number))
    messages.success(request, "Reminders go there again.")
    return redirect("reminder_channels")


@require_POST
@login_required
def remove(request: LearnerRequest, name: str, number: int) -> HttpResponse:
    actions.remove_destination(_own_or_404(request, name, number))
    messages.success(request, "Removed. Nothing goes there any more.")
    return redirect("reminder_channels")


def _own_or_404(request: LearnerRequest, name: str, number: int) -> Destination:
    if name not in channels():
        raise Http404
    return get_object_or_404(Destination, learner=request.user, channel=name, number=number)


def _back(request: LearnerRequest, shown: str) -> HttpResponse:
    request.session[SHOWN_ONCE] = shown
    return redirect("reminder_channels")


def _tell(request: LearnerRequest, delivery: Delivery) -> None:
    if delivery.status == Delivery.Status.SENT:
        messages.success(request, "The test arrived.")
    elif delivery.status == Delivery.Status.PENDING:
        messages.warning(request, f"Not yet: {delivery.reason}. We try again soon.")
    else:
        messages.error(request, f"The test was not taken: {delivery.reason}.")

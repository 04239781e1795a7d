"""The private feed, and the page on which a learner connects calendars, out and in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control, set_response_etag
from django.utils.http import http_date
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from common.pacing import may_go_on
from studyplans.calendars import actions, selectors, tasks
from studyplans.calendars.feed import calendar_file
from studyplans.calendars.forms import AddressForm, AlarmForm, FileForm, prefixed
from studyplans.calendars.models import BusyCalendar, CalendarFeed
from studyplans.calendars.occupancy import NotACalendar
from tracker.accounts.models import LearnerRequest

# Every device of a learner may ask every few minutes; one that asks without end may not.
READS_AN_HOUR = 120
HOUR = 60 * 60

NAME_TAKEN = "You have a calendar of this name. Choose another, or remove that one first."
TOO_MANY = f"You read {actions.MOST_CALENDARS} calendars already. Remove one first."


@gzip_page
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer anyone who knows the address: calendar programs do not log in."""
    at = clock.now()
    found = selectors.feed_at(token)
    if found is None:
        raise Http404
    if not may_go_on(f"feed:{found.pk}", at_most=READS_AN_HOUR, seconds=HOUR):
        return HttpResponse(status=429, headers={"Retry-After": str(HOUR)})
    changed_at = int(selectors.feed_changed_at(found, at=at).timestamp())
    answer = _calendar_answer(calendar_file(selectors.plan_feed(found, at=at)), changed_at)
    conditional = get_conditional_response(
        request, etag=answer["ETag"], last_modified=changed_at, response=answer
    )
    return conditional or answer


def _calendar_answer(ics: bytes, changed_at: int) -> HttpResponse:
    answer = HttpResponse(ics, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="milepost.ics"'
    answer["X-Robots-Tag"] = "noindex"
    answer["Last-Modified"] = http_date(changed_at)
    set_response_etag(answer)
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


@require_safe
@login_required
def calendar_settings(request: LearnerRequest) -> HttpResponse:
    return _page(request)


def _page(request: LearnerRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
    found = selectors.feed_of(request.user)
    context = {
        "feed": found,
        "feed_url": _address(found) if found else "",
        "alarm": AlarmForm(initial={"alarm_minutes": found.alarm_minutes}) if found else None,
        "busy_weeks": selectors.busy_weeks_of(request.user, at=clock.now()),
        "address_form": prefixed(AddressForm),
        "file_form": prefixed(FileForm),
        **forms,
    }
    return render(request, "studyplans/calendars/settings.html", context, status=status)


def _address(found: CalendarFeed) -> str:
    return f"{settings.SITE_URL}{reverse('calendar_feed', args=[found.token])}"


@require_POST
@login_required
def make_feed(request: LearnerRequest) -> HttpResponse:
    actions.make_feed(learner=request.user, at=clock.now())
    messages.success(request, "Your plan has a private address now.")
    return redirect("calendar_settings")


@require_POST
@login_required
def set_alarm(request: LearnerRequest) -> HttpResponse:
    form = AlarmForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, alarm=form)
    minutes = form.cleaned_data["alarm_minutes"]
    actions.set_alarm(learner=request.user, minutes=minutes, at=clock.now())
    messages.success(request, "Saved. Your calendar follows when it next reads the address.")
    return redirect("calendar_settings")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rotate_feed(request: LearnerRequest) -> HttpResponse:
    get_object_or_404(CalendarFeed, learner=request.user)
    if request.method != "POST":
        return render(request, "studyplans/calendars/rotate.html")
    actions.rotate_feed(learner=request.user, at=clock.now())
    messages.success(request, "Your plan has a new address. Subscribe to it in your calendar.")
    return redirect("calendar_settings")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def revoke_feed(request: LearnerRequest) -> HttpResponse:
    get_object_or_404(CalendarFeed, learner=request.user)
    if request.method != "POST":
        return render(request, "studyplans/calendars/revoke.html")
    actions.revoke_feed(learner=request.user)
    messages.success(request, "The address is gone. Nobody can read your plan there any more.")
    return redirect("calendar_settings")


@require_POST
@login_required
def add_address(request: LearnerRequest) -> HttpResponse:
    form = prefixed(AddressForm, request.POST)
    if not form.is_valid():
        return _page(request, status=422, address_form=form)
    try:
        calendar = actions.add_address(learner=request.user, **form.cleaned_data)
    except actions.NameTaken:
        form.add_error("name", NAME_TAKEN)
    except actions.TooManyCalendars:
        form.add_error(None, TOO_MANY)
    else:
        tasks.ring(calendar.pk)
        messages.success(request, f"“{calendar}” is being read. Your plan follows in a moment.")
        return redirect("calendar_settings")
    return _page(request, status=422, address_form=form)


@require_POST
@login_required
def add_file(request: LearnerRequest) -> HttpResponse:
    form = prefixed(FileForm, request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, status=422, file_form=form)
    answers = {name: form.cleaned_data[name] for name in ("name", "blocks_all_day")}
    ics = form.cleaned_data["file"].read()
    try:
        calendar = actions.add_file(learner=request.user, ics=ics, at=clock.now(), **answers)
    except NotACalendar as problem:
        form.add_error("file", str(problem))
    except actions.NameTaken:
        form.add_error("name", NAME_TAKEN)
    except actions.TooManyCalendars:
        form.add_error(None, TOO_MANY)
    else:
        messages.success(request, f"“{calendar}” is read, and your plan keeps clear of it.")
        return redirect("calendar_settings")
    return _page(request, status=422, file_form=form)


@require_POST
@login_required
def read_again(request: LearnerRequest, pk: int) -> HttpResponse:
    calendar = _own_address(request, pk)
    try:
        actions.ask_again(calendar=calendar, at=clock.now())
    except actions.TooSoon:
        messages.warning(request, "It was read less than a minute ago. Wait a moment.")
    else:
        tasks.ring(calendar.pk)
        messages.success(request, f"“{calendar}” is being read.")
    return redirect("calendar_settings")


@require_POST
@login_required
def set_all_day(request: LearnerRequest, pk: int) -> HttpResponse:
    calendar = _own_address(request, pk)
    actions.set_blocks_all_day(calendar=calendar, blocks_all_day="blocks" in request.POST)
    tasks.ring(calendar.pk)
    messages.success(request, f"Saved. “{calendar}” is being read again.")
    return redirect("calendar_settings")


def _own_address(request: LearnerRequest, pk: int) -> BusyCalendar:
    return get_object_or_404(BusyCalendar.objects.of(request.user).exclude(url=""), pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: LearnerRequest, pk: int) -> HttpResponse:
    calendar = get_object_or_404(BusyCalendar.objects.of(request.user), pk=pk)
    if request.method != "POST":
        return render(request, "studyplans/calendars/remove.html", {"calendar": calendar})
    actions.remove_calendar(calendar=calendar, at=clock.now())
    messages.success(request, f"“{calendar}” is removed, and its times are free again.")
    return redirect("calendar_settings")

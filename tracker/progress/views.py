"""The library as its reader sees it, and every change a learner makes to progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from common.next_page import next_page
from tracker.accounts.models import LearnerRequest
from tracker.curricula import selectors as library
from tracker.curricula.models import Curriculum, Milestone
from tracker.progress import actions, preview_views, selectors
from tracker.progress.credited import credit_in
from tracker.progress.editions import newer_edition
from tracker.progress.forms import CatalogueFilterForm, RecordForm, StateForm
from tracker.progress.models import Achievement, AchievementEvent, Enrolment
from tracker.progress.record_table import basis_lines
from tracker.progress.signals import change_told

MILESTONES_FOUND = 12
EVENTS_SHOWN = 30
PATHS_FEATURED = 3
SAMPLE_WEEK = (
    ("Tue", "19:00-20:30", "Vectors, dot products and norms", "watch"),
    ("Thu", "19:00-20:30", "Functions, modules and packages", "practise"),
    ("Sun", "18:00-20:00", "A small data-cleaning project", "project"),
)


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("today")
    context = {
        "counts": library.library_counts(),
        "featured": library.featured_paths(limit=PATHS_FEATURED),
        "sample_week": SAMPLE_WEEK,
    }
    return render(request, "pages/landing.html", context)


def asks_learner(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let learners pass; lead others to the log-in, and from there back to the page they were on.

    `login_required` would lead them back to an address that takes no GET.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        return redirect_to_login(next_page(request) or reverse("catalogue"))

    return answer


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    form = CatalogueFilterForm(request.GET)
    filters = form.filters()
    curricula = list(library.catalogue(**filters))
    words = filters["words"]
    enrolled = selectors.enrolled_shares(request.user)
    context = {
        "form": form,
        "is_filtered": any(filters.values()),
        "groups": selectors.catalogue_groups(curricula, enrolled),
        "count": len(curricula),
        "milestones": library.milestones_matching(words, limit=MILESTONES_FOUND) if words else [],
    }
    return render(request, "tracker/progress/catalogue.html", context)


@require_safe
def path(request: HttpRequest, slug: str) -> HttpResponse:
    editions = (
        Curriculum.objects.with_totals()
        .select_related("role", "background", "certification__successor")
        .prefetch_related("routes")
    )
    if preview_views.is_asked(request):
        return preview_views.path(request, slug, editions)
    curriculum = selectors.edition_for(editions, slug, reader=request.user)
    if curriculum is None:
        raise Http404(f"No path is called {slug}.")
    enrolment = selectors.enrolment_in(curriculum, learner=request.user)
    context = {
        "curriculum": curriculum,
        "is_learner": request.user.is_authenticated,
        "standing": selectors.standing_of(request.user, curriculum),
        "enrolment": enrolment,
        "credit": credit_in(curriculum, learner=request.user),
        "here": curriculum.get_absolute_url(),
        "newer": newer_edition(enrolment) if enrolment else None,
    }
    return render(request, "tracker/progress/path.html", context)


@require_safe
def milestone(request: HttpRequest, key: str) -> HttpResponse:
    if preview_views.is_asked(request):
        return preview_views.milestone(request, key)
    found = _milestone_or_404(request, key)
    return render(request, "tracker/progress/milestone.html", _milestone_context(request, found))


def _milestone_or_404(request: HttpRequest, key: str) -> Milestone:
    slug = request.GET.get("in")
    found = selectors.find_milestone(key, learner=request.user, slug=slug)
    if found is None:
        raise Http404(f"No milestone has the key {key}.")
    return found


def _milestone_context(
    request: HttpRequest, milestone: Milestone, form: RecordForm | None = None
) -> dict[str, object]:
    view = selectors.milestone_view(milestone, learner=request.user)
    # The page's own address: a form that comes back with errors stands at another one.
    here = f"{milestone.get_absolute_url()}?{urlencode({'in': milestone.curriculum.slug})}"
    return {
        "view": view,
        "is_learner": request.user.is_authenticated,
        "form": form or RecordForm(instance=view.achievement),
        "here": here,
    }


@require_POST
@asks_learner
def change_state(request: LearnerRequest, key: str) -> HttpResponse:
    found = _milestone_or_404(request, key)
    form = StateForm(request.POST)
    if not form.is_valid():
        messages.error(request, "That is not something a milestone can be. Nothing has changed.")
        return _back(request, found)
    change = actions.set_state(
        learner=request.user,
        milestone_key=key,
        state=form.cleaned_data["state"],
        at=clock.now(),
    )
    _tell(request, found, change)
    return _back(request, found)


@require_POST
@asks_learner
def change_record(request: LearnerRequest, key: str) -> HttpResponse:
    found = _milestone_or_404(request, key)
    form = RecordForm(request.POST)
    if not form.is_valid():
        context = _milestone_context(request, found, form)
        return render(request, "tracker/progress/milestone.html", context, status=422)
    change = actions.change_achievement(
        learner=request.user, milestone_key=key, at=clock.now(), **form.cleaned_data
    )
    if change.event is not None:
        messages.success(request, "Saved.", extra_tags=_undo_tag(request, change.event))
    return _back(request, found)


@require_POST
@asks_learner
def undo(request: LearnerRequest, pk: int) -> HttpResponse:
    event = get_object_or_404(AchievementEvent.objects.of(request.user), pk=pk)
    try:
        actions.undo_change(event=event, at=clock.now())
    except actions.CannotUndo:
        messages.error(request, "It has changed again since. Undo the later change first.")
    else:
        messages.success(request, "Undone.")
    return _back(request, event.milestone_key)


@require_safe
@login_required
def progress(request: LearnerRequest) -> HttpResponse:
    standings = selectors.standings_of(request.user)
    finished = [each for each in standings if each.enrolment.state == Enrolment.State.FINISHED]
    context = {
        "standings": standings,
        "finished_count": len(finished),
        "events": selectors.latest_events(request.user, limit=EVENTS_SHOWN),
        "totals": selectors.totals_of(request.user),
        "bases": basis_lines(request.user),
        "suggested": library.featured_paths(limit=PATHS_FEATURED),
    }
    return render(request, "tracker/progress/progress.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def leave(request: LearnerRequest, slug: str) -> HttpResponse:
    enrolment = get_object_or_404(
        Enrolment.objects.of(request.user).current().select_related("curriculum"),
        curriculum__slug=slug,
    )
    if request.method != "POST":
        return render(request, "tracker/progress/leave.html", {"enrolment": enrolment})
    actions.leave_enrolment(enrolment=enrolment, at=clock.now())
    messages.success(request, f"You have left {enrolment.curriculum}. Every tick is kept.")
    return redirect(enrolment.curriculum)


def _tell(request: HttpRequest, milestone: Milestone, change: actions.Change) -> None:
    if change.event is None:
        return
    text = SAID[change.event.after["state"]].format(title=milestone.title)
    if change.unlocked:
        text = f"{text} Unlocked: {_few(change.unlocked)}."
    answers = change_told.send(AchievementEvent, event=change.event)
    text = " ".join([text, *(said for _, said in answers if said)])
    messages.success(request, text, extra_tags=_undo_tag(request, change.event))


def _few(milestones: Sequence[Milestone]) -> str:
    """Name the first two; a message is read in passing."""
    named = ", ".join(f"“{milestone}”" for milestone in milestones[:2])
    rest = len(milestones) - 2
    return f"{named} and {rest} more" if rest > 0 else named


SAID = {
    Achievement.State.OPEN: "“{title}” is to do again.",
    Achievement.State.LEARNING: "You are learning “{title}”.",
    Achievement.State.DONE: "“{title}” is done.",
    Achievement.State.SKIPPED: "“{title}” is skipped. It does not count as done.",
    Achievement.State.CREDITED: "You know “{title}” already. It counts, as your own claim.",
}


def _undo_tag(request: HttpRequest, event: AchievementEvent) -> str:
    """Name the address that undoes the event and leads back to the page the change came from."""
    page = next_page(request)
    query = f"?{urlencode({'next': page})}" if page else ""
    return f"undo:{reverse('undo', args=[event.pk])}{query}"


def _back(request: HttpRequest, milestone: Milestone | str) -> HttpResponse:
    """Return to the page of this site that the form names, or to the milestone."""
    key = milestone if isinstance(milestone, str) else milestone.key
    return redirect(next_page(request) or reverse("milestone", args=[key]))

"""Where the paths lead and come from: roles, backgrounds, routes and certifications."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from common import clock
from common.next_page import next_page
from tracker.accounts.models import LearnerRequest
from tracker.curricula import selectors as library
from tracker.curricula.market import market_facts
from tracker.curricula.models import Background, Certification, Curriculum, RoleProfile
from tracker.progress import actions
from tracker.progress.credited import paths_from_here
from tracker.progress.exams import exam_groups, exam_view
from tracker.progress.forms import CertificationFilterForm, WayForm
from tracker.progress.views import asks_learner


@require_safe
def careers(request: HttpRequest) -> HttpResponse:
    is_asked = bool({"start", "goal"} & set(request.GET))
    form = WayForm(request.GET if is_asked else None)
    roles = library.role_profiles()
    way = None
    if form.is_valid():
        way = library.way_between(form.cleaned_data["start"], form.cleaned_data["goal"])
    context = {
        "section": "careers",
        "form": form,
        "way": way,
        "levels": [role for role in roles if role.kind == RoleProfile.Kind.LEVEL],
        "specialisations": [role for role in roles if role.kind != RoleProfile.Kind.LEVEL],
        "ladder": library.career_ladder(),
        "backgrounds": library.backgrounds(),
        "routes": library.routes(),
        "market": market_facts(),
    }
    return render(request, "tracker/progress/careers.html", context)


@require_safe
def role(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(RoleProfile, key=key)
    context = {"section": "careers", "view": library.role_view(found)}
    return render(request, "tracker/progress/role.html", context)


@require_safe
def background(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Background, key=key)
    paths = library.paths_from(found)
    context = {
        "section": "careers",
        "background": found,
        "areas": library.areas_of(found.assumed.items()),
        "paths": paths_from_here(paths, learner=request.user),
        "here": request.path,
    }
    return render(request, "tracker/progress/background.html", context)


@require_safe
def routes(request: HttpRequest) -> HttpResponse:
    context = {"section": "careers", "routes": library.routes()}
    return render(request, "tracker/progress/routes.html", context)


@require_safe
def certifications(request: HttpRequest) -> HttpResponse:
    form = CertificationFilterForm(request.GET)
    filters = form.filters()
    found = list(library.certifications(**filters))
    context = {
        "section": "careers",
        "form": form,
        "is_filtered": any(filters.values()),
        "groups": exam_groups(found),
        "count": len(found),
    }
    return render(request, "tracker/progress/certifications.html", context)


@require_safe
def certification(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Certification.objects.with_links(), key=key)
    context = {"section": "careers", "exam": exam_view(found, on=_today_of(request))}
    return render(request, "tracker/progress/certification.html", context)


def _today_of(request: HttpRequest) -> date:
    user = request.user
    return clock.today_for(user) if user.is_authenticated else clock.now().date()


@require_POST
@asks_learner
def credit(request: LearnerRequest, slug: str) -> HttpResponse:
    curriculum = get_object_or_404(Curriculum.objects.published(), slug=slug)
    changes = actions.credit_background(learner=request.user, curriculum=curriculum, at=clock.now())
    if changes:
        many = f"{len(changes)} milestones are" if len(changes) > 1 else "1 milestone is"
        text = f"{many} known already, as your own claim. Undo any of them on its own page."
        messages.success(request, text)
    return redirect(next_page(request) or curriculum.get_absolute_url())

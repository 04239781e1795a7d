"""The job advertisements of a learner: paste or upload them, see each, follow one, compare."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from tracker.accounts.models import LearnerRequest
from tracker.adverts import actions, selectors
from tracker.adverts.forms import MOST_COMPARED, AdvertForm, CompareForm, PathForm
from tracker.adverts.models import Advert
from tracker.progress.models import Enrolment

ADVERTS_A_PAGE = 20


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def adverts(request: LearnerRequest) -> HttpResponse:
    if request.method != "POST":
        return _adverts_page(request, AdvertForm())
    form = AdvertForm(request.POST, request.FILES)
    is_clean = form.is_valid()
    saved = _save(request, form)
    if not is_clean:
        return _adverts_page(request, form, status=422)
    return redirect(saved[0] if len(saved) == 1 else "adverts")


def _save(request: LearnerRequest, form: AdvertForm) -> list[Advert]:
    """Save what could be read, also when another of the files could not."""
    now = clock.now()
    saved = [
        actions.save_advert(learner=request.user, title=paste.title, text=paste.text, at=now)
        for paste in form.pastes
    ]
    for advert in saved:
        messages.success(request, f"“{advert}” is saved.")
    return saved


def _adverts_page(request: LearnerRequest, form: AdvertForm, *, status: int = 200) -> HttpResponse:
    own = Advert.objects.of(request.user)
    is_archive = "archived" in request.GET
    pages = Paginator(own.archived() if is_archive else own.current(), ADVERTS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "section": "progress",
        "form": form,
        "page": page,
        "assessments": selectors.assessments_of(request.user, page.object_list),
        "most_compared": MOST_COMPARED,
        "is_archive": is_archive,
        "archived_count": own.archived().count(),
    }
    return render(request, "tracker/adverts/adverts.html", context, status=status)


@require_safe
@login_required
def advert(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Advert.objects.of(request.user), pk=pk)
    return _advert_page(request, found, PathForm(today=clock.today_for(request.user)))


def _advert_page(
    request: LearnerRequest, advert: Advert, form: PathForm, *, status: int = 200
) -> HttpResponse:
    [assessment] = selectors.assessments_of(request.user, [advert])
    context = {
        "section": "progress",
        "advert": advert,
        "assessment": assessment,
        "route": selectors.route_to(request.user, assessment.fit),
        "followed": selectors.followed_path_of(advert),
        "form": form,
    }
    return render(request, "tracker/adverts/advert.html", context, status=status)


@require_POST
@login_required
def make_path(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Advert.objects.of(request.user), pk=pk)
    today = clock.today_for(request.user)
    form = PathForm(request.POST, today=today)
    if not form.is_valid():
        return _advert_page(request, found, form, status=422)
    [assessment] = selectors.assessments_of(request.user, [found])
    milestones = selectors.route_to(request.user, assessment.fit).milestones
    if not milestones:
        messages.info(request, "No milestone leads further there yet, so there is no path to make.")
        return redirect(found)
    enrolment = actions.make_path(
        advert=found,
        milestones=milestones,
        started_on=today,
        target_date=form.cleaned_data["target_date"],
        at=clock.now(),
    )
    return _lead_to_plan(request, enrolment)


def _lead_to_plan(request: LearnerRequest, enrolment: Enrolment) -> HttpResponse:
    """Show the dates; a learner who has not said yet when there is time says so first."""
    path = enrolment.curriculum
    undo = f"undo:{reverse('remove_path', args=[path.slug])}"
    if selectors.has_study_week(request.user):
        messages.success(request, f"“{path}” is a path of yours, and planned.", extra_tags=undo)
        return redirect("plan")
    messages.success(
        request, f"“{path}” is a path of yours. Say when you have time.", extra_tags=undo
    )
    return redirect("enrol", path.slug)


@require_safe
@login_required
def compare(request: LearnerRequest) -> HttpResponse:
    own = Advert.objects.of(request.user)
    form = CompareForm(request.GET or None, adverts=own)
    chosen = form.cleaned_data["advert"] if form.is_valid() else list(own.current()[:MOST_COMPARED])
    assessments = selectors.assessments_of(request.user, chosen)
    context = {
        "section": "progress",
        "assessments": assessments,
        "rows": selectors.compared(assessments),
        "most_compared": MOST_COMPARED,
    }
    return render(request, "tracker/adverts/compare.html", context)


@require_POST
@login_required
def archive(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Advert.objects.of(request.user), pk=pk)
    actions.archive_advert(advert=found, at=clock.now())
    undo = f"undo:{reverse('bring_back_advert', args=[pk])}"
    messages.success(request, f"“{found}” is archived.", extra_tags=undo)
    return redirect("adverts")


@require_POST
@login_required
def bring_back(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Advert.objects.of(request.user), pk=pk)
    actions.bring_back_advert(advert=found)
    messages.success(request, f"“{found}” is back in the list.")
    return redirect("adverts")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Advert.objects.of(request.user), pk=pk)
    if request.method != "POST":
        return render(
            request, "tracker/adverts/delete.html", {"section": "progress", "advert": found}
        )
    actions.delete_advert(advert=found)
    messages.success(request, f"“{found}” is deleted.")
    return redirect("adverts")

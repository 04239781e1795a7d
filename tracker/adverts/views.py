"""The job advertisements of a learner: paste or upload them, see each, compare, delete."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from common import clock
from tracker.accounts.models import LearnerRequest
from tracker.adverts import actions, selectors
from tracker.adverts.forms import MOST_COMPARED, AdvertForm, CompareForm
from tracker.adverts.models import Advert

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
    pages = Paginator(Advert.objects.of(request.user), ADVERTS_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "section": "progress",
        "form": form,
        "page": page,
        "assessments": selectors.assessments_of(request.user, page.object_list),
        "most_compared": MOST_COMPARED,
    }
    return render(request, "tracker/adverts/adverts.html", context, status=status)


@require_safe
@login_required
def advert(request: LearnerRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Advert.objects.of(request.user), pk=pk)
    [assessment] = selectors.assessments_of(request.user, [found])
    context = {
        "section": "progress",
        "advert": found,
        "assessment": assessment,
        "route": selectors.route_to(request.user, assessment.fit),
    }
    return render(request, "tracker/adverts/advert.html", context)


@require_safe
@login_required
def compare(request: LearnerRequest) -> HttpResponse:
    own = Advert.objects.of(request.user)
    form = CompareForm(request.GET or None, adverts=own)
    chosen = form.cleaned_data["advert"] if form.is_valid() else list(own[:MOST_COMPARED])
    assessments = selectors.assessments_of(request.user, chosen)
    context = {
        "section": "progress",
        "assessments": assessments,
        "rows": selectors.compared(assessments),
        "most_compared": MOST_COMPARED,
    }
    return render(request, "tracker/adverts/compare.html", context)


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

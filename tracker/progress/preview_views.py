"""A draft as its learners would see it, for those who may read drafts."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from tracker.curricula.models import Curriculum, CurriculumQuerySet, Milestone
from tracker.progress import selectors
from tracker.progress.credited import credit_in

MAY_READ_DRAFTS = "curricula.view_curriculum"
# Somebody who has learnt nothing yet: an author's own ticks say nothing about the draft.
NEWCOMER = AnonymousUser()


def is_asked(request: HttpRequest) -> bool:
    return "draft" in request.GET


def path(request: HttpRequest, slug: str, editions: CurriculumQuerySet) -> HttpResponse:
    draft = get_object_or_404(_drafts_for(request, editions), slug=slug)
    context = {
        "is_preview": True,
        "curriculum": draft,
        "standing": selectors.standing_of(NEWCOMER, draft),
        "credit": credit_in(draft, learner=NEWCOMER),
        "here": f"{draft.get_absolute_url()}?draft",
    }
    return render(request, "tracker/progress/path.html", context)


def milestone(request: HttpRequest, key: str) -> HttpResponse:
    drafts = _drafts_for(request, Curriculum.objects.all())
    drafts = drafts.filter(slug=request.GET.get("in", ""))
    found = get_object_or_404(Milestone.objects.with_details(), key=key, curriculum__in=drafts)
    view = selectors.milestone_view(found, learner=NEWCOMER)
    return render(request, "tracker/progress/milestone.html", {"is_preview": True, "view": view})


def _drafts_for(request: HttpRequest, editions: CurriculumQuerySet) -> CurriculumQuerySet:
    may_read = request.user.is_staff and request.user.has_perm(MAY_READ_DRAFTS)
    if not may_read:
        raise Http404("There is no such page.")
    return editions.filter(status=Curriculum.Status.DRAFT)

"""The doors of the author's desk that lead from one edition to the next.

A draft is checked, published or deleted; a published edition is retired, compared or drafted anew.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from common import clock
from tracker.curricula import editions
from tracker.curricula.actions import (
    CannotPublish,
    draft_next_edition,
    publish_curriculum,
    retire_curriculum,
)
from tracker.curricula.admin_standing import Unsaved, may_change_drafts, sent_fields, too_late_page
from tracker.curricula.edition_diff import EditionDiff
from tracker.curricula.edition_history import recorded
from tracker.curricula.forms import CheckForm, CompareForm, PublishForm
from tracker.curricula.models import Curriculum
from tracker.curricula.outline import Fault
from tracker.curricula.validation import faults_of

if TYPE_CHECKING:

    class Base(admin.ModelAdmin[Any]):
        def hours(self, curriculum: Curriculum) -> int: ...

else:
    Base = object


def faults_before_publishing(draft: Curriculum) -> list[Fault]:
    follows = editions.edition_before(draft)
    lost = editions.faults_in_succession(follows, draft) if follows else []
    return [*faults_of(draft), *lost]


def succession_of(draft: Curriculum) -> EditionDiff | None:
    follows = editions.edition_before(draft)
    return editions.diff_between(follows, draft) if follows else None


FORMS = {"check": CheckForm, "publish": PublishForm}


class EditionDoors(Base):
    """Check, publish, retire, draft, compare and look back, each at its own address."""

    def get_urls(self) -> list[URLPattern]:
        doors: dict[str, tuple[str, Callable[..., HttpResponse]]] = {
            "check": ("<int:pk>/check/", self.check_draft),
            "publish": ("<int:pk>/publish/", self.publish),
            "retire": ("<int:pk>/retire/", self.retire),
            "draft": ("<int:pk>/draft/", self.draft),
            "compare": ("compare/<slug:slug>/", self.compare),
        }
        view = self.admin_site.admin_view
        own = [
            path(address, view(door), name=f"curricula_curriculum_{name}")
            for name, (address, door) in doors.items()
        ]
        return [*own, *super().get_urls()]

    # --- from draft to published ------------------------------------------------------------------

    def check_draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show an author what publishing would do, and keep their answers."""
        draft = self._found(request, pk)
        if not may_change_drafts(request):
            raise PermissionDenied
        if draft.status != Curriculum.Status.DRAFT:
            return self._no_draft(request, draft, "It is no draft: there is nothing to check.")
        return self._weighed(request, draft, "check")

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what publishing would do and what stands in the way, then publish."""
        draft = self._for_publishing(request, pk)
        if draft.status != Curriculum.Status.DRAFT:
            return self._no_draft(request, draft, "It is no draft: there is nothing to publish.")
        return self._weighed(request, draft, "publish")

    def _no_draft(self, request: HttpRequest, edition: Curriculum, why: str) -> HttpResponse:
        note = request.POST.get("edition_note")
        if not note:
            return self._nothing_to_do(request, edition, why)
        return too_late_page(self, request, edition, [Unsaved("What is new", note)])

    def _weighed(self, request: HttpRequest, draft: Curriculum, page: str) -> HttpResponse:
        if request.method != "POST":
            return self._impact_page(request, draft, page)
        form = FORMS[page](request.POST, draft=draft, diff=succession_of(draft))
        if not form.is_valid():
            return self._impact_page(request, draft, page, form=form, status=422)
        with recorded(draft.pk) as still_draft:
            if still_draft is None:
                return too_late_page(self, request, draft, list(sent_fields(form)))
            self._keep(request, draft, form)
        if page == "check" or "keep" in request.POST:
            return self._kept(request)
        return self._published(request, draft)

    def _keep(self, request: HttpRequest, draft: Curriculum, form: CheckForm) -> None:
        form.save()
        if set(form.changed_data) - {"confirmed"}:
            what = "Said what is new and what takes the place of what is gone."
            self.log_change(request, draft, what)

    def _kept(self, request: HttpRequest) -> HttpResponse:
        messages.success(request, "Your answers are kept, and everything is checked again.")
        return redirect(request.path)

    def _published(self, request: HttpRequest, draft: Curriculum) -> HttpResponse:
        try:
            publish_curriculum(curriculum=draft, at=clock.now())
        except CannotPublish:
            fresh = self._found(request, draft.pk)
            return self._impact_page(request, fresh, "publish", status=422)
        return self._done(request, draft, f"Published edition {draft.edition}")

    def _impact_page(
        self,
        request: HttpRequest,
        draft: Curriculum,
        page: str,
        *,
        form: CheckForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        impact = editions.impact_of(draft, at=clock.now())
        more = {
            "form": form or FORMS[page](draft=draft, diff=impact.diff if impact else None),
            "impact": impact,
            "faults": faults_before_publishing(draft),
            "hours": self.hours(draft),
        }
        return self._page(request, page, draft, status, **more)

    # --- from published to the next ---------------------------------------------------------------

    def retire(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then close a curriculum to new learners."""
        curriculum = self._for_publishing(request, pk)
        if not curriculum.is_published:
            why = "It is not published: there is nothing to retire."
            return self._nothing_to_do(request, curriculum, why)
        if request.method != "POST":
            return self._page(request, "retire", curriculum)
        retire_curriculum(curriculum=curriculum)
        return self._done(request, curriculum, "Retired")

    def draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the next edition's draft from this edition, or lead to the draft there is."""
        edition = self._found(request, pk)
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        there = editions.draft_edition(edition.slug)
        if there is not None:
            why = f"Edition {there.edition} is being drafted already. Publish or delete it first."
            return self._nothing_to_do(request, there, why)
        draft = draft_next_edition(curriculum=edition)
        self.log_addition(request, draft, f"Drafted from edition {edition.edition}.")
        messages.success(request, f"This is the draft of edition {draft.edition}.")
        return redirect("admin:curricula_curriculum_change", draft.pk)

    # --- looking ----------------------------------------------------------------------------------

    def compare(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Say in words how one edition differs from an earlier one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = list(Curriculum.objects.filter(slug=slug).order_by("edition"))
        if not found:
            raise Http404
        last_step = {"from": found[-2:][0].edition, "to": found[-1].edition}
        form = CompareForm(request.GET or last_step, found=found)
        more: dict[str, Any] = {"form": form, "latest": found[-1]}
        if form.is_valid():
            numbers = sorted((form.cleaned_data["from"], form.cleaned_data["to"]))
            before, after = (each for number in numbers for each in found if each.edition == number)
            more |= {"before": before, "after": after, "diff": editions.diff_between(before, after)}
        return self._page(request, "compare", found[-1], **more)

    # --- shared -----------------------------------------------------------------------------------

    def _found(self, request: HttpRequest, pk: int) -> Curriculum:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found: Curriculum = get_object_or_404(self.get_queryset(request), pk=pk)
        return found

    def _for_publishing(self, request: HttpRequest, pk: int) -> Curriculum:
        if not request.user.has_perm("curricula.publish_curriculum"):
            raise PermissionDenied
        return self._found(request, pk)

    def _page(
        self,
        request: HttpRequest,
        page: str,
        curriculum: Curriculum,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{page.capitalize()} “{curriculum}”",
            "here": page.capitalize(),
            "opts": self.opts,
            "curriculum": curriculum,
            **more,
        }
        template = f"admin/curricula/curriculum/{page}.html"
        return TemplateResponse(request, template, context, status=status)

    def _done(self, request: HttpRequest, curriculum: Curriculum, what: str) -> HttpResponse:
        self.log_change(request, curriculum, f"{what}.")
        messages.success(request, f"{what}: “{curriculum}”.")
        return redirect("admin:curricula_curriculum_change", curriculum.pk)

    def _nothing_to_do(self, request: HttpRequest, edition: Curriculum, why: str) -> HttpResponse:
        messages.warning(request, why)
        return redirect("admin:curricula_curriculum_change", edition.pk)

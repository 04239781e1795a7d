"""Where an edition stands: whether it may change, and what to say when it may not any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from tracker.curricula.models import Curriculum

DRAFTS_KNOWN = "_draft_editions"


def is_draft(request: HttpRequest, curriculum_id: int) -> bool:
    """Say whether an edition may change; asks the database once for all rows of a page."""
    known = getattr(request, DRAFTS_KNOWN, None)
    if known is None:
        drafts = Curriculum.objects.filter(status=Curriculum.Status.DRAFT)
        known = set(drafts.values_list("pk", flat=True))
        setattr(request, DRAFTS_KNOWN, known)
    return curriculum_id in known


def standing_of(request: HttpRequest, edition: Curriculum) -> dict[str, Any]:
    """Return what a page says of an edition: whether it is sealed, and what comes next."""
    all_editions = list(Curriculum.objects.filter(slug=edition.slug).order_by("-edition"))
    drafts = [each for each in all_editions if each.status == Curriculum.Status.DRAFT]
    return {
        "edition": edition,
        "is_sealed": edition not in drafts,
        "draft": drafts[0] if drafts else None,
        "may_draft": request.user.has_perm("curricula.add_curriculum"),
        "may_publish": request.user.has_perm("curricula.publish_curriculum"),
        "editions": all_editions,
    }


def may_change_drafts(request: HttpRequest) -> bool:
    return request.user.has_perm("curricula.change_curriculum")


# --- too late ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Unsaved:
    """Something an author wrote that came too late to be saved."""

    label: str
    text: str


def too_late_page(
    model_admin: Any, request: HttpRequest, edition: Curriculum, unsaved: Iterable[Unsaved]
) -> HttpResponse:
    """Give back what an author sent for an edition that was published meanwhile."""
    edition.refresh_from_db()
    context = {
        **model_admin.admin_site.each_context(request),
        **standing_of(request, edition),
        "title": "Published meanwhile: nothing was saved",
        "opts": model_admin.opts,
        "curriculum": edition,
        "unsaved": list(unsaved),
        "here": "Not saved",
    }
    template = "admin/curricula/curriculum/too_late.html"
    return TemplateResponse(request, template, context, status=409)


def sent_fields(form: Any, about: str = "") -> Iterator[Unsaved]:
    """Return what was sent that differs from what the form was made with."""
    form.is_valid()
    for name in form.changed_data:
        yield Unsaved(f"{about}{form[name].label}", _text_of(form[name]))


def sent_rows(formset: Any) -> Iterator[Unsaved]:
    for form in formset.forms:
        title = form.data.get(f"{form.prefix}-title") or form.data.get(f"{form.prefix}-key")
        yield from sent_fields(form, f"{title}: " if title else "")


def _text_of(bound: Any) -> str:
    if isinstance(bound.field, forms.ModelMultipleChoiceField):
        return "\n".join(map(str, bound.form.cleaned_data.get(bound.name, ())))
    if isinstance(bound.field, forms.BooleanField):
        return "yes" if bound.value() else "no"
    value = bound.value()
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")

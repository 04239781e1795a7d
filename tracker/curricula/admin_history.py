"""Every save of a draft, written down field by field, set back on demand, and never half done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST

from tracker.curricula import restoring
from tracker.curricula.admin_standing import (
    DRAFTS_KNOWN,
    sent_fields,
    sent_rows,
    standing_of,
    too_late_page,
)
from tracker.curricula.edition_history import (
    RowChange,
    Rows,
    all_recorded,
    entries_on,
    in_words,
    label_of,
    recorded,
    rows_of,
)
from tracker.curricula.models import Curriculum, DraftChange

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:
    Base = object


ENTRIES_A_PAGE = 100


class RecordedDoors(Base):
    """A form of a draft.  What it changes is written down; what comes too late is given back."""

    def edition_of(self, row: Any) -> Curriculum:
        raise NotImplementedError

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        row = self._row_sent(request, object_id)
        if row is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with recorded(self.edition_of(row).pk) as draft:
            if draft is None and admin.ModelAdmin.has_change_permission(self, request):
                return self._too_late(request, row)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        row = self._row_sent(request, object_id)
        if row is None:
            return super().delete_view(request, object_id, extra_context)
        with recorded(self.edition_of(row).pk):
            return super().delete_view(request, object_id, extra_context)

    def response_action(
        self, request: HttpRequest, queryset: Any, *more: Any, **further: Any
    ) -> HttpResponse | None:
        chosen = queryset.filter(pk__in=request.POST.getlist(ACTION_CHECKBOX_NAME))
        with all_recorded(self.edition_of(row).pk for row in chosen):
            return super().response_action(request, queryset, *more, **further)

    def _row_sent(self, request: HttpRequest, object_id: str | None) -> Any:
        if request.method != "POST" or object_id is None:
            return None
        return self.get_object(request, object_id)

    def _too_late(self, request: HttpRequest, row: Model) -> HttpResponse:
        edition = self.edition_of(row)
        # Forms leave out what may not change; here they only read what was sent.
        setattr(request, DRAFTS_KNOWN, {edition.pk})
        form = self.get_form(request, row, change=True)(request.POST, instance=row)
        unsaved = list(sent_fields(form))
        for formset in self._create_formsets(request, row, change=True)[0]:  # type: ignore[attr-defined]
            unsaved += sent_rows(formset)
        delattr(request, DRAFTS_KNOWN)
        return too_late_page(self, request, edition, unsaved)


class HistoryDoors(Base):
    """Who changed what and when in a curriculum, over all editions, and the way back."""

    def get_urls(self) -> list[URLPattern]:
        door = path(
            "<int:pk>/changes/<int:change_pk>/restore/",
            self.admin_site.admin_view(require_POST(self.restore)),
            name="curricula_curriculum_restore",
        )
        return [door, *super().get_urls()]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show what happened to every edition of a curriculum, the latest first."""
        edition = Curriculum.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        more = self._history(request, edition) if edition else {}
        return super().history_view(request, object_id, {**more, **(extra_context or {})})

    def _history(self, request: HttpRequest, edition: Curriculum) -> dict[str, Any]:
        standing = standing_of(request, edition)
        numbers = {each.pk: each.edition for each in standing["editions"]}
        entries = entries_on(numbers).select_related("user", "content_type", "draft_change")
        paginator = self.get_paginator(request, entries, ENTRIES_A_PAGE)
        page: Page[LogEntry] = paginator.get_page(request.GET.get(PAGE_VAR, 1))
        return {
            **standing,
            "title": f"History of “{edition}”",
            "action_list": page,
            "page_range": paginator.get_elided_page_range(page.number),
            "pagination_required": paginator.count > ENTRIES_A_PAGE,
            "entries": told(page, numbers, standing["draft"]),
        }

    def restore(self, request: HttpRequest, pk: int, change_pk: int) -> HttpResponse:
        """Set a field back, or bring back what was deleted; that is written down as well."""
        change = get_object_or_404(DraftChange, pk=change_pk, edition=pk)
        number, name = _asked(request, change)
        if not may_restore(request, change.rows[number]):
            raise PermissionDenied
        with recorded(pk) as draft:
            if draft is None:
                why = "This edition was published meanwhile. Restore into its next draft."
                messages.warning(request, why)
            else:
                self._restore(request, change, number, name)
        return redirect("admin:curricula_curriculum_history", pk)

    def _restore(self, request: HttpRequest, change: DraftChange, number: int, name: str) -> None:
        row = change.rows[number]
        what = f"{row['kind']} “{row['title']}”"
        try:
            if name:
                restoring.set_back(change=change, number=number, name=name)
            else:
                restoring.bring_back(change=change, number=number)
        except restoring.CannotRestore as error:
            messages.error(request, f"Nothing was restored. {error}")
            return
        done = f"Set back: {label_of(name)} of {what}." if name else f"Brought back: {what}."
        self.log_change(request, change.edition, done)
        messages.success(request, done)


@dataclass(frozen=True, slots=True)
class ToldEntry:
    """A line of the history: who did something, when, and what it changed field by field."""

    entry: LogEntry
    number: int
    change: DraftChange | None
    rows: list[RowChange]

    @property
    def is_own_word(self) -> bool:
        """Whether its message says more than the rows do; Django's own names the same fields."""
        return not self.entry.change_message.startswith("[")


def told(
    entries: Iterable[LogEntry], numbers: dict[int, int], draft: Curriculum | None
) -> list[ToldEntry]:
    now = rows_of(draft) if draft else None
    return [_told(entry, numbers[int(entry.object_id or 0)], draft, now) for entry in entries]


def _told(entry: LogEntry, number: int, draft: Curriculum | None, now: Rows | None) -> ToldEntry:
    change: DraftChange | None = getattr(entry, "draft_change", None)
    if change is None:
        return ToldEntry(entry, number, None, [])
    is_open = draft is not None and change.edition_id == draft.pk
    return ToldEntry(entry, number, change, in_words(change, now if is_open else None))


def _asked(request: HttpRequest, change: DraftChange) -> tuple[int, str]:
    """Return the row and the field to set back; no field where the row itself is to come back."""
    number, name = request.POST.get("row", ""), request.POST.get("field", "")
    if not number.isdecimal() or int(number) >= len(change.rows):
        raise Http404
    row = change.rows[int(number)]
    is_known = name in (row["before"] or {}) if name else row["after"] is None
    if not is_known or (name and row["after"] is None):
        raise Http404
    return int(number), name


def may_restore(request: HttpRequest, row: dict[str, Any]) -> bool:
    """Say whether somebody may do by hand what restoring does for them."""
    act = "change" if row["after"] is not None else "add"
    return request.user.has_perms(["curricula.change_curriculum", f"curricula.{act}_{row['kind']}"])

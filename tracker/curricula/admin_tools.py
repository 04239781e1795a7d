"""An author's tools beside the forms: paste, duplicate, hours at a glance, the graph."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from common.markdown import markdown
from tracker.curricula import drafting
from tracker.curricula.admin_standing import (
    Unsaved,
    may_change_drafts,
    sent_fields,
    too_late_page,
)
from tracker.curricula.edition_history import recorded
from tracker.curricula.graph import Graph, Item, lay_out
from tracker.curricula.models import Curriculum, Milestone, Module
from tracker.curricula.needs import edges_of
from tracker.curricula.outline import CurriculumOutline
from tracker.curricula.outline_paste import Pasted
from tracker.curricula.tool_forms import LONGEST_OUTLINE, DuplicateForm, HoursForm, PasteForm

COLOURS = 8
TAKEN = "Another curriculum has taken this address meanwhile. Choose another one."


@dataclass(frozen=True)
class Tool:
    label: str
    address: str


class AuthoringTools(admin.ModelAdmin):
    """Pages of a curriculum that are not its form; mixed into its admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = "curricula_curriculum_{}".format
        own = [
            path("paste/", view(self.paste), name=name("paste")),
            path("as-read/", view(require_POST(self.as_read)), name=name("as_read")),
            path("<int:pk>/duplicate/", view(self.duplicate), name=name("duplicate")),
            path("<int:pk>/graph/", view(self.graph), name=name("graph")),
            path("<int:pk>/hours/", view(self.hours_table), name=name("hours")),
        ]
        return [*own, *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        curriculum = context.get("original")
        tools = list(self._tools(request, curriculum)) if curriculum else []
        more = {"authoring_tools": tools}
        return super().render_change_form(request, {**context, **more}, *args, **kwargs)

    def _tools(self, request: HttpRequest, curriculum: Curriculum) -> Iterator[Tool]:
        """Name the tools this author may use on this edition."""
        is_draft = curriculum.status == Curriculum.Status.DRAFT
        if is_draft and self._may_change_milestones(request):
            yield Tool("Hours", reverse("admin:curricula_curriculum_hours", args=[curriculum.pk]))
        graph = reverse("admin:curricula_curriculum_graph", args=[curriculum.pk])
        yield Tool("Prerequisites", graph)
        if is_draft:
            yield Tool("Preview as learner", f"{curriculum.get_absolute_url()}?draft")
        if self.has_add_permission(request):
            duplicate = reverse("admin:curricula_curriculum_duplicate", args=[curriculum.pk])
            yield Tool("Duplicate…", duplicate)

    # --- prose ------------------------------------------------------------------------------

    def as_read(self, request: HttpRequest) -> HttpResponse:
        """Show Markdown as learners will read it, for the preview beside a field."""
        if not may_change_drafts(request):
            raise PermissionDenied
        return HttpResponse(markdown(request.POST.get("text", "")[:LONGEST_OUTLINE]))

    # --- paste ------------------------------------------------------------------------------

    def paste(self, request: HttpRequest) -> HttpResponse:
        """Take an outline, show what it would make, then make it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = PasteForm(request.POST or None)
        if not form.is_valid():
            return self._paste_page(request, form, 422 if form.is_bound else 200)
        step = request.POST.get("step")
        if step == "edit":
            return self._paste_page(request, form)
        pasted = drafting.read_draft(form.cleaned_data["text"], form.about())
        if pasted.faults:
            return self._paste_page(request, form, 422, faults=pasted.faults)
        if step != "create":
            return self._pasted_page(request, form, pasted)
        return self._create(request, form, pasted.outline)

    def _paste_page(
        self, request: HttpRequest, form: PasteForm, status: int = 200, **more: Any
    ) -> HttpResponse:
        return self._tool(request, "paste", "Paste an outline", status, form=form, **more)

    def _pasted_page(self, request: HttpRequest, form: PasteForm, pasted: Pasted) -> HttpResponse:
        outline = pasted.outline
        required = [item for item in outline.milestones if item.is_required]
        return self._tool(
            request,
            "pasted",
            f"Preview of “{outline.title}”",
            form=form,
            outline=outline,
            effort_minutes=sum(item.minutes or 0 for item in required),
            shared_keys=drafting.shared_keys(outline),
        )

    def _create(
        self, request: HttpRequest, form: PasteForm, outline: CurriculumOutline
    ) -> HttpResponse:
        try:
            draft = drafting.create_draft(outline=outline)
        except drafting.AddressTaken:
            form.add_error("slug", TAKEN)
            return self._paste_page(request, form, 422)
        return self._drafted(request, draft, "Made from a pasted outline.")

    def _drafted(self, request: HttpRequest, draft: Curriculum, how: str) -> HttpResponse:
        self.log_addition(request, draft, how)
        messages.success(request, f"“{draft}” is a draft now. Learners do not see it yet.")
        return redirect("admin:curricula_curriculum_change", draft.pk)

    # --- duplicate --------------------------------------------------------------------------

    def duplicate(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for another title and address, then copy."""
        if not (self.has_add_permission(request) and self.has_view_permission(request)):
            raise PermissionDenied
        curriculum = get_object_or_404(Curriculum, pk=pk)
        suggested = {"title": f"{curriculum.title} (copy)"[:120], "slug": free_slug(curriculum)}
        form = DuplicateForm(request.POST or None, initial=suggested, curriculum=curriculum)
        if form.is_valid():
            try:
                draft = drafting.duplicate_curriculum(
                    curriculum=curriculum,
                    slug=form.cleaned_data["slug"],
                    title=form.cleaned_data["title"],
                    keeps_keys=form.keeps_keys,
                )
            except drafting.AddressTaken:
                form.add_error("slug", TAKEN)
            else:
                return self._drafted(request, draft, f"Copied from {curriculum.slug}.")
        title = f"Duplicate “{curriculum}”"
        status = 422 if form.is_bound else 200
        return self._tool(request, "duplicate", title, status, form=form, curriculum=curriculum)

    # --- graph ------------------------------------------------------------------------------

    def graph(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show which milestone needs which, as a picture and as a table."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        curriculum = get_object_or_404(Curriculum, pk=pk)
        title = f"Prerequisites in “{curriculum}”"
        drawn = graph_page(curriculum)
        return self._tool(request, "graph", title, curriculum=curriculum, drawn=drawn)

    # --- hours ------------------------------------------------------------------------------

    def hours_table(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change minutes and required of every milestone of a draft on one page."""
        if not self._may_change_milestones(request):
            raise PermissionDenied
        curriculum = get_object_or_404(Curriculum, pk=pk)
        table = HoursTable.of(curriculum, request)
        if request.method == "POST" and table.is_valid and request.POST.get("step") != "add_up":
            return self._save_hours(request, curriculum, table)
        if curriculum.published_at:
            messages.warning(request, "A published edition never changes. Edit its next draft.")
            return redirect("admin:curricula_curriculum_change", pk)
        return self._tool(
            request,
            "hours",
            f"Hours of “{curriculum}”",
            200 if table.is_valid else 422,
            curriculum=curriculum,
            table=table,
        )

    def _may_change_milestones(self, request: HttpRequest) -> bool:
        may_change_rows = request.user.has_perm("curricula.change_milestone")
        return may_change_rows and may_change_drafts(request)

    def _save_hours(
        self, request: HttpRequest, curriculum: Curriculum, table: HoursTable
    ) -> HttpResponse:
        changed = table.changed()
        with recorded(curriculum.pk) as draft:
            if draft is None:
                return too_late_page(self, request, curriculum, table.unsaved())
            if changed:
                drafting.save_hours(milestones=changed)
                keys = ", ".join(milestone.key for milestone in changed)
                self.log_change(request, curriculum, f"Changed the hours of {keys}.")
        messages.success(request, f"Saved: {len(changed)} changed.")
        return redirect("admin:curricula_curriculum_hours", curriculum.pk)

    def _tool(
        self, request: HttpRequest, page: str, title: str, status: int = 200, **more: Any
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            **more,
        }
        template = f"admin/curricula/tools/{page}.html"
        return TemplateResponse(request, template, context, status=status)


def free_slug(curriculum: Curriculum) -> str:
    stem = curriculum.slug[:70]
    taken = set(Curriculum.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    number = 2
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


# --- the table of hours -------------------------------------------------------------------------


@dataclass(frozen=True)
class HoursModule:
    module: Module
    forms: list[HoursForm]

    @property
    def minutes(self) -> int:
        return sum(form.minutes for form in self.forms if form.is_counted)


@dataclass(frozen=True)
class HoursTable:
    modules: list[HoursModule]

    @classmethod
    def of(cls, curriculum: Curriculum, request: HttpRequest) -> HoursTable:
        modules = curriculum.modules.order_by("position", "pk").prefetch_related("milestones")
        return cls(
            [
                HoursModule(
                    module,
                    [hours_form(milestone, request) for milestone in module.milestones.all()],
                )
                for module in modules
            ]
        )

    @property
    def forms(self) -> list[HoursForm]:
        return [form for module in self.modules for form in module.forms]

    @property
    def asked(self) -> list[HoursForm]:
        """Return the rows that were sent: others were added since the page was made."""
        return [form for form in self.forms if form.is_bound]

    @property
    def is_valid(self) -> bool:
        return not any(form.errors for form in self.forms)

    @property
    def minutes(self) -> int:
        return sum(module.minutes for module in self.modules)

    @property
    def fault_count(self) -> int:
        return sum(bool(form.errors) for form in self.forms)

    def unsaved(self) -> Iterator[Unsaved]:
        for form in self.asked:
            yield from sent_fields(form, f"{form.instance}: ")

    def changed(self) -> list[Milestone]:
        return [form.instance for form in self.asked if form.has_changed()]


def hours_form(milestone: Milestone, request: HttpRequest) -> HoursForm:
    """Return a row; a milestone added since the page was made was not asked about, and stays."""
    prefix = f"m{milestone.pk}"
    was_asked = f"{prefix}-effort_minutes" in request.POST
    return HoursForm(request.POST if was_asked else None, instance=milestone, prefix=prefix)


# --- the graph ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class GraphRow:
    """A milestone and its neighbours, for the table beside the picture."""

    milestone: Milestone
    needs: list[Milestone]
    unlocks: list[Milestone]


@dataclass(frozen=True)
class GraphModule:
    number: int
    colour: int
    module: Module
    rows: list[GraphRow]


@dataclass(frozen=True)
class GraphNode:
    place: Any
    colour: int
    is_required: bool


@dataclass(frozen=True)
class GraphPage:
    graph: Graph
    nodes: list[GraphNode]
    modules: list[GraphModule]
    alone_count: int
    loops: list[list[Milestone]]


def graph_page(curriculum: Curriculum) -> GraphPage:
    modules = list(curriculum.modules.order_by("position", "pk").prefetch_related("milestones"))
    in_order = {item.pk: item for module in modules for item in module.milestones.all()}
    number_of = {module.pk: number for number, module in enumerate(modules, start=1)}
    needs = edges_of(curriculum)
    unlocks: dict[int, list[int]] = defaultdict(list)
    for pk in in_order:
        for needed in needs[pk]:
            unlocks[needed].append(pk)
    graph = lay_out(
        [
            Item(pk, item.title, number_of[item.module_id], tuple(needs[pk]))
            for pk, item in in_order.items()
        ]
    )

    def row(pk: int) -> GraphRow:
        return GraphRow(in_order[pk], _those(in_order, needs[pk]), _those(in_order, unlocks[pk]))

    return GraphPage(
        graph=graph,
        nodes=[
            GraphNode(node, _colour(node.item.group), in_order[node.item.pk].is_required)
            for node in graph.nodes
        ],
        modules=[
            GraphModule(
                number_of[module.pk],
                _colour(number_of[module.pk]),
                module,
                [row(item.pk) for item in module.milestones.all()],
            )
            for module in modules
        ],
        alone_count=len(in_order) - len(graph.nodes),
        loops=[_those(in_order, loop) for loop in graph.loops],
    )


def _those(milestones: dict[int, Milestone], pks: Sequence[int]) -> list[Milestone]:
    return [milestones[pk] for pk in pks if pk in milestones]


def _colour(number: int) -> int:
    return (number - 1) % COLOURS


# --- prerequisites ------------------------------------------------------------------------------


class PrerequisiteTools(admin.ModelAdmin):
    """Let the browser search prerequisites and refuse a loop at once; the form still checks."""

    class Media:
        js = ["admin_milepost/tools.js"]
        css = {"all": ["admin_milepost/tools.css"]}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        milestone = context.get("original")
        if isinstance(milestone, Milestone):
            edges = json.dumps(edges_of(milestone.curriculum), sort_keys=True)
            context = {**context, "prerequisite_edges": edges}
        return super().render_change_form(request, context, *args, **kwargs)

"""The author's desk: curricula with their modules and milestones, and what they refer to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Model, QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.timezone import localtime

from common import clock
from common.look_only import LookOnlyAdmin
from tracker.accounts.models import User
from tracker.curricula.actions import (
    CannotPublish,
    accept_proposal,
    decline_proposal,
    publish_curriculum,
    retire_curriculum,
)
from tracker.curricula.forms import (
    KeyedForm,
    LinesField,
    MilestoneForm,
    MilestoneRowForm,
    ModuleRowForm,
    NamedFormSet,
    OrderedFormSet,
    skills_by_area,
)
from tracker.curricula.models import (
    Area,
    Background,
    CareerStep,
    Certification,
    Curriculum,
    Milestone,
    Module,
    Resource,
    ResourceProposal,
    ResourceProposalQuerySet,
    RoleProfile,
    Route,
    Skill,
    SkillLevel,
    SkillRequirement,
)
from tracker.curricula.selectors import link_check_of
from tracker.curricula.validation import faults_of

LINK_LENGTH = 40
LEARNERS_SEE_IT = (
    "Learners see each change at once. Deleting a milestone takes it off the path, "
    "and every tick on it is kept."
)


class AuthorAdmin(admin.ModelAdmin):
    """What all of an author's pages share."""

    form = KeyedForm
    lines_fields: tuple[str, ...] = ()
    formfield_overrides = {URLField: {"assume_scheme": "https"}}

    class Media:
        js = ["admin_milepost/names.js"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name not in self.lines_fields:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        help_text = f"{db_field.help_text} One on a line.".strip()
        return LinesField(required=not db_field.blank, help_text=help_text)


class OrderedInline(admin.TabularInline):
    formset = OrderedFormSet
    template = "admin/curricula/named_rows.html"
    ordering = ["position", "pk"]
    extra = 1

    class Media:
        js = ["admin_milepost/order.js"]


# --- curricula --------------------------------------------------------------------------------


class ModuleInline(OrderedInline):
    model = Module
    form = ModuleRowForm
    readonly_fields = ["milestones"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Module]:
        modules: QuerySet[Module] = super().get_queryset(request)
        return modules.annotate(milestone_count=Count("milestones"))

    def milestones(self, module: Module) -> str:
        if module.pk is None:
            return "after saving"
        address = reverse("admin:curricula_module_change", args=[module.pk])
        count = getattr(module, "milestone_count", 0)
        return format_html('<a href="{}">Edit milestones ({})</a>', address, count)


@admin.register(Curriculum)
class CurriculumAdmin(AuthorAdmin):
    inlines = [ModuleInline]
    list_display = ["title", "kind", "state", "milestones", "hours", "published_at"]
    list_filter = ["kind", "status"]
    search_fields = ["title", "slug", "summary"]
    autocomplete_fields = ["background", "role"]
    lines_fields = ("credited_keys",)
    fieldsets = [
        (None, {"fields": ["title", "slug", "kind", "summary", "position"]}),
        (
            "For a path",
            {
                "classes": ["collapse"],
                "fields": ["role", "background", "weeks", "hours_per_week", "credited_keys"],
            },
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Curriculum]:
        return Curriculum.objects.with_totals()

    @admin.display(description="status", ordering="status")
    def state(self, curriculum: Curriculum) -> str:
        shown = '<span class="state state--{}">{}</span>'
        return format_html(shown, curriculum.status, curriculum.get_status_display())

    @admin.display(description="required milestones", ordering="milestone_count")
    def milestones(self, curriculum: Curriculum) -> int:
        return int(getattr(curriculum, "milestone_count", 0))

    @admin.display(ordering="effort_minutes")
    def hours(self, curriculum: Curriculum) -> int:
        return round(int(getattr(curriculum, "effort_minutes", 0)) / 60)

    # An address that learners may have kept does not change any more.
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug"] if obj and obj.status != Curriculum.Status.DRAFT else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("title",)}

    def view_on_site(self, curriculum: Curriculum) -> str | None:
        """Lead to the learners' page, which a draft does not have yet."""
        is_draft = curriculum.status == Curriculum.Status.DRAFT
        return None if is_draft else curriculum.get_absolute_url()

    def has_publish_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("curricula.publish_curriculum")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        more = {
            "may_publish": self.has_publish_permission(request),
            "learners_see_it": LEARNERS_SEE_IT,
        }
        return super().render_change_form(request, {**context, **more}, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        warn_of_faults(request, form.instance)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/publish/", view(self.publish), name="curricula_curriculum_publish"),
            path("<int:pk>/retire/", view(self.retire), name="curricula_curriculum_retire"),
        ]
        return [*own, *super().get_urls()]

    def publish(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what stands in the way, or publish."""
        curriculum = self._for_publishing(request, pk)
        if request.method != "POST":
            return self._answer(request, "publish", curriculum, faults=faults_of(curriculum))
        try:
            publish_curriculum(curriculum=curriculum, at=clock.now())
        except CannotPublish as refused:
            faults = refused.faults
            return self._answer(request, "publish", curriculum, faults=faults, status=422)
        return self._done(request, curriculum, "Published")

    def retire(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask, then close a curriculum to new learners."""
        curriculum = self._for_publishing(request, pk)
        if request.method != "POST":
            return self._answer(request, "retire", curriculum)
        retire_curriculum(curriculum=curriculum)
        return self._done(request, curriculum, "Retired")

    def _for_publishing(self, request: HttpRequest, pk: int) -> Curriculum:
        if not self.has_publish_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _answer(
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
            "opts": self.opts,
            "curriculum": curriculum,
            "milestone_count": self.milestones(curriculum),
            "hours": self.hours(curriculum),
            **more,
        }
        template = f"admin/curricula/curriculum/{page}.html"
        return TemplateResponse(request, template, context, status=status)

    def _done(self, request: HttpRequest, curriculum: Curriculum, what: str) -> HttpResponse:
        self.log_change(request, curriculum, f"{what}.")
        messages.success(request, f"{what}: “{curriculum}”.")
        return redirect("admin:curricula_curriculum_change", curriculum.pk)


def warn_of_faults(request: HttpRequest, curriculum: Curriculum) -> None:
    """Say so at once when an edit broke what learners are following."""
    faults = faults_of(curriculum) if curriculum.is_published else []
    for fault in faults:
        messages.warning(request, str(fault))


class InsideCurriculumAdmin(AuthorAdmin):
    """A page below a curriculum's: rows are added one page up, and saving leads back there."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def page_above(self, row: Any) -> str:
        raise NotImplementedError

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return super().render_change_form(
            request, {**context, "learners_see_it": LEARNERS_SEE_IT}, *args, **kwargs
        )

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        warn_of_faults(request, form.instance.curriculum)

    def response_post_save_change(self, request: HttpRequest, obj: Model) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.page_above(obj))


class MilestoneInline(OrderedInline):
    model = Milestone
    form = MilestoneRowForm
    show_change_link = True
    readonly_fields = ["more"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Milestone]:
        counts = {
            "prerequisite_count": Count("prerequisites", distinct=True),
            "skill_count": Count("skill_levels", distinct=True),
            "resource_count": Count("resources", distinct=True),
        }
        milestones: QuerySet[Milestone] = super().get_queryset(request)
        return milestones.annotate(**counts)

    @admin.display(description="Edit")
    def more(self, milestone: Milestone) -> str:
        if milestone.pk is None:
            return "after saving"
        address = reverse("admin:curricula_milestone_change", args=[milestone.pk])
        names = ("prerequisite_count", "skill_count", "resource_count")
        counts = [getattr(milestone, name, 0) for name in names]
        shown = '<a href="{}">prerequisites {}, skills {}, resources {}</a>'
        return format_html(shown, address, *counts)


@admin.register(Module)
class ModuleAdmin(InsideCurriculumAdmin):
    inlines = [MilestoneInline]
    fields = ["key", "title", "rule", "rule_amount"]
    list_display = ["title", "curriculum", "position"]
    search_fields = ["title", "key", "curriculum__title"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Module]:
        return super().get_queryset(request).select_related("curriculum")

    def page_above(self, row: Module) -> str:
        return reverse("admin:curricula_curriculum_change", args=[row.curriculum_id])

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Leave modules out of the index: the way to them leads through their curriculum."""
        return {}


class SkillLevelInline(admin.TabularInline):
    model = SkillLevel
    formset = NamedFormSet
    template = "admin/curricula/named_rows.html"
    extra = 1
    verbose_name_plural = "skills it leads to"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        # Read once for the whole table; a queryset would be asked again by every row.
        field.choices = [("", "---------"), *skills_by_area()]
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # The select alone, without the buttons that lead away from the page.
        return field if field is None else without_buttons(field)


def without_buttons(field: Any) -> Any:
    field.widget = getattr(field.widget, "widget", field.widget)
    return field


@admin.register(Milestone)
class MilestoneAdmin(InsideCurriculumAdmin):
    form = MilestoneForm
    inlines = [SkillLevelInline]
    list_display = ["title", "key", "kind", "effort_minutes", "is_required", "curriculum"]
    list_filter = ["kind", "is_required", "curriculum"]
    search_fields = ["title", "key"]
    autocomplete_fields = ["resources"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Milestone]:
        return super().get_queryset(request).select_related("module", "curriculum")

    def page_above(self, row: Milestone) -> str:
        return reverse("admin:curricula_module_change", args=[row.module_id])

    def view_on_site(self, milestone: Milestone) -> str | None:
        is_draft = milestone.curriculum.status == Curriculum.Status.DRAFT
        return None if is_draft else milestone.get_absolute_url()


# --- what curricula refer to ------------------------------------------------------------------


@admin.register(Area)
class AreaAdmin(AuthorAdmin):
    list_display = ["title", "key", "position"]
    search_fields = ["title", "key"]


@admin.register(Skill)
class SkillAdmin(AuthorAdmin):
    list_display = ["title", "key", "area"]
    list_filter = ["area"]
    list_select_related = ["area"]
    search_fields = ["title", "key", "aliases"]
    autocomplete_fields = ["area"]
    lines_fields = ("aliases",)


class LinkFilter(admin.SimpleListFilter):
    title = "link"
    parameter_name = "link"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("dead", "dead"), ("failing", "failing"), ("moved", "moved")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Resource]) -> QuerySet[Resource]:
        known = queryset.filter(link_check__url=F("url"))
        found = {
            "dead": known.filter(link_check__dead_since__isnull=False),
            "failing": known.filter(link_check__failing_since__isnull=False),
            "moved": known.exclude(link_check__moved_to=""),
        }
        return found.get(self.value() or "", queryset)


@admin.register(Resource)
class ResourceAdmin(AuthorAdmin):
    list_display = ["title", "key", "format", "cost", "url", "link"]
    list_filter = ["cost", "format", LinkFilter]
    list_select_related = ["link_check"]
    search_fields = ["title", "key", "url"]
    readonly_fields = ["link", "last_checked", "last_seen", "moved_to"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what the link check knows while there is nothing to know."""
        fields = super().get_fields(request, obj)
        return fields if obj else [name for name in fields if name not in self.readonly_fields]

    def link(self, resource: Resource) -> str:
        check = link_check_of(resource)
        if check is None:
            return "not checked yet"
        if check.dead_since:
            return f"dead since {in_words(check.dead_since)}. {check.reason}"
        what = check.reason or ("It has moved." if check.moved_to else "It is there.")
        return f"{what} ({in_words(check.last_checked_at)})"

    def last_checked(self, resource: Resource) -> str:
        check = link_check_of(resource)
        return in_words(check.last_checked_at if check else None)

    def last_seen(self, resource: Resource) -> str:
        check = link_check_of(resource)
        return in_words(check.last_seen_at if check else None)

    def moved_to(self, resource: Resource) -> str:
        check = link_check_of(resource)
        return check.moved_to if check else ""


class ProposalStateFilter(admin.SimpleListFilter):
    """Show what waits for a decision, unless something else is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*ResourceProposal.State.choices, ("all", "all")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[ResourceProposal]
    ) -> QuerySet[ResourceProposal]:
        state = self.chosen()
        return queryset if state == "all" else queryset.filter(state=state)

    def choices(self, changelist: Any) -> Any:
        """Offer the states alone, without Django's own “All” that would stand for open here."""
        for state, label in self.lookup_choices:
            yield {
                "selected": state == self.chosen(),
                "query_string": changelist.get_query_string({self.parameter_name: state}),
                "display": label,
            }

    def chosen(self) -> str:
        return self.value() or ResourceProposal.State.OPEN


@admin.register(ResourceProposal)
class ResourceProposalAdmin(LookOnlyAdmin):
    """The review list.  Who proposed something is nobody's business, not even an author's."""

    list_display = ["title", "proposed_link", "instead_of", "note", "proposed_on", "state"]
    list_filter = [ProposalStateFilter]
    list_select_related = ["resource__link_check"]
    fields = [
        *["title", "url", "instead_of", "note", "created_at"],
        *["state", "decided_by", "decided_at"],
    ]
    readonly_fields = ["instead_of"]
    actions = ["accept", "decline"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResourceProposal]:
        proposals: QuerySet[ResourceProposal] = super().get_queryset(request)
        return proposals.order_by("created_at", "pk")

    # Who may change a resource may decide what it should say.
    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("curricula.change_resource")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_decide_permission(request)

    @admin.display(description="proposed link")
    def proposed_link(self, proposal: ResourceProposal) -> str:
        return outward_link(proposal.url)

    @admin.display(description="proposed on", ordering="created_at")
    def proposed_on(self, proposal: ResourceProposal) -> str:
        return in_words(proposal.created_at)

    def instead_of(self, proposal: ResourceProposal) -> str:
        check = link_check_of(proposal.resource)
        state = "(dead)" if check and check.dead_since else ""
        link = outward_link(proposal.resource.url)
        return format_html("{}<br>{} {}", proposal.resource.title, link, state)

    @admin.action(
        description="Accept: give the resource this title and link", permissions=["decide"]
    )
    def accept(self, request: HttpRequest, chosen: ResourceProposalQuerySet) -> None:
        keys = Counter(chosen.to_review().values_list("resource__key", flat=True))
        twice = [key for key, count in keys.items() if count > 1]
        if twice:
            text = f"Choose one proposal for {', '.join(twice)}. Nothing has changed."
            messages.error(request, text)
            return
        for proposal in chosen:
            if accept_proposal(proposal=proposal, by=author_of(request), at=clock.now()):
                self.tell_accepted(request, proposal)

    def tell_accepted(self, request: HttpRequest, proposal: ResourceProposal) -> None:
        resource = proposal.resource
        LogEntry.objects.log_actions(
            author_of(request).pk, [resource], CHANGE, f"Accepted the link {resource.url}."
        )
        messages.success(request, f"Accepted: {resource.key} is now “{resource.title}”.")
        if resource.source_digest:
            messages.warning(
                request,
                f"Change the entry {resource.key} in resources.yaml too: title {resource.title}, "
                f"url {resource.url}. When that entry changes, the file wins over this.",
            )

    @admin.action(description="Decline: leave the resource as it is", permissions=["decide"])
    def decline(self, request: HttpRequest, chosen: QuerySet[ResourceProposal]) -> None:
        for proposal in chosen:
            if decline_proposal(proposal=proposal, by=author_of(request), at=clock.now()):
                messages.success(request, f"Declined: {proposal.title}.")


def in_words(moment: datetime | None) -> str:
    return date_format(localtime(moment), "j M Y") if moment else "never"


def author_of(request: HttpRequest) -> User:
    """Return who sits at the desk: the admin lets nobody in without an account."""
    return cast(User, request.user)


def outward_link(url: str) -> str:
    shown = Truncator(url.partition("://")[2]).chars(LINK_LENGTH)
    return format_html(
        '<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>', url, shown
    )


class SkillRequirementInline(admin.TabularInline):
    model = SkillRequirement
    autocomplete_fields = ["skill"]
    extra = 1


@admin.register(RoleProfile)
class RoleProfileAdmin(AuthorAdmin):
    inlines = [SkillRequirementInline]
    list_display = ["title", "key", "kind", "position"]
    list_filter = ["kind"]
    search_fields = ["title", "key"]
    lines_fields = ("daily",)


@admin.register(Certification)
class CertificationAdmin(AuthorAdmin):
    list_display = ["title", "provider", "code", "status", "as_of", "curriculum"]
    list_filter = ["status", "provider"]
    list_select_related = ["curriculum"]
    search_fields = ["title", "key", "code", "provider"]
    autocomplete_fields = ["curriculum"]
    lines_fields = ("notes",)


@admin.register(Background)
class BackgroundAdmin(AuthorAdmin):
    list_display = ["title", "key", "position"]
    search_fields = ["title", "key"]


@admin.register(CareerStep)
class CareerStepAdmin(AuthorAdmin):
    list_display = ["title", "key", "position"]
    search_fields = ["title", "key"]
    lines_fields = ("after",)


@admin.register(Route)
class RouteAdmin(AuthorAdmin):
    list_display = ["title", "key", "duration", "position"]
    search_fields = ["title", "key"]
    autocomplete_fields = ["paths"]
    lines_fields = ("strengths", "risks")

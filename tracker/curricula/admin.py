"""The author's desk: curricula with their modules and milestones, and what they refer to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import Count, F, Model, Q, QuerySet, TextField, URLField
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.timezone import localtime

from common import clock
from common.look_only import LookOnlyAdmin
from tracker.accounts.models import User
from tracker.curricula.actions import accept_proposal, decline_proposal
from tracker.curricula.admin_history import HistoryDoors, RecordedDoors
from tracker.curricula.admin_standing import is_draft, standing_of
from tracker.curricula.admin_tools import AuthoringTools, PrerequisiteTools
from tracker.curricula.edition_admin import EditionDoors
from tracker.curricula.forms import (
    CurriculumForm,
    KeyedForm,
    LinesField,
    MarkdownArea,
    MilestoneForm,
    MilestoneRowForm,
    ModuleRowForm,
    NamedFormSet,
    OrderedFormSet,
    ProseField,
    StepsField,
    skills_by_area,
)
from tracker.curricula.models import (
    Area,
    Background,
    CareerStep,
    Certification,
    Curriculum,
    MarkdownField,
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

LINK_LENGTH = 40
# Old editions of a curriculum are not what a certification or a route should name.
PUBLISHED = Q(status=Curriculum.Status.PUBLISHED)
STEPS_HELP = "Above 12 hours: one on a line, minutes first, such as “90 Read the guide”."


class AuthorAdmin(admin.ModelAdmin):
    """What all of an author's pages share."""

    form = KeyedForm
    lines_fields: tuple[str, ...] = ()
    formfield_overrides = {
        URLField: {"assume_scheme": "https"},
        MarkdownField: {"form_class": ProseField, "widget": MarkdownArea},
        TextField: {"form_class": ProseField},
    }

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
        return format_html('<a href="{}">Milestones ({})</a>', address, count)


class EditionsFilter(admin.SimpleListFilter):
    """Old editions would bury those that matter: they are left out unless asked for."""

    title = "editions"
    parameter_name = "editions"
    STATUSES = {
        None: (Curriculum.Status.PUBLISHED, Curriculum.Status.DRAFT),
        "draft": (Curriculum.Status.DRAFT,),
        "published": (Curriculum.Status.PUBLISHED,),
        "retired": (Curriculum.Status.RETIRED,),
        "all": tuple(Curriculum.Status),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        named = {"draft": "Drafts", "published": "Published", "retired": "Retired", "all": "All"}
        return list(named.items())

    def choices(self, changelist: Any) -> Iterator[Any]:
        default, *named = super().choices(changelist)
        yield {**default, "display": "Current"}
        yield from named

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(status__in=self.STATUSES.get(self.value(), ()))


@admin.register(Curriculum)
class CurriculumAdmin(AuthoringTools, EditionDoors, HistoryDoors, RecordedDoors, AuthorAdmin):
    form = CurriculumForm
    inlines = [ModuleInline]
    list_display = [
        *("title", "slug", "edition", "kind", "state"),
        *("milestones", "hours", "published_at"),
    ]
    list_filter = [EditionsFilter, "kind"]
    search_fields = ["title", "slug", "summary"]
    lines_fields = ("credited_keys",)
    fieldsets = [
        (None, {"fields": ["title", "slug", "kind", "summary", "description", "position"]}),
        (
            "For a path",
            {
                "classes": ["collapse"],
                "fields": ["role", "background", "weeks", "hours_per_week", "credited_keys"],
            },
        ),
    ]

    def edition_of(self, row: Curriculum) -> Curriculum:
        return row

    def get_queryset(self, request: HttpRequest) -> QuerySet[Curriculum]:
        return Curriculum.objects.of_the_catalogue().with_totals()

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

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or is_draft(request, obj.pk))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or is_draft(request, obj.pk))

    # An address that learners may have kept does not change any more.
    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["slug"] if obj and obj.edition > 1 else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Any = None
    ) -> dict[str, Sequence[str]]:
        return {} if obj else {"slug": ("title",)}

    def view_on_site(self, curriculum: Curriculum) -> str | None:
        """Lead to the learners' page, which a draft does not have yet."""
        is_draft = curriculum.status == Curriculum.Status.DRAFT
        return None if is_draft else curriculum.get_absolute_url()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        edition = context.get("original")
        more = standing_of(request, edition) if edition else {}
        return super().render_change_form(request, {**context, **more}, *args, **kwargs)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Write it down beside an edition that stays, or nobody would find it again."""
        for draft in queryset:
            staying = Curriculum.objects.filter(slug=draft.slug).exclude(pk=draft.pk).last()
            if staying is not None:
                self.log_change(request, staying, f"Deleted the draft of edition {draft.edition}.")
        return super().log_deletions(request, queryset)


class InsideCurriculumAdmin(RecordedDoors, AuthorAdmin):
    """A page below a curriculum's: rows are added one page up, and saving leads back there."""

    def edition_of(self, row: Any) -> Curriculum:
        edition: Curriculum = row.curriculum
        return edition

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or is_draft(request, obj.curriculum_id))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or is_draft(request, obj.curriculum_id))

    def page_above(self, row: Any) -> str:
        raise NotImplementedError

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        row = self.get_object(request, object_id)
        answer = super().delete_view(request, object_id, extra_context)
        is_gone = row is not None and request.method == "POST" and answer.status_code == 302
        return redirect(self.page_above(row)) if is_gone else answer

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        more = standing_of(request, context["original"].curriculum)
        return super().render_change_form(request, {**context, **more}, *args, **kwargs)

    def response_post_save_change(self, request: HttpRequest, obj: Model) -> HttpResponseRedirect:
        return HttpResponseRedirect(self.page_above(obj))

    # What happens to a row is written down with its curriculum, and read there.
    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        name = {"name": str(self.opts.verbose_name), "object": str(obj)}
        named = [{act: name | what for act, what in part.items()} for part in message]
        return super().log_change(request, obj.curriculum, named)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        for row in queryset:
            gone = {"name": str(self.opts.verbose_name), "object": str(row)}
            super().log_change(request, row.curriculum, [{"deleted": gone}])

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return super().history_view(request, object_id, extra_context)
        return redirect("admin:curricula_curriculum_history", row.curriculum_id)


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

    @admin.display(description="More")
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
        modules = super().get_queryset(request).select_related("curriculum")
        return modules.filter(curriculum__owner=None)

    def page_above(self, row: Module) -> str:
        return reverse("admin:curricula_curriculum_change", args=[row.curriculum_id])

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Leave modules out of the index: the way to them leads through their curriculum."""
        return {}


class SkillsInline(admin.TabularInline):
    """Skills, each with a proficiency."""

    formset = NamedFormSet
    template = "admin/curricula/named_rows.html"
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("skill")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field: Any = super().formfield_for_foreignkey(db_field, request, **kwargs)
        # Read once for the whole table; a queryset would be asked again by every row.
        field.choices = [("", "---------"), *skills_by_area()]
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # The select alone, without the buttons that lead away from the page.
        return field if field is None else without_buttons(field)


class SkillLevelInline(SkillsInline):
    model = SkillLevel
    verbose_name_plural = "skills it leads to"


def without_buttons(field: Any) -> Any:
    field.widget = getattr(field.widget, "widget", field.widget)
    return field


@admin.register(Milestone)
class MilestoneAdmin(PrerequisiteTools, InsideCurriculumAdmin):
    form = MilestoneForm
    inlines = [SkillLevelInline]
    list_display = ["title", "key", "kind", "effort_minutes", "is_required", "curriculum"]
    list_filter = ["kind", "is_required", "curriculum"]
    search_fields = ["title", "key"]
    lines_fields = ("rubric",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Milestone]:
        milestones = Milestone.objects.of_the_catalogue()
        return milestones.select_related("module", "curriculum")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "steps":
            return StepsField(required=False, help_text=STEPS_HELP)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        # Ticked, without the buttons that lead away from the page.
        return without_buttons(field) if db_field.name == "resources" else field

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


class SkillRequirementInline(SkillsInline):
    model = SkillRequirement
    verbose_name_plural = "skills it asks for"


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
    lines_fields = ("notes",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "curriculum":
            named = Q(certification__isnull=False)
            kwargs["queryset"] = Curriculum.objects.filter(PUBLISHED | named)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


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
    lines_fields = ("strengths", "risks")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        paths = Curriculum.objects.filter(kind=Curriculum.Kind.PATH)
        kwargs["queryset"] = paths.filter(PUBLISHED | Q(routes__isnull=False)).distinct()
        kwargs["widget"] = CheckboxSelectMultiple({"class": "box-list box-list--flat"})
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        return without_buttons(field) if db_field.name == "paths" else field

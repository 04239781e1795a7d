"""What learners did, for an operator to look up.  Learners change it; their log only grows."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from common.look_only import LookOnlyAdmin
from tracker.curricula.models import Curriculum
from tracker.progress.insight_table import insight_table
from tracker.progress.models import Achievement, AchievementEvent, Enrolment, MilestoneInsight


@admin.register(Enrolment)
class EnrolmentAdmin(LookOnlyAdmin):
    list_display = ["learner", "curriculum", "state", "started_on", "target_date"]
    list_filter = ["state", "curriculum__kind"]
    list_select_related = ["learner", "curriculum"]
    search_fields = ["learner__email", "curriculum__title"]
    date_hierarchy = "enrolled_at"


@admin.register(Achievement)
class AchievementAdmin(LookOnlyAdmin):
    list_display = ["milestone_key", "learner", "state", "minutes_spent", "changed_at"]
    list_filter = ["state"]
    list_select_related = ["learner"]
    search_fields = ["learner__email", "milestone_key"]
    date_hierarchy = "changed_at"


@admin.register(AchievementEvent)
class AchievementEventAdmin(LookOnlyAdmin):
    list_display = ["happened_at", "milestone_key", "learner", "changed_by", "source"]
    list_filter = ["source"]
    list_select_related = ["learner", "changed_by"]
    search_fields = ["learner__email", "milestone_key"]
    date_hierarchy = "happened_at"


@admin.register(MilestoneInsight)
class MilestoneInsightAdmin(LookOnlyAdmin):
    """The bare rows for an operator, and a page on each curriculum for its authors."""

    list_display = [
        "milestone_key",
        "learners",
        "learners_started",
        "learners_finished",
        "learners_skipped",
        "learners_stopped",
        "median_minutes",
        "computed_at",
    ]
    search_fields = ["milestone_key"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.of_edition)
        own = path("of/<slug:slug>/<int:edition>/", view, name="progress_insight")
        return [own, *super().get_urls()]

    def of_edition(self, request: HttpRequest, slug: str, edition: int) -> HttpResponse:
        if not request.user.has_perm("curricula.view_curriculum"):
            raise PermissionDenied
        editions = Curriculum.objects.filter(slug=slug).order_by("edition")
        curriculum = get_object_or_404(editions.with_outline(), edition=edition)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Insight into “{curriculum}”, edition {edition}",
            "curriculum": curriculum,
            "editions": editions,
            "table": insight_table(curriculum),
        }
        return TemplateResponse(request, "admin/progress/insight.html", context)

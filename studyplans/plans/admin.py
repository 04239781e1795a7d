"""Plans and sessions, for an operator to look up."""

from django.contrib import admin

from common.look_only import LookOnlyAdmin
from studyplans.plans.models import (
    ForecastCalibration,
    Receipt,
    ReplanRun,
    StudyPlan,
    StudySession,
    Window,
)


class WindowInline(admin.TabularInline):
    model = Window
    can_delete = False
    extra = 0


@admin.register(StudyPlan)
class StudyPlanAdmin(LookOnlyAdmin):
    list_display = ["learner", "planned_at", "unplaced_count"]
    list_select_related = ["learner"]
    search_fields = ["learner__email"]
    inlines = [WindowInline]


@admin.register(StudySession)
class StudySessionAdmin(LookOnlyAdmin):
    list_display = ["starts_at", "ends_at", "milestone_key", "learner", "state"]
    list_filter = ["state"]
    list_select_related = ["plan__learner"]
    search_fields = ["plan__learner__email", "milestone_key"]
    date_hierarchy = "starts_at"

    @admin.display(ordering="plan__learner")
    def learner(self, session: StudySession) -> str:
        return str(session.plan.learner)


@admin.register(Receipt)
class ReceiptAdmin(LookOnlyAdmin):
    list_display = ["made_at", "cause", "subject", "learner", "undone_at"]
    list_filter = ["cause"]
    list_select_related = ["plan__learner"]
    search_fields = ["plan__learner__email"]

    @admin.display(ordering="plan__learner")
    def learner(self, receipt: Receipt) -> str:
        return str(receipt.plan.learner)


@admin.register(ReplanRun)
class ReplanRunAdmin(LookOnlyAdmin):
    list_display = ["reason", "begun_at", "replanned", "failed", "total", "finished_at"]


@admin.register(ForecastCalibration)
class ForecastCalibrationAdmin(LookOnlyAdmin):
    list_display = ["fitted_at", "learners", "coverage_percent"]

"""What learners are heading for, for an operator to look up."""

from django.contrib import admin

from common.look_only import LookOnlyAdmin
from tracker.readiness.models import TargetRole


@admin.register(TargetRole)
class TargetRoleAdmin(LookOnlyAdmin):
    list_display = ["learner", "role"]
    list_filter = ["role"]
    list_select_related = ["learner", "role"]
    search_fields = ["learner__email"]

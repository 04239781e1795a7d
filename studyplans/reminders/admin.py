"""The outbox and the schedules behind it, for an operator to look up."""

from django.contrib import admin

from common.look_only import LookOnlyAdmin
from studyplans.reminders.models import Delivery, ReminderSchedule


@admin.register(Delivery)
class DeliveryAdmin(LookOnlyAdmin):
    list_display = ["due_at", "learner", "kind", "occurrence", "status", "attempts", "reason"]
    list_filter = ["status", "kind"]
    list_select_related = ["learner"]
    search_fields = ["learner__email", "occurrence"]
    date_hierarchy = "due_at"


@admin.register(ReminderSchedule)
class ReminderScheduleAdmin(LookOnlyAdmin):
    list_display = ["learner", "kind", "is_on", "local_time", "next_run_at"]
    list_filter = ["kind", "is_on"]
    list_select_related = ["learner"]
    search_fields = ["learner__email"]

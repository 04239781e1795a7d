"""The outbox and the schedules behind it, for an operator to look up."""

from django.contrib import admin

from common.look_only import LookOnlyAdmin
from studyplans.reminders.models import (
    AddressEvent,
    AddressState,
    Delivery,
    MailServer,
    ReminderSchedule,
)


@admin.register(Delivery)
class DeliveryAdmin(LookOnlyAdmin):
    list_display = [
        "due_at",
        "learner",
        "kind",
        "occurrence",
        "status",
        "attempts",
        "doubts",
        "reason",
    ]
    list_filter = ["status", "kind", "doubts"]
    list_select_related = ["learner"]
    search_fields = ["learner__email", "occurrence"]
    date_hierarchy = "due_at"


@admin.register(ReminderSchedule)
class ReminderScheduleAdmin(LookOnlyAdmin):
    list_display = ["learner", "kind", "is_on", "local_time", "next_run_at"]
    list_filter = ["kind", "is_on"]
    list_select_related = ["learner"]
    search_fields = ["learner__email"]


@admin.register(MailServer)
class MailServerAdmin(LookOnlyAdmin):
    list_display = ["__str__", "failures", "opened_at", "probe_at", "reason"]


@admin.register(AddressState)
class AddressStateAdmin(LookOnlyAdmin):
    list_display = ["address_hash", "trouble", "since", "reason"]
    list_filter = ["trouble"]
    search_fields = ["address_hash"]


@admin.register(AddressEvent)
class AddressEventAdmin(LookOnlyAdmin):
    list_display = ["heard_at", "sort", "address_hash", "detail"]
    list_filter = ["sort"]
    search_fields = ["address_hash"]

"""What learners showed and how, for an operator to look up; what they wrote is left out."""

from django.contrib import admin

from common.look_only import LookOnlyAdmin
from tracker.assessments.models import Attempt, Invitation, Placement


@admin.register(Attempt)
class AttemptAdmin(LookOnlyAdmin):
    list_display = ["about", "learner", "number", "has_passed", "is_practice", "started_at"]
    list_filter = ["scope", "has_passed", "is_practice"]
    list_select_related = ["learner"]
    search_fields = ["learner__email", "about"]
    date_hierarchy = "started_at"


@admin.register(Placement)
class PlacementAdmin(LookOnlyAdmin):
    list_display = ["module_key", "learner", "way", "placed_at", "undone_at"]
    list_filter = ["way"]
    list_select_related = ["learner"]
    search_fields = ["learner__email", "module_key"]
    raw_id_fields = ["attempt", "events"]
    date_hierarchy = "placed_at"


@admin.register(Invitation)
class InvitationAdmin(LookOnlyAdmin):
    list_display = ["email", "work", "invited_at", "verdict", "revoked_at"]
    list_filter = ["verdict"]
    list_select_related = ["work__learner"]
    search_fields = ["email", "work__learner__email", "work__milestone_key"]
    exclude = ["comment"]
    date_hierarchy = "invited_at"

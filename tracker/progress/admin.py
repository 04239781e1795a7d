"""What learners did, for an operator to look up.  Learners change it; their log only grows."""

from django.contrib import admin

from common.look_only import LookOnlyAdmin
from tracker.progress.models import Achievement, AchievementEvent, Enrolment


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

"""Cards and reviews, for an operator to look up."""

from django.contrib import admin

from common.look_only import LookOnlyAdmin
from studyplans.reviews.models import Review, ReviewCard, ReviewPreference


@admin.register(ReviewCard)
class ReviewCardAdmin(LookOnlyAdmin):
    list_display = ["milestone_key", "learner", "due_at", "reviewed_at", "stability"]
    list_filter = ["is_suspended"]
    list_select_related = ["learner"]
    search_fields = ["learner__email", "milestone_key"]
    date_hierarchy = "due_at"


@admin.register(Review)
class ReviewAdmin(LookOnlyAdmin):
    list_display = ["card", "learner", "finished_at", "rating", "right_count", "asked_count"]
    list_filter = ["rating", "source"]
    list_select_related = ["card__learner"]
    search_fields = ["card__learner__email", "card__milestone_key"]
    date_hierarchy = "finished_at"

    @admin.display(ordering="card__learner")
    def learner(self, review: Review) -> str:
        return str(review.card.learner)


@admin.register(ReviewPreference)
class ReviewPreferenceAdmin(LookOnlyAdmin):
    list_display = ["learner", "is_on", "retention_percent", "week_share_percent"]
    list_filter = ["is_on"]
    list_select_related = ["learner"]
    search_fields = ["learner__email"]

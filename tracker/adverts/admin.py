"""What learners pasted, for an operator to count; the texts stay theirs."""

from django.contrib import admin

from common.look_only import LookOnlyAdmin
from tracker.adverts.models import Advert


@admin.register(Advert)
class AdvertAdmin(LookOnlyAdmin):
    list_display = ["title", "learner", "saved_at"]
    list_select_related = ["learner"]
    search_fields = ["learner__email", "title"]
    date_hierarchy = "saved_at"
    exclude = ["text", "text_digest"]

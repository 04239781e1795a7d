"""What certificates learners hold, for an operator to look up."""

from django.contrib import admin

from common.look_only import LookOnlyAdmin
from tracker.credentials.models import HeldCertification


@admin.register(HeldCertification)
class HeldCertificationAdmin(LookOnlyAdmin):
    list_display = ["certification", "learner", "earned_on", "expires_on"]
    list_filter = ["certification"]
    list_select_related = ["certification", "learner"]
    search_fields = ["learner__email", "certification__title"]
    date_hierarchy = "expires_on"

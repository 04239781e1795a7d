"""Which pages learners show, for an operator to look up and, if need be, to hide."""

from django.contrib import admin
from django.http import HttpRequest

from common.look_only import LookOnlyAdmin
from tracker.profiles.actions import hide_profile
from tracker.profiles.models import PublicProfile, PublicProfileQuerySet


@admin.register(PublicProfile)
class PublicProfileAdmin(LookOnlyAdmin):
    list_display = ["slug", "name", "is_public", "may_be_indexed"]
    list_filter = ["is_public", "may_be_indexed"]
    search_fields = ["slug", "name", "learner__email"]
    actions = ["hide"]

    @admin.action(description="Hide the selected profiles", permissions=["hide"])
    def hide(self, request: HttpRequest, profiles: PublicProfileQuerySet) -> None:
        for profile in profiles:
            hide_profile(profile=profile)
        self.message_user(request, "They are hidden.")

    def has_hide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("profiles.change_publicprofile")

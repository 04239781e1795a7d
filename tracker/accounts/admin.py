"""Accounts as an operator sees them, and the admin's own door, which is allauth's."""

import allauth.account.admin  # noqa: F401  registers what is taken back below
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.account.views import LogoutView
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import BaseUserCreationForm
from django.http import HttpRequest

from tracker.accounts.models import User

# The admin's own login knows no rate limit and no confirmation of addresses.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.logout = LogoutView.as_view()  # type: ignore[method-assign]
admin.site.site_header = "Milepost"
admin.site.site_title = "Milepost admin"
admin.site.index_title = "Everything Milepost keeps"
admin.site.enable_nav_sidebar = False

# There an address could be changed without its account; learners change theirs in the settings.
admin.site.unregister(EmailAddress)


class NewUserForm(BaseUserCreationForm):
    class Meta:
        model = User
        fields = ["email", "name"]


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin):
    add_form = NewUserForm
    ordering = ["email"]
    list_display = ["email", "name", "time_zone", "is_staff", "is_active", "date_joined"]
    list_filter = ["is_staff", "is_superuser", "is_active", "groups"]
    search_fields = ["email", "name"]
    date_hierarchy = "date_joined"
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "password", "name", "time_zone", "day_starts_at"]}),
        (
            "What they may do",
            {
                "fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"],
            },
        ),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "password1", "password2"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Keep an existing address as it is: the learner changes it, and confirms the new one."""
        return [*self.readonly_fields, "email"] if obj else list(self.readonly_fields)

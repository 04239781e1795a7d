from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    path("", include("tracker.progress.urls")),
    path("", include("studyplans.plans.urls")),
    path("", include("studyplans.today.urls")),
    path("settings/", include("tracker.accounts.urls")),
    path("settings/reminders/", include("studyplans.reminders.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("mail/", include("config.mailbox.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import health

urlpatterns = [
    # Before the library: its pages of certifications take any key, also "held".
    path("", include("tracker.credentials.urls")),
    path("", include("tracker.adverts.urls")),
    path("", include("tracker.profiles.urls")),
    path("", include("tracker.progress.urls")),
    path("", include("tracker.readiness.urls")),
    path("", include("tracker.assessments.urls")),
    path("", include("studyplans.plans.urls")),
    path("", include("studyplans.today.urls")),
    path("", include("studyplans.reviews.urls")),
    path("", include("studyplans.calendars.urls")),
    path("settings/", include("tracker.accounts.urls")),
    path("settings/reminders/", include("studyplans.reminders.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("studyplans.reminders.channels.web_push.urls")),
    path("mail/", include("config.mailbox.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
if settings.ANYMAIL:
    urlpatterns.append(path("hooks/anymail/", include("anymail.urls")))

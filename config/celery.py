"""Milepost's Celery application: `celery -A config worker`, `celery -A config beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("milepost")
# Threads know no current application of their own, and would ring nobody's bell.
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    [
        "tracker.curricula",
        "tracker.progress",
        "studyplans.plans",
        "studyplans.reminders",
        "studyplans.calendars",
    ]
)

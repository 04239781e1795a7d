"""The feed a learner's calendar reads, and the calendars that say when a learner is busy."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q

from studyplans.calendars.addresses import new_secret, token_of
from tracker.accounts.models import User

# Calendars are read every hour; beat's own ring must not be missed by a second.
HOURLY = timedelta(minutes=55)
DAILY = timedelta(hours=23)
# An address that has not answered for so long is asked once a day.
PATIENCE = timedelta(days=7)


class AlarmMinutes(models.IntegerChoices):
    FIVE = 5, "5 minutes before"
    TEN = 10, "10 minutes before"
    HALF_AN_HOUR = 30, "30 minutes before"


class CalendarFeed(models.Model):
    """A learner's plan at a private address, for calendar programs to read."""

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    secret = models.CharField(max_length=40, unique=True, default=new_secret, editable=False)
    alarm_minutes = models.PositiveSmallIntegerField(null=True, blank=True, choices=AlarmMinutes)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Feed of {self.learner}"

    @property
    def token(self) -> str:
        return token_of(self.secret)


class BusyCalendarQuerySet(models.QuerySet["BusyCalendar"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def due(self, at: datetime) -> Self:
        """Keep the addresses to be read: hourly, and daily where nothing good came for long."""
        hourly = Q(tried_at__lte=at - HOURLY, fetched_at__gt=at - PATIENCE)
        daily = Q(tried_at__lte=at - DAILY)
        return self.exclude(url="").filter(Q(tried_at=None) | hourly | daily)

    def claim(self, pk: int, *, at: datetime) -> bool:
        """Take one that is due; False when another worker has it already."""
        return self.due(at).filter(pk=pk).update(tried_at=at) == 1


class BusyCalendar(models.Model):
    """Where a learner's busy times come from: an address to read again, or a file read once.

    The times themselves are the plan's (plans.BusyTime); nothing else of a calendar is kept.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="busy_calendars"
    )
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=2000, blank=True)
    blocks_all_day = models.BooleanField(default=False)
    tried_at = models.DateTimeField(null=True, editable=False)
    fetched_at = models.DateTimeField(
        null=True, editable=False, help_text="When it last answered well."
    )
    read_at = models.DateTimeField(
        null=True, editable=False, help_text="When its times were last computed."
    )
    etag = models.CharField(max_length=300, blank=True, editable=False)
    last_modified = models.CharField(max_length=100, blank=True, editable=False)
    left_out = models.PositiveIntegerField(default=0, editable=False)
    problem = models.CharField(max_length=300, blank=True, editable=False)

    objects = BusyCalendarQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "name"], name="learner_names_a_busy_calendar_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tried_at"], name="busy_calendar_by_try", condition=~Q(url="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        """What the plan knows this calendar's times by."""
        return str(self.pk)

    @property
    def is_file(self) -> bool:
        return not self.url

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

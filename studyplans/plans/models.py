"""When a learner learns it: the plan, the week it fits into, and its dated sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from tracker.accounts.models import User
from tracker.curricula.models import KeyField
from tracker.progress.models import Enrolment


class StudyPlan(models.Model):
    """One learner's plan over all enrolments: one week, one budget."""

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="study_plan"
    )
    planned_at = models.DateTimeField(null=True, editable=False)
    unplaced_count = models.PositiveIntegerField(default=0, editable=False)

    def __str__(self) -> str:
        return f"Plan of {self.learner}"


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class Window(models.Model):
    """A time of the week a learner studies in, on the learner's own clock."""

    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="windows")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts_at = models.TimeField()
    ends_at = models.TimeField()

    class Meta:
        ordering = ["weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="window_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}-{self.ends_at:%H:%M}"

    @property
    def minutes(self) -> int:
        starts = self.starts_at.hour * 60 + self.starts_at.minute
        return self.ends_at.hour * 60 + self.ends_at.minute - starts


class StudySessionQuerySet(models.QuerySet["StudySession"]):
    def of(self, learner: User) -> Self:
        return self.filter(plan__learner=learner)

    def planned(self) -> Self:
        return self.filter(state=StudySession.State.PLANNED)

    def unsettled(self) -> Self:
        """Keep those of which we do not know whether they happened, or thought they did not."""
        return self.filter(state__in=[StudySession.State.PLANNED, StudySession.State.MISSED])

    def under_way(self, at: datetime) -> Self:
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def ended(self, by: datetime) -> Self:
        return self.filter(ends_at__lte=by)

    def not_ended(self, at: datetime) -> Self:
        return self.filter(ends_at__gt=at)


class StudySession(models.Model):
    """A stretch of time for one milestone.  Future ones are computed; past ones are memory."""

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        STUDIED = "studied", "studied"
        DONE = "done", "milestone done"
        MISSED = "missed", "missed"

    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="sessions")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="sessions")
    milestone_key = KeyField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)

    objects = StudySessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "starts_at"], name="session_by_plan"),
            models.Index(
                fields=["ends_at"], name="session_planned_by_end", condition=Q(state="planned")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_key} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)

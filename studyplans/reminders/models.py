"""Which reminders a learner wants, and the outbox of those on their way."""

from __future__ import annotations

from datetime import datetime, time
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class Kind(models.TextChoices):
    DIGEST = "digest", "daily digest"
    TEST = "test", "test digest"


def every_day() -> list[int]:
    return list(range(7))


class ReminderScheduleQuerySet(models.QuerySet["ReminderSchedule"]):
    def due(self, at: datetime) -> Self:
        return self.filter(is_on=True, next_run_at__lte=at)


class ReminderSchedule(models.Model):
    """When a learner wants a kind of reminder: a local hour on chosen weekdays."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminder_schedules"
    )
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.DIGEST)
    is_on = models.BooleanField(default=True)
    local_time = models.TimeField(default=time(8, 0))
    weekdays = models.JSONField(default=every_day, help_text="0 is Monday.")
    next_run_at = models.DateTimeField(null=True, editable=False)

    objects = ReminderScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "kind"], name="learner_schedules_a_kind_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_run_at"], name="schedule_on_by_next_run", condition=Q(is_on=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for {self.learner}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, at: datetime) -> Self:
        return self.filter(status=Delivery.Status.PENDING, due_at__lte=at)

    def stuck(self, claimed_by: datetime) -> Self:
        """Keep those that a sender took until then and said nothing about since."""
        return self.filter(status=Delivery.Status.SENDING, claimed_at__lte=claimed_by)

    def claim(self, pk: int, *, at: datetime) -> bool:
        """Take one due delivery; False when another worker has it already."""
        free = self.due(at).filter(pk=pk)
        return free.update(status=Delivery.Status.SENDING, claimed_at=at) == 1


class Delivery(models.Model):
    """One reminder on its way.  These rows are the queue; Redis only rings the bell."""

    class Status(models.TextChoices):
        PENDING = "pending", "waiting"
        SENDING = "sending", "being sent"
        SENT = "sent", "sent"
        SKIPPED = "skipped", "not needed"
        FAILED = "failed", "failed"
        IN_DOUBT = "in doubt", "in doubt"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="deliveries"
    )
    kind = models.CharField(max_length=16, choices=Kind)
    occurrence = models.CharField(max_length=40, help_text="The local date it reminds of.")
    due_at = models.DateTimeField()
    stale_at = models.DateTimeField(help_text="From here on it would come too late to help.")
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "kind", "occurrence"], name="occurrence_is_delivered_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="delivery_pending_by_due", condition=Q(status="pending")
            ),
            models.Index(
                fields=["claimed_at"],
                name="delivery_sending_by_claim",
                condition=Q(status="sending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.occurrence} for {self.learner}"

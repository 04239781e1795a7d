"""Which reminders a learner wants, the outbox of those on their way, and what holds them up."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, time
from typing import Self
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Q

from studyplans.reminders import rowset  # noqa: F401  which brings the lookup `among`
from studyplans.reminders.names import ALL, TRIGGERS, KindName, title_of

# The channel everyone has; the others are the folders of `channels`.
EMAIL = "email"


def every_day() -> list[int]:
    return list(range(7))


class ReminderScheduleQuerySet(models.QuerySet["ReminderSchedule"]):
    def follow_learners(self) -> None:
        """Bring the zones that are not their learners' in step."""
        own = models.OuterRef("learner")
        zone = get_user_model().objects.filter(pk=own).values("time_zone")
        self.exclude(time_zone=models.F("learner__time_zone")).update(
            time_zone=models.Subquery(zone)
        )

    def on(self) -> Self:
        return self.filter(is_on=True)

    def due(self, at: datetime) -> Self:
        return self.on().filter(next_run_at__lte=at)


class ReminderSchedule(models.Model):
    """When a learner wants a kind of reminder: a local hour on chosen weekdays.

    `next_run_at` falls on a local date after `last_day`, the latest that has had its delivery.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="reminder_schedules",
        db_index=False,  # the unique constraint's index begins with it
    )
    kind = models.CharField(
        max_length=16, choices=[*KindName.choices, (ALL, title_of(ALL))], default=KindName.DIGEST
    )
    is_on = models.BooleanField(default=True)
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        editable=False,
        help_text="The learner's, kept here too so that a claim reads no account.",
    )
    local_time = models.TimeField(default=time(8, 0))
    weekdays = models.JSONField(default=every_day, help_text="0 is Monday.")
    lead_minutes = models.PositiveIntegerField(default=0)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    last_day = models.DateField(null=True, editable=False)
    next_run_at = models.DateTimeField(null=True, editable=False)

    objects = ReminderScheduleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "kind"], name="learner_schedules_a_kind_once"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="quiet_hours_have_both_ends",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_run_at"], name="schedule_on_by_next_run", condition=Q(is_on=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{title_of(self.kind)} for {self.learner}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, at: datetime) -> Self:
        return self.filter(status=Delivery.Status.PENDING, due_at__lte=at)

    def by_mail(self) -> Self:
        return self.filter(channel=EMAIL)

    def by_other_channels(self) -> Self:
        return self.exclude(channel=EMAIL)

    def stale(self, at: datetime) -> Self:
        """Keep those that wait in vain: sent now, they would come too late."""
        return self.filter(status=Delivery.Status.PENDING, stale_at__lte=at)

    def leased(self) -> Self:
        return self.filter(status=Delivery.Status.LEASED)

    def leased_by(self, owner: str) -> Self:
        return self.leased().filter(lease_owner=owner)

    def overdue_leases(self, until: datetime) -> Self:
        """Keep those whose lease ended by then although nobody has settled them."""
        return self.leased().filter(lease_until__lte=until)

    def troubled(self) -> Self:
        """Keep those that an operator may want to try again."""
        return self.filter(status__in=[Delivery.Status.FAILED, Delivery.Status.IN_DOUBT])

    def of_ids(self, ids: Collection[int]) -> Self:
        return self.filter(pk__among=ids)


class Delivery(models.Model):
    """One reminder on its way.  These rows are the queue; Redis only rings the bell.

    On PostgreSQL no foreign key asks for each whether its learner's account stands: a trigger takes
    them along with the account.  So whoever inserts has locked the learner or their schedule.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "waiting"
        LEASED = "leased", "being sent"
        SENT = "sent", "sent"
        SKIPPED = "skipped", "not needed"
        FAILED = "failed", "failed"
        IN_DOUBT = "in doubt", "in doubt"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="deliveries",
        db_index=False,  # the unique constraint's index begins with it
    )
    kind = models.CharField(max_length=16, choices=KindName)
    occurrence = models.CharField(
        max_length=40, help_text="The local date, or the thing, it reminds of."
    )
    channel = models.CharField(max_length=8, default=EMAIL)
    destination_number = models.PositiveSmallIntegerField(
        default=1, help_text="Which of the learner's destinations of that channel it goes to."
    )
    due_at = models.DateTimeField()
    stale_at = models.DateTimeField(help_text="From here on it would come too late to help.")
    status = models.CharField(max_length=8, choices=Status, default=Status.PENDING)
    reason = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    doubts = models.PositiveSmallIntegerField(
        default=0, help_text="How often only the mail server knew whether it has the mail."
    )
    has_slot = models.BooleanField(
        default=False, help_text="A rate limit has already given it the moment it is due at."
    )
    lease_owner = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "kind", "occurrence", "channel", "destination_number"],
                name="occurrence_is_delivered_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="delivery_pending_by_due", condition=Q(status="pending")
            ),
            models.Index(
                fields=["lease_owner"],
                name="delivery_leased_by_owner",
                condition=Q(status="leased"),
            ),
            models.Index(
                fields=["settled_at"],
                name="delivery_trouble_by_time",
                condition=Q(status__in=["failed", "in doubt"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} of {self.occurrence} for {self.learner}"

    @property
    def title(self) -> str:
        return title_of(self.kind)

    @property
    def is_troubled(self) -> bool:
        return self.status in (self.Status.FAILED, self.Status.IN_DOUBT)

    @property
    def trigger(self) -> str:
        return TRIGGERS[self.kind]

    @property
    def kept_wording(self) -> DeliveryText | None:
        """What its mail said; None where there was no mail, or a month has passed."""
        return getattr(self, "wording", None)


class DestinationQuerySet(models.QuerySet["Destination"]):
    def on(self) -> Self:
        return self.filter(off_since=None)

    def off(self) -> Self:
        return self.exclude(off_since=None)


class Destination(models.Model):
    """Where a channel brings a learner's reminders besides e-mail, such as a webhook's address.

    Most channels have one of a learner's, numbered 1; a channel of subscriptions has several.
    `failures` counts deliveries in a row that failed for good; too many switch it off.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reminder_destinations"
    )
    channel = models.CharField(max_length=8)
    number = models.PositiveSmallIntegerField(default=1)
    label = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=2000)
    keys = models.JSONField(default=dict, help_text="The channel's own secrets; shown to nobody.")
    failures = models.PositiveSmallIntegerField(default=0)
    off_since = models.DateTimeField(null=True)
    off_reason = models.CharField(max_length=300, blank=True)

    objects = DestinationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "channel", "number"], name="channel_numbers_its_destinations"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.learner}"

    @property
    def is_on(self) -> bool:
        return self.off_since is None

    @property
    def host(self) -> str:
        """Return what may be shown: the rest of an address may well be a secret."""
        return urlsplit(self.address).hostname or self.address

    @property
    def title(self) -> str:
        return self.label or self.host

    @property
    def fingerprint(self) -> str:
        """Return what a device knows its own address by; it does not give the address away."""
        return hashlib.sha256(self.address.encode()).hexdigest()


class DeliveryText(models.Model):
    """What a sent mail said, kept for a month apart from its row."""

    delivery = models.OneToOneField(
        Delivery, on_delete=models.CASCADE, related_name="wording", primary_key=True
    )
    subject = models.CharField(max_length=200)
    text = models.TextField()
    sent_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.subject


class UsedLink(models.Model):
    """A link of a mail that has done its one thing, known by its hash until it would be too old.

    `said` is what the page answered then.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="used_links"
    )
    said = models.CharField(max_length=300)
    used_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.said} ({self.learner})"


class AddressState(models.Model):
    """An address that takes no mail of ours; known by its hash, so it outlives the account."""

    class Trouble(models.TextChoices):
        BOUNCED = "bounced", "mail to it comes back"
        COMPLAINED = "complained", "our mail was reported as spam"

    address_hash = models.CharField(max_length=64, unique=True)
    trouble = models.CharField(max_length=10, choices=Trouble)
    reason = models.CharField(max_length=300, blank=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.address_hash[:12]}: {self.get_trouble_display()}"


class AddressEvent(models.Model):
    """News about an address from the world outside; the same news twice is one row."""

    class Sort(models.TextChoices):
        HARD = "hard", "comes back for good"
        SOFT = "soft", "came back this time"
        COMPLAINT = "complaint", "reported as spam"

    reference = models.CharField(max_length=200, unique=True)
    address_hash = models.CharField(max_length=64)
    sort = models.CharField(max_length=9, choices=Sort)
    detail = models.CharField(max_length=300, blank=True)
    heard_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["address_hash", "heard_at"], name="address_event_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.get_sort_display()} ({self.reference})"


class MailServer(models.Model):
    """The circuit breaker of the one mail server: while it is open nothing is leased.

    One row.  `failures` counts in a row; `probe_at` says when one sender may try again.
    """

    ONLY = 1

    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return "not answering" if self.opened_at else "working"


class Pace(models.Model):
    """A rate limit's memory: from when on its next mail may go."""

    name = models.CharField(max_length=255, primary_key=True)
    free_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.free_at:%Y-%m-%d %H:%M:%S}"

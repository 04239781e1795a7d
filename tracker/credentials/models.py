"""The certificates a learner holds, and when they run out."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Any, Literal, Self

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q

from common.kept_files import SCANS, FileKind
from tracker.accounts.models import User
from tracker.curricula.models import Certification

# How many days ahead a coming expiry is worth saying.
NOTICE_DAYS = (7, 30, 90)
EXPIRED: Literal["expired"] = "expired"


class HeldCertificationQuerySet(models.QuerySet["HeldCertification"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def valid(self, on: date) -> Self:
        """Keep those that count on a day; the day of expiry is the last one."""
        return self.filter(Q(expires_on=None) | Q(expires_on__gte=on), earned_on__lte=on)

    def expiring(self, on: date, *, within_days: int) -> Self:
        """Keep valid ones that run out within so many days."""
        return self.valid(on).filter(expires_on__lte=on + timedelta(days=within_days))


class HeldCertification(models.Model):
    """A certificate as its holder stated it.  One renewed later is another row."""

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="held_certifications"
    )
    certification = models.ForeignKey(
        Certification, on_delete=models.PROTECT, related_name="held_by"
    )
    earned_on = models.DateField()
    expires_on = models.DateField(null=True, blank=True)
    proof_url = models.URLField(
        "proof", blank=True, max_length=500, validators=[URLValidator(["http", "https"])]
    )
    noted_at = models.DateTimeField()

    objects = HeldCertificationQuerySet.as_manager()

    class Meta:
        ordering = [F("expires_on").asc(nulls_last=True), "-earned_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "certification", "earned_on"],
                name="learner_earns_a_certification_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(expires_on__gt=F("earned_on")),
                name="certificate_expires_after_it_is_earned",
                violation_error_message="It must expire after the day you earned it.",
            ),
        ]

    def __str__(self) -> str:
        return str(self.certification)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and self.expires_on is None:
            self.expires_on = expiry_of(self.certification, earned_on=self.earned_on)
        super().save(*args, **kwargs)

    def days_left(self, on: date) -> int | None:
        """Count the days to the last valid one; below zero it has expired."""
        return None if self.expires_on is None else (self.expires_on - on).days

    def expiry_notice(self, on: date) -> int | Literal["expired"] | None:
        """Return which notice is due on a day: 90, 30 or 7 days ahead, "expired", or none."""
        left = self.days_left(on)
        if left is None:
            return None
        if left < 0:
            return EXPIRED
        return next((days for days in NOTICE_DAYS if left <= days), None)


class CertificateProofQuerySet(models.QuerySet["CertificateProof"]):
    def of(self, learner: User) -> Self:
        return self.filter(held__learner=learner)


class CertificateProof(models.Model):
    """The file that shows a certificate, for nobody but its holder.

    It lies in the database, not in a folder: so it goes with its certificate, and with an
    erased account, in the same transaction, and a backup holds it.
    """

    held = models.OneToOneField(HeldCertification, on_delete=models.CASCADE, related_name="proof")
    kind = models.CharField(max_length=15, choices=[(kind.value, kind.label) for kind in SCANS])
    content = models.BinaryField()
    added_at = models.DateTimeField()

    objects = CertificateProofQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{FileKind(self.kind).label} of {self.held}"


def expiry_of(certification: Certification, *, earned_on: date) -> date | None:
    """Return the last day a certificate earned then is valid; none if its validity is not known."""
    if certification.validity_months is None:
        return None
    return months_later(earned_on, certification.validity_months)


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))

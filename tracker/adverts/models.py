"""The job advertisements a learner has saved."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.urls import reverse

from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


class AdvertQuerySet(models.QuerySet["Advert"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def current(self) -> Self:
        return self.filter(archived_at=None)

    def archived(self) -> Self:
        return self.exclude(archived_at=None)


class Advert(models.Model):
    """An advertisement as plain text.  What it asks for is read from the text on every view."""

    LONGEST_TEXT = 100_000

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="adverts"
    )
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=LONGEST_TEXT)
    text_digest = models.CharField(max_length=64, editable=False)
    saved_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    path = models.OneToOneField(
        Curriculum,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.SET_NULL,
        related_name="advert",
        help_text="The personal path last made of it.",
    )

    objects = AdvertQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "text_digest"], name="learner_saves_an_advert_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("advert", args=[self.pk])

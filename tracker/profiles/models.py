"""What a learner shows of themselves to everyone: nothing, until they say what."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from tracker.accounts.models import User

validate_address = RegexValidator(
    r"\A(?=.{3,40}\Z)[a-z0-9]+(-[a-z0-9]+)*\Z",
    "Use 3 to 40 letters from a to z, digits and single hyphens between them.",
)


class PublicProfileQuerySet(models.QuerySet["PublicProfile"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def open(self) -> Self:
        """Keep what everyone may see; a closed account shows nothing."""
        return self.filter(is_public=True, learner__is_active=True)

    def whole(self) -> Self:
        return self.select_related("learner").prefetch_related("items")


class PublicProfile(models.Model):
    """A learner's page at /u/<slug>/: off, and empty, until its owner switches each thing on.

    The slug and the name are the only words of their owner's on it; the name of the account
    and its e-mail address never are.
    """

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="public_profile"
    )
    slug = models.CharField(max_length=40, validators=[validate_address])
    name = models.CharField(max_length=60, blank=True)
    is_public = models.BooleanField(default=False)
    may_be_indexed = models.BooleanField(default=False)
    shows_activity = models.BooleanField(default=False)
    shows_skills = models.BooleanField(default=False)
    shows_proof_links = models.BooleanField(default=False)

    objects = PublicProfileQuerySet.as_manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.UniqueConstraint(Lower("slug"), name="profile_slug_is_unique_in_any_case"),
        ]

    def __str__(self) -> str:
        return self.name or self.slug

    def get_absolute_url(self) -> str:
        return reverse("public_profile", args=[self.slug])

    def keys(self, kind: str) -> list[str]:
        """Return what is shown of a kind, from rows that `whole` brought along."""
        return [item.key for item in self.items.all() if item.kind == kind]


class ShownItem(models.Model):
    """One thing a profile shows, by the key it keeps for ever."""

    class Kind(models.TextChoices):
        PATH = "path", "path"
        CERTIFICATE = "certificate", "certificate"
        ROLE = "role", "role"
        PROJECT = "project", "project"

    profile = models.ForeignKey(PublicProfile, on_delete=models.CASCADE, related_name="items")
    kind = models.CharField(max_length=11, choices=Kind)
    key = models.CharField(max_length=80)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "kind", "key"], name="profile_shows_an_item_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

"""The roles a learner is heading for.  Everything else about readiness is computed on read."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models

from tracker.accounts.models import User
from tracker.curricula.models import RoleProfile


class TargetRoleQuerySet(models.QuerySet["TargetRole"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)


class TargetRole(models.Model):
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="target_roles"
    )
    role = models.ForeignKey(RoleProfile, on_delete=models.CASCADE, related_name="targeted_by")

    objects = TargetRoleQuerySet.as_manager()

    class Meta:
        ordering = ["role__position", "role__key"]
        constraints = [
            models.UniqueConstraint(fields=["learner", "role"], name="learner_targets_a_role_once"),
        ]

    def __str__(self) -> str:
        return str(self.role)

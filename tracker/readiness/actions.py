"""Everything that changes which roles a learner is heading for."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from tracker.accounts.models import User
from tracker.curricula.models import RoleProfile
from tracker.readiness.models import TargetRole


@transaction.atomic
def choose_roles(*, learner: User, roles: Iterable[RoleProfile]) -> None:
    """Head for exactly these roles."""
    chosen = list(roles)
    TargetRole.objects.of(learner).exclude(role__in=chosen).delete()
    targets = [TargetRole(learner=learner, role=role) for role in chosen]
    TargetRole.objects.bulk_create(targets, ignore_conflicts=True)

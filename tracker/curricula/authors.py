"""Who may write curricula."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from tracker.accounts.models import User

GROUP = "Authors"


@transaction.atomic
def make_author(learner: User) -> None:
    """Let a learner into the admin to write and publish curricula, and to do nothing else there."""
    group, _ = Group.objects.get_or_create(name=GROUP)
    group.permissions.set(Permission.objects.filter(content_type__app_label="curricula"))
    learner.groups.add(group)
    learner.is_staff = True
    learner.save(update_fields=["is_staff"])

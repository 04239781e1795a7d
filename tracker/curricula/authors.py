"""Who may write curricula, and who may publish them."""

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import QuerySet

from tracker.accounts.models import User

AUTHORS = "Authors"
PUBLISHERS = "Publishers"
PUBLISH = "publish_curriculum"


def make_author(learner: User) -> None:
    """Let a learner into the admin to write drafts, and to do nothing else there."""
    _admit(learner, AUTHORS, _rights().exclude(codename=PUBLISH))


def make_publisher(learner: User) -> None:
    """Let a learner write drafts as an author does, and publish and retire curricula too."""
    _admit(learner, PUBLISHERS, _rights())


def _rights() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="curricula")


@transaction.atomic
def _admit(learner: User, name: str, rights: QuerySet[Permission]) -> None:
    group, _ = Group.objects.get_or_create(name=name)
    group.permissions.set(rights)
    learner.groups.add(group)
    learner.is_staff = True
    learner.save(update_fields=["is_staff"])

"""Everything that changes an account, apart from what allauth does."""

from datetime import time
from functools import partial

from allauth.account.models import EmailAddress
from django.db import transaction

from tracker.accounts.models import User
from tracker.accounts.signals import time_zone_changed


@transaction.atomic
def change_profile(
    *, learner: User, name: str, time_zone: str, day_starts_at: time | None = None
) -> None:
    """Write name, time zone and, where given, the hour the day starts at.

    A new zone is announced, because plans and reminders follow it.
    """
    had_zone = User.objects.select_for_update().get(pk=learner.pk).time_zone
    learner.name = name
    learner.time_zone = time_zone
    learner.day_starts_at = day_starts_at or learner.day_starts_at
    learner.save(update_fields=["name", "time_zone", "day_starts_at"])
    if time_zone != had_zone:
        transaction.on_commit(partial(time_zone_changed.send, User, learner=learner))


def confirm_address(*, learner: User) -> None:
    """Take the learner's e-mail address for confirmed, on the word of whoever made the account."""
    EmailAddress.objects.update_or_create(
        user=learner, email=learner.email.lower(), defaults={"verified": True, "primary": True}
    )

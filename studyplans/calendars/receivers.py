from typing import Any

from django.dispatch import receiver

from studyplans.calendars import actions
from tracker.accounts.models import User
from tracker.accounts.signals import time_zone_changed


@receiver(time_zone_changed)
def read_calendars_for_time_zone(sender: object, *, learner: User, **news: Any) -> None:
    actions.forget_what_was_read(learner=learner)

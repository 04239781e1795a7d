"""What the tracker's news does to reminders."""

from typing import Any

from django.dispatch import receiver

from common import clock
from studyplans.reminders import actions
from tracker.accounts.models import User
from tracker.accounts.signals import time_zone_changed
from tracker.progress.models import Enrolment
from tracker.progress.signals import learner_enrolled


@receiver(learner_enrolled)
def offer_digest(sender: object, *, enrolment: Enrolment, **news: Any) -> None:
    # An enrolment may be dated back; reminders begin now, or they would all be late at once.
    actions.ensure_digest(learner=enrolment.learner, at=clock.now())


@receiver(time_zone_changed)
def follow_time_zone(sender: object, *, learner: User, **news: Any) -> None:
    actions.follow_time_zone(learner=learner, at=clock.now())

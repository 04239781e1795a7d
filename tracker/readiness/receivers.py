"""What readiness says to a check-off."""

from typing import Any

from django.dispatch import receiver

from tracker.progress.models import AchievementEvent
from tracker.progress.signals import change_told
from tracker.readiness.selectors import readiness_gain


@receiver(change_told)
def tell_readiness_gain(sender: object, *, event: AchievementEvent, **news: Any) -> str | None:
    gain = readiness_gain(event.learner, event)
    return gain.in_words if gain else None

"""What the tracker's news does to reviews: what is finished is not to be forgotten."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from studyplans.reviews import actions
from tracker.accounts.models import User
from tracker.progress.signals import achievement_changed, background_credited


@receiver(achievement_changed)
def follow_achievement(
    sender: object, *, learner: User, milestone_key: str, at: datetime, **news: Any
) -> None:
    actions.follow_achievements(learner=learner, milestone_keys=[milestone_key], at=at)


@receiver(background_credited)
def follow_background(
    sender: object, *, learner: User, milestone_keys: Iterable[str], at: datetime, **news: Any
) -> None:
    actions.follow_achievements(learner=learner, milestone_keys=milestone_keys, at=at)

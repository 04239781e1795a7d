"""What the tracker's news does to reviews: what is finished is not to be forgotten."""

from collections.abc import Iterable
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from django.dispatch import receiver

from common import clock
from studyplans.reviews import actions
from studyplans.reviews.models import ReviewCard
from studyplans.reviews.signals import review_failed
from tracker.accounts.models import User
from tracker.progress.actions import doubt_claim
from tracker.progress.signals import achievement_changed, background_credited
from tracker.readiness.proof import Recall
from tracker.readiness.signals import recalls_asked


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


@receiver(recalls_asked)
def tell_recalls(sender: object, *, learner: User, on: date, **news: Any) -> dict[str, Recall]:
    """Say of each card how likely its milestone is remembered on that day."""
    at = clock.start_of_day(on, learner)
    cards = ReviewCard.objects.of(learner).active().select_related("learner")
    return {
        card.milestone_key: Recall(
            clock.date_of(card.due_at, learner),
            Fraction(round(1000 * card.retrievability(at)), 1000),
        )
        for card in cards
    }


@receiver(review_failed)
def ask_again(
    sender: object, *, learner: User, milestone_key: str, at: datetime, **news: Any
) -> None:
    """A claim that a review did not bear out is asked for again; nothing is taken away."""
    doubt_claim(learner=learner, milestone_key=milestone_key, at=at)

"""A demo learner's reviews, made through the product's own actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from common import clock
from studyplans.reviews import actions, selectors
from studyplans.reviews.models import Rating, Review, ReviewCard
from tracker.accounts.models import User

REVIEWED_AT = timedelta(hours=20)
# Every so many reviews one has faded and one was hard: a real person's memory.
FADES_EVERY = 5
HARD_EVERY = 3


def give_reviews(learner: User, *, until: datetime) -> None:
    """Review what was asked on each day since the first milestone, up to yesterday."""
    first = ReviewCard.objects.of(learner).order_by("reviewed_at").first()
    if first is None:
        return
    day, today = clock.date_of(first.reviewed_at, learner), clock.date_of(until, learner)
    while day < today:
        at = clock.start_of_day(day, learner) + REVIEWED_AT
        for due in selectors.review_day(learner, at).asked:
            _review(due.card, at=at)
        day += timedelta(days=1)


def _review(card: ReviewCard, *, at: datetime) -> None:
    nth = Review.objects.of(card.learner).finished().count() + 1
    attempt = selectors.attempt_at(card)
    if attempt.question is None:
        rating = Rating.HARD if nth % HARD_EVERY == 0 else Rating.GOOD
        actions.grade_recall(card=card, number=attempt.number, rating=rating, at=at)
        return
    has_faded = nth % FADES_EVERY == 0
    for question in attempt.pending:
        chosen = next(each for each in question.choices if each.is_right != has_faded)
        actions.answer_question(
            card=card,
            number=attempt.number,
            question_key=question.key,
            choice_id=chosen.pk,
            at=at,
        )

"""Everything that changes reviews."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from studyplans.reviews import memory
from studyplans.reviews.memory import Memory
from studyplans.reviews.models import Rating, Review, ReviewCard, ReviewPreference
from studyplans.reviews.selectors import (
    attempt_at,
    counted_states,
    implied_keys,
    preference_of,
    reviewed_keys,
)
from studyplans.reviews.signals import review_failed, review_passed
from tracker.accounts.models import User
from tracker.progress.models import Achievement

# The least share of right answers that counts as remembered, if with effort.
PASSING_SHARE = 0.6

# A passed review counts a little for prerequisites that would be asked within these days.
IMPLIED_WITHIN = timedelta(days=7)
# ... but nothing goes unasked for longer than this many of its own intervals.
IMPLIED_INTERVALS = 2


class ReviewIsOver(ValueError):
    """The attempt that was answered is finished, or was never begun."""


class CannotUndoReview(ValueError):
    """The card was reviewed again since."""


# --- cards ------------------------------------------------------------------------------------


@transaction.atomic
def follow_achievements(*, learner: User, milestone_keys: Iterable[str], at: datetime) -> None:
    """Give what is done or credited a card, and suspend the cards of what no longer is.

    What was just learnt is first asked about after two days; what the learner says they knew
    already, after eight, and where much is said at once, a day later for each further one, so
    that it does not come back as a wall.
    """
    keys = list(dict.fromkeys(milestone_keys))
    states = counted_states(learner, keys)
    cards = {card.milestone_key: card for card in ReviewCard.objects.of(learner).about(keys)}
    _suspend(card for key, card in cards.items() if key not in states)
    _resume((card for key, card in cards.items() if key in states), at=at)
    fresh = {key: states[key] for key in keys if key in states and key not in cards}
    _make_cards(learner, fresh, at=at)


def _suspend(cards: Iterable[ReviewCard]) -> None:
    active = [card.pk for card in cards if not card.is_suspended]
    if active:
        ReviewCard.objects.filter(pk__in=active).update(is_suspended=True)


def _resume(cards: Iterable[ReviewCard], *, at: datetime) -> None:
    """Take cards up where they were; who has just checked off again is not asked the same day."""
    resumed = [card for card in cards if card.is_suspended]
    for card in resumed:
        card.is_suspended = False
        card.due_at = max(card.due_at, at + timedelta(days=1))
    if resumed:
        ReviewCard.objects.bulk_update(resumed, ["is_suspended", "due_at"])


def _make_cards(learner: User, states: dict[str, str], *, at: datetime) -> None:
    kept = reviewed_keys(states) if states else set()
    if not kept:
        return
    retention = preference_of(learner).retention
    ordered = [key for key in states if key in kept]
    cards = [_first_card(learner, key, states[key], retention, at=at) for key in ordered]
    credited = [card for card in cards if states[card.milestone_key] == Achievement.State.CREDITED]
    for days, card in enumerate(credited):
        card.due_at += timedelta(days=days)
    # Two announcements of one check-off make one card.
    ReviewCard.objects.bulk_create(cards, ignore_conflicts=True)


def _first_card(
    learner: User, key: str, state: str, retention: float, *, at: datetime
) -> ReviewCard:
    rating = Rating.EASY if state == Achievement.State.CREDITED else Rating.GOOD
    card = ReviewCard(learner=learner, milestone_key=key)
    card.memory = memory.first_memory(rating, at=at)
    card.due_at = memory.due_after(card.memory, retention=retention)
    return card


# --- reviews ----------------------------------------------------------------------------------


@transaction.atomic
def answer_question(
    *, card: ReviewCard, number: int, question_key: str, choice_id: int, at: datetime
) -> Review:
    """Take one answer; the last one finishes the review and rates it by the share that is right.

    Only the first answer to a question counts.  Raises ReviewIsOver for another attempt than
    the one under way.
    """
    card = _locked(card)
    review = _begun(card, number, at=at)
    attempt = attempt_at(card)
    asked = next((one for one in attempt.pending if one.key == question_key), None)
    choice = asked.choice(choice_id) if asked else None
    if choice is None:
        return review
    answer = {"question": question_key, "choice": choice.text, "is_right": choice.is_right}
    review.answers = [*review.answers, answer]
    review.asked_count = len(review.answers)
    review.right_count = sum(each["is_right"] for each in review.answers)
    review.save(update_fields=["answers", "asked_count", "right_count"])
    if len(attempt.pending) == 1:
        _finish(review, card, rating_for(review.right_count, review.asked_count), at=at)
    return review


@transaction.atomic
def grade_recall(*, card: ReviewCard, number: int, rating: int, at: datetime) -> Review:
    """Finish a review by the learner's own judgement, where no question is left to ask."""
    card = _locked(card)
    review = _begun(card, number, at=at)
    if attempt_at(card).question is not None:
        return review
    review.source = Review.Source.RECALL
    _finish(review, card, rating, at=at)
    return review


def rating_for(right_count: int, asked_count: int) -> int:
    """Return the grade of a share of right answers.

    Never easy: choosing right among a few shows that it is remembered, not how easily.
    """
    if right_count == asked_count:
        return Rating.GOOD
    return Rating.HARD if right_count >= PASSING_SHARE * asked_count else Rating.AGAIN


def _locked(card: ReviewCard) -> ReviewCard:
    # The row lock makes a double click wait and then find the attempt further on.
    locked = ReviewCard.objects.select_for_update(of=["self"])
    return locked.select_related("learner").get(pk=card.pk)


def _begun(card: ReviewCard, number: int, *, at: datetime) -> Review:
    if attempt_at(card).number != number:
        raise ReviewIsOver(number)
    review, _ = card.reviews.get_or_create(number=number, defaults={"started_at": at})
    return review


def _finish(review: Review, card: ReviewCard, rating: int, *, at: datetime) -> None:
    retention = preference_of(card.learner).retention
    review.before = _recorded(card)
    card.memory = memory.after_review(card.memory, rating, at=at)
    card.due_at = memory.due_after(card.memory, retention=retention)
    card.save()
    review.rating, review.finished_at, review.next_due_at = rating, at, card.due_at
    if review.has_passed:
        review.put_off = _put_off_prerequisites(card, retention, at=at)
    review.save()
    _announce(review, card, at=at)


def _announce(review: Review, card: ReviewCard, *, at: datetime) -> None:
    news = review_passed if review.has_passed else review_failed
    announce = partial(
        news.send,
        Review,
        learner=card.learner,
        milestone_key=card.milestone_key,
        review=review,
        at=at,
    )
    transaction.on_commit(announce)


def _put_off_prerequisites(
    card: ReviewCard, retention: float, *, at: datetime
) -> list[dict[str, str]]:
    """Let a passed review count a little for the direct prerequisites that are due soon.

    Who can still do the one has used the other.  A prerequisite due within a week, or overdue,
    is put off by half its interval from now, but never past twice its interval since it was
    last asked itself.  Its memory stays as it was: nothing of it has been measured.
    """
    keys = implied_keys(card.milestone_key) - {card.milestone_key}
    near = ReviewCard.objects.of(card.learner).active().about(keys).due(before=at + IMPLIED_WITHIN)
    dates = {card: _implied_due(card, retention, at=at) for card in near.select_for_update()}
    later = {card: due_at for card, due_at in dates.items() if due_at > card.due_at}
    moved = [_move(card, due_at) for card, due_at in later.items()]
    ReviewCard.objects.bulk_update(later, ["due_at"])
    return moved


def _implied_due(card: ReviewCard, retention: float, *, at: datetime) -> datetime:
    days = memory.interval_days(card.stability, retention=retention)
    latest = card.reviewed_at + timedelta(days=IMPLIED_INTERVALS * days)
    return min(at + timedelta(days=max(1, days // 2)), latest)


def _move(card: ReviewCard, due_at: datetime) -> dict[str, str]:
    before, card.due_at = card.due_at, due_at
    return {
        "key": card.milestone_key,
        "before": before.isoformat(),
        "after": due_at.isoformat(),
    }


def _recorded(card: ReviewCard) -> dict[str, Any]:
    return {
        "stability": card.stability,
        "difficulty": card.difficulty,
        "reviewed_at": card.reviewed_at.isoformat(),
        "due_at": card.due_at.isoformat(),
    }


@transaction.atomic
def undo_review(*, review: Review, at: datetime) -> None:
    """Put the card, and what the review counted for, back; undoing twice changes nothing more.

    Raises CannotUndoReview when the card was reviewed again since.
    """
    card = _locked(review.card)
    review = card.reviews.get(pk=review.pk)
    if review.undone_at is not None:
        return
    if not review.is_latest:
        raise CannotUndoReview(review.pk)
    _put_back(card, review)
    review.undone_at = at
    review.save(update_fields=["undone_at"])


def _put_back(card: ReviewCard, review: Review) -> None:
    before = review.before
    reviewed_at = datetime.fromisoformat(before["reviewed_at"])
    card.memory = Memory(before["stability"], before["difficulty"], reviewed_at)
    card.due_at = datetime.fromisoformat(before["due_at"])
    card.save()
    for moved in review.put_off:
        # One that has been reviewed or moved since has another date, and keeps it.
        own = ReviewCard.objects.of(card.learner).about([moved["key"]])
        own.filter(due_at=datetime.fromisoformat(moved["after"])).update(
            due_at=datetime.fromisoformat(moved["before"])
        )


# --- preferences ------------------------------------------------------------------------------


@transaction.atomic
def change_preference(
    *, learner: User, is_on: bool, retention_percent: int, week_share_percent: int
) -> ReviewPreference:
    """Store how a learner wants to be asked; another retention moves every due date."""
    before = preference_of(learner)
    preference, _ = ReviewPreference.objects.update_or_create(
        learner=learner,
        defaults={
            "is_on": is_on,
            "retention_percent": retention_percent,
            "week_share_percent": week_share_percent,
        },
    )
    if preference.retention_percent != before.retention_percent:
        _stretch_intervals(learner, before.retention, preference.retention)
    return preference


def _stretch_intervals(learner: User, before: float, after: float) -> None:
    """Move every due date by the ratio of the intervals, so that what was spread stays spread."""
    cards = list(ReviewCard.objects.of(learner).select_for_update())
    for card in cards:
        old = memory.interval_days(card.stability, retention=before)
        new = memory.interval_days(card.stability, retention=after)
        interval = (card.due_at - card.reviewed_at) * new / old
        card.due_at = card.reviewed_at + max(interval, timedelta(days=1))
    ReviewCard.objects.bulk_update(cards, ["due_at"], batch_size=500)

"""Milestones whose review has come due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse

from common import clock
from studyplans.reminders.kinds.kind import News, Offer, Traits
from studyplans.reminders.kinds.note import Line, NoNews, Note
from studyplans.reminders.kinds.reading import (
    PLAN_PAUSED,
    Wished,
    by_learner,
    day_of,
    learners_of,
    paused_plans,
    span_around,
    wished,
)
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName
from studyplans.reviews.models import ReviewCard, ReviewPreference
from tracker.progress.selectors import titles_by_key

NO_REVIEW = "no review has come due"
REVIEWS_OFF = "reviews are switched off"


@dataclass(frozen=True, slots=True)
class ReviewKind(Traits):
    @property
    def example(self) -> News:
        return _note(["Vectors and spans", "Eigenvalues"])

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        learners = learners_of(deliveries)
        cards = _cards(deliveries)
        titles = titles_by_key(each.milestone_key for own in cards.values() for each in own)
        wishes = wished(deliveries, KindName.REVIEW)
        off = ReviewPreference.objects.filter(learner__in=learners, is_on=False)
        silent = dict.fromkeys(paused_plans(learners, at=at), PLAN_PAUSED)
        silent |= dict.fromkeys(off.values_list("learner", flat=True), REVIEWS_OFF)
        return [
            NoNews(silent[delivery.learner_id])
            if delivery.learner_id in silent
            else _news(delivery, cards[delivery.learner_id], titles, wishes[delivery.learner_id])
            for delivery in deliveries
        ]


REVIEW = ReviewKind(
    list_title="Milepost reviews",
    schedule=KindName.REVIEW,
    offer=Offer(says="Something you finished is due for a short review, before it fades."),
)


def _cards(deliveries: Sequence[Delivery]) -> dict[int, list[ReviewCard]]:
    _, until = span_around(deliveries, before=0, after=0)
    found = ReviewCard.objects.active().due(before=until)
    own = found.filter(learner__in=learners_of(deliveries))
    return by_learner(own.order_by("due_at", "pk"))


def _news(
    delivery: Delivery, cards: Sequence[ReviewCard], titles: dict[str, str], wish: Wished
) -> News:
    """Speak up when a card has come due since the last time; a backlog alone is no news."""
    learner, today = delivery.learner, day_of(delivery)
    days = {card.pk: clock.date_of(card.due_at, learner) for card in cards}
    due = [card for card in cards if days[card.pk] <= today and card.milestone_key in titles]
    since = today - timedelta(days=wish.days_covered(today))
    if not any(days[card.pk] > since for card in due):
        return NoNews(NO_REVIEW)
    newest_first = sorted(due, key=lambda card: days[card.pk], reverse=True)
    return _note([titles[card.milestone_key] for card in newest_first])


def _note(titles: Sequence[str]) -> Note:
    count = len(titles)
    path = reverse("reviews")
    return Note(
        heading=f"{count} review{'' if count == 1 else 's'} due",
        says="A few minutes now keep what you learnt. The day asks no more of you than fits in.",
        lines=tuple(Line(title, path, "A short review") for title in titles),
        why="reminders of reviews are",
        button="Start reviewing",
        path=path,
    )

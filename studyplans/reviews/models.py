"""What a learner has finished and should not forget: cards, the reviews of them, preferences."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from studyplans.reviews import memory
from studyplans.reviews.memory import Memory
from tracker.accounts.models import User
from tracker.curricula.models import KeyField, Milestone

# What a memory keeps.  A project shows itself in its product, and an exam is asked by its vendor.
REVIEWED_KINDS = (
    Milestone.Kind.READ,
    Milestone.Kind.WATCH,
    Milestone.Kind.PRACTISE,
    Milestone.Kind.ASSESSMENT,
)


class Rating(models.IntegerChoices):
    """How a review went; FSRS's four grades."""

    AGAIN = memory.Rating.AGAIN, "again"
    HARD = memory.Rating.HARD, "hard"
    GOOD = memory.Rating.GOOD, "good"
    EASY = memory.Rating.EASY, "easy"


class ReviewPreference(models.Model):
    """How a learner wants to be asked.  Who has no row gets these defaults."""

    LEAST_RETENTION, MOST_RETENTION = 80, 95
    LEAST_SHARE, MOST_SHARE = 5, 20

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_preference"
    )
    is_on = models.BooleanField(default=True)
    retention_percent = models.PositiveSmallIntegerField(
        default=90,
        validators=[MinValueValidator(LEAST_RETENTION), MaxValueValidator(MOST_RETENTION)],
    )
    week_share_percent = models.PositiveSmallIntegerField(
        default=20, validators=[MinValueValidator(LEAST_SHARE), MaxValueValidator(MOST_SHARE)]
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(retention_percent__range=(80, 95)), name="retention_is_80_to_95"
            ),
            models.CheckConstraint(
                condition=Q(week_share_percent__range=(5, 20)), name="week_share_is_5_to_20"
            ),
        ]

    def __str__(self) -> str:
        return f"Reviews of {self.learner}"

    @property
    def retention(self) -> float:
        return self.retention_percent / 100


class ReviewCardQuerySet(models.QuerySet["ReviewCard"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def active(self) -> Self:
        """Leave out what the learner no longer says is done."""
        return self.filter(is_suspended=False)

    def due(self, *, before: datetime) -> Self:
        return self.filter(due_at__lt=before)

    def about(self, milestone_keys: Iterable[str]) -> Self:
        return self.filter(milestone_key__in=set(milestone_keys))


class ReviewCard(models.Model):
    """A finished milestone in a learner's memory, and when to ask about it next.

    A card is made when a milestone of a kind worth reviewing becomes done or credited: read,
    watch, practise and assessment.  Taking the check-off back suspends it; nothing is deleted.
    """

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="review_cards"
    )
    milestone_key = KeyField()
    stability = models.FloatField()
    difficulty = models.FloatField()
    reviewed_at = models.DateTimeField(help_text="When it was last learnt or reviewed.")
    due_at = models.DateTimeField()
    is_suspended = models.BooleanField(default=False)

    objects = ReviewCardQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "milestone_key"], name="learner_has_a_card_once"
            ),
            models.CheckConstraint(
                condition=Q(due_at__gt=F("reviewed_at")), name="card_is_due_after_its_review"
            ),
            models.CheckConstraint(condition=Q(stability__gt=0), name="stability_is_positive"),
        ]
        indexes = [
            models.Index(
                fields=["learner", "due_at"], name="card_due", condition=Q(is_suspended=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_key}, due {self.due_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("review", args=[self.pk])

    @property
    def memory(self) -> Memory:
        return Memory(self.stability, self.difficulty, self.reviewed_at)

    @memory.setter
    def memory(self, memory: Memory) -> None:
        self.stability = memory.stability
        self.difficulty = memory.difficulty
        self.reviewed_at = memory.reviewed_at

    @property
    def grace(self) -> timedelta:
        """How long after its due date a review is still in time: a fifth of its interval."""
        return max(timedelta(days=1), (self.due_at - self.reviewed_at) / 5)

    def retrievability(self, at: datetime) -> float:
        return memory.retrievability(self.memory, at=at)

    def overdue(self, at: datetime) -> float:
        """Return how far past due it is, relative to its stability: what fades fastest is most."""
        return (at - self.due_at) / timedelta(days=self.stability)


class ReviewQuerySet(models.QuerySet["Review"]):
    def of(self, learner: User) -> Self:
        return self.filter(card__learner=learner)

    def finished(self) -> Self:
        return self.exclude(finished_at=None)

    def standing(self) -> Self:
        """Leave out what was undone, and what is still under way."""
        return self.finished().filter(undone_at=None)


class Review(models.Model):
    """One attempt at a card, from its first answer on; its number is the seed of its order."""

    class Source(models.TextChoices):
        QUESTIONS = "questions", "questions"
        RECALL = "recall", "own judgement"

    card = models.ForeignKey(ReviewCard, on_delete=models.CASCADE, related_name="reviews")
    number = models.PositiveIntegerField()
    source = models.CharField(max_length=9, choices=Source, default=Source.QUESTIONS)
    answers = models.JSONField(
        default=list, help_text='In order: {"question": key, "choice": text, "is_right": true}.'
    )
    right_count = models.PositiveSmallIntegerField(default=0)
    asked_count = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(choices=Rating, null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    before = models.JSONField(default=dict, help_text="What the card was before, to undo it.")
    put_off = models.JSONField(
        default=list,
        help_text='Prerequisites it counted for: {"key": "...", "before": date, "after": date}.',
    )
    next_due_at = models.DateTimeField(null=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-finished_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["card", "number"], name="review_is_numbered_once"),
            models.CheckConstraint(
                condition=Q(finished_at=None, rating=None, next_due_at=None)
                | Q(finished_at__isnull=False, rating__isnull=False, next_due_at__isnull=False),
                name="review_is_rated_when_finished",
            ),
            models.CheckConstraint(
                condition=Q(right_count__lte=F("asked_count")), name="no_more_right_than_asked"
            ),
        ]
        indexes = [models.Index(fields=["finished_at"], name="review_by_finish")]

    def __str__(self) -> str:
        return f"Review {self.number} of {self.card}"

    @property
    def seed(self) -> str:
        return attempt_seed(self.card_id, self.number)

    @property
    def is_latest(self) -> bool:
        """Whether the card stands as this review left it, so that it can be undone."""
        return self.card.reviewed_at == self.finished_at

    @property
    def has_passed(self) -> bool:
        return self.rating is not None and self.rating != Rating.AGAIN


def attempt_seed(card_id: int, number: int) -> str:
    return f"{card_id}.{number}"

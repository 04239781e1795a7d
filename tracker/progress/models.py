"""What a learner has learnt: enrolments, achievements, and the log of every change."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import Q

from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, KeyField


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def active(self) -> Self:
        return self.filter(state=Enrolment.State.ACTIVE)

    def current(self) -> Self:
        """Leave out what was left."""
        return self.exclude(state=Enrolment.State.LEFT)


class Enrolment(models.Model):
    """A learner's decision to follow a curriculum.  Leaving it deletes nothing."""

    class State(models.TextChoices):
        ACTIVE = "active", "active"
        PAUSED = "paused", "paused"
        FINISHED = "finished", "finished"
        LEFT = "left", "left"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolments"
    )
    # Protected, but for a personal path, which goes together with the account of its owner.
    curriculum = models.ForeignKey(Curriculum, on_delete=models.RESTRICT, related_name="enrolments")
    started_on = models.DateField()
    target_date = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.ACTIVE)
    enrolled_at = models.DateTimeField()

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["enrolled_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "curriculum"], name="learner_enrols_in_a_curriculum_once"
            ),
            models.CheckConstraint(
                condition=Q(target_date=None) | Q(target_date__gt=models.F("started_on")),
                name="target_date_is_after_the_start",
                violation_error_message="The target date must be after the start.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner} in {self.curriculum}"


class EditionChange(models.Model):
    """A learner's acceptance of a new edition, and what it takes to go back."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="edition_changes"
    )
    before = models.ForeignKey(Curriculum, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Curriculum, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    carried: models.ManyToManyField[AchievementEvent, Any] = models.ManyToManyField(
        "AchievementEvent", related_name="+", help_text="Ticks carried over to successors."
    )

    class Meta:
        ordering = ["-accepted_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.enrolment}: edition {self.before.edition} to {self.after.edition}"


class AchievementQuerySet(models.QuerySet["Achievement"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def finished(self) -> Self:
        return self.filter(state__in=FINISHED_STATES)

    def unproven_credits(self) -> Self:
        """Keep what is known already by the learner's word alone."""
        credited = self.filter(state=Achievement.State.CREDITED)
        return credited.filter(is_tested=False, evidence_url="")


class Achievement(models.Model):
    """Where a learner stands with a milestone, named by its key in whatever curriculum it is."""

    class State(models.TextChoices):
        OPEN = "open", "to do"
        LEARNING = "learning", "learning"
        DONE = "done", "done"
        SKIPPED = "skipped", "skipped"
        CREDITED = "credited", "known already"

    class Basis(models.TextChoices):
        """How it is known that a finished milestone is finished."""

        CLAIMED = "claimed", "on your word"
        EVIDENCED = "evidenced", "with evidence"
        TESTED = "tested", "tested"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="achievements"
    )
    milestone_key = KeyField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    note = models.TextField(blank=True, max_length=10_000)
    evidence_url = models.URLField(
        "evidence", blank=True, max_length=500, validators=[URLValidator(["http", "https"])]
    )
    minutes_spent = models.PositiveIntegerField(default=0, validators=[MaxValueValidator(100_000)])
    is_tested = models.BooleanField(default=False, help_text="Shown by a check that was passed.")
    doubted_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when a claim is to be asked about again."
    )
    changed_at = models.DateTimeField()

    objects = AchievementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "milestone_key"], name="learner_achieves_a_milestone_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_key}: {self.get_state_display()}"

    @property
    def basis(self) -> Basis | None:
        """What a finished milestone rests on, by the strongest; None while it is not finished."""
        return basis_of(self.state, is_tested=self.is_tested, evidence_url=self.evidence_url)

    @property
    def is_claim(self) -> bool:
        """Said to be known already, and not shown."""
        return self.state == self.State.CREDITED and self.basis == self.Basis.CLAIMED

    @property
    def is_in_doubt(self) -> bool:
        return self.doubted_at is not None and self.is_claim


FINISHED_STATES = frozenset({Achievement.State.DONE, Achievement.State.CREDITED})


def basis_of(state: str, *, is_tested: bool, evidence_url: str) -> Achievement.Basis | None:
    if state not in FINISHED_STATES:
        return None
    if is_tested:
        return Achievement.Basis.TESTED
    return Achievement.Basis.EVIDENCED if evidence_url else Achievement.Basis.CLAIMED


class AchievementEventQuerySet(models.QuerySet["AchievementEvent"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)


class AchievementEvent(models.Model):
    """One change of an achievement: what it was, what it became, when, by whom, from where.

    Rows are only ever added; undoing adds another.  The database itself sees to that, and to
    their going with their learner's account: see progress.log_guard.
    """

    class Source(models.TextChoices):
        WEB = "web", "on the site"
        MAIL = "mail", "from a mail"
        EDITION = "edition", "with a new edition"
        DEMO = "demo", "demo data"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, related_name="achievement_events"
    )
    milestone_key = KeyField()
    before = models.JSONField()
    after = models.JSONField()
    happened_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, related_name="+"
    )
    source = models.CharField(max_length=8, choices=Source, default=Source.WEB)
    undoes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="undone_by"
    )

    objects = AchievementEventQuerySet.as_manager()

    class Meta:
        ordering = ["-happened_at", "-pk"]
        indexes = [
            models.Index(fields=["learner", "-happened_at"], name="event_by_learner_newest"),
            models.Index(fields=["learner", "milestone_key"], name="event_by_milestone"),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_key} at {self.happened_at:%Y-%m-%d %H:%M}"


class MilestoneInsight(models.Model):
    """What all learners together made of a milestone, counted each night for its authors.

    `learners` have begun or skipped it.  Where they are fewer than five there is no row, and of
    fewer than five timed finishes no median: an author must not see a single learner.
    """

    LEAST_LEARNERS = 5

    milestone_key = KeyField(unique=True)
    learners = models.PositiveIntegerField()
    learners_started = models.PositiveIntegerField()
    learners_finished = models.PositiveIntegerField()
    learners_skipped = models.PositiveIntegerField()
    learners_stopped = models.PositiveIntegerField()
    median_minutes = models.FloatField(null=True)
    computed_at = models.DateTimeField()

    class Meta:
        ordering = ["milestone_key"]
        verbose_name_plural = "milestone insight"
        constraints = [
            models.CheckConstraint(
                condition=Q(learners__gte=5), name="insight_comes_from_five_learners"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_key}: {self.learners} learners"

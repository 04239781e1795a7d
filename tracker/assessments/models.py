"""What learners show: checks they took, modules they knew already, work that others looked at."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any, Self

from django.conf import settings
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Max, Q
from django.urls import reverse

from common.kept_files import FileKind
from tracker.accounts.models import User
from tracker.assessments.marking import MOST_IN_A_MODULE, is_sure
from tracker.curricula.models import KeyField
from tracker.progress.models import AchievementEvent

# A slug, a slash and a module's key are the longest thing a check can be about.
ABOUT_LENGTH = 161


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def at(self, scope: str, about: str) -> Self:
        return self.filter(scope=scope, about=about)

    def open(self) -> Self:
        return self.filter(finished_at=None)

    def finished(self) -> Self:
        return self.exclude(finished_at=None)

    def proofs(self) -> Self:
        """Keep those that were passed and asked enough to mean something."""
        return self.filter(has_passed=True, is_practice=False)


class Attempt(models.Model):
    """One go at the questions of a milestone or a module.  Every one is kept, also a failed one."""

    class Scope(models.TextChoices):
        MILESTONE = "milestone", "milestone"
        MODULE = "module", "module"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attempts"
    )
    scope = models.CharField(max_length=9, choices=Scope)
    about = models.CharField(
        max_length=ABOUT_LENGTH, help_text="A milestone's key, or a path's slug / a module's key."
    )
    number = models.PositiveIntegerField()
    is_practice = models.BooleanField(default=False, help_text="It proves nothing when passed.")
    question_keys = models.JSONField(help_text="What was drawn, in order; for a module by level.")
    milestone_keys = models.JSONField(help_text="The milestones that passing it speaks for.")
    answers = models.JSONField(
        default=list,
        help_text='In order: {"question": key, "choice": text, "is_right": true, "of": choices}.',
    )
    right_count = models.PositiveSmallIntegerField(default=0)
    asked_count = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    has_passed = models.BooleanField(null=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "scope", "about", "number"], name="attempt_is_numbered_once"
            ),
            models.UniqueConstraint(
                fields=["learner", "scope", "about"],
                condition=Q(finished_at=None),
                name="one_attempt_is_open_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, has_passed=None)
                | Q(finished_at__isnull=False, has_passed__isnull=False),
                name="attempt_is_judged_when_finished",
            ),
            models.CheckConstraint(
                condition=Q(right_count__lte=F("asked_count")),
                name="attempt_has_no_more_right_than_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.about}, attempt {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("attempt", args=[self.pk])

    @property
    def seed(self) -> str:
        return f"check {self.learner_id} {self.about} {self.number}"

    @property
    def is_of_module(self) -> bool:
        return self.scope == self.Scope.MODULE

    @property
    def results(self) -> list[bool]:
        return [answer["is_right"] for answer in self.answers]

    @property
    def was_cut_short(self) -> bool:
        """Say whether a module's questions ended early, as more would have changed nothing."""
        most = min(len(self.question_keys), MOST_IN_A_MODULE)
        return self.is_of_module and is_sure(self.results) and self.asked_count < most

    @property
    def is_proof(self) -> bool:
        return bool(self.has_passed) and not self.is_practice


class PlacementQuerySet(models.QuerySet["Placement"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def standing(self) -> Self:
        return self.filter(undone_at=None)


class Placement(models.Model):
    """A learner's "I know this" for a module: how they said it, and what it changed."""

    class Way(models.TextChoices):
        CLAIM = "claim", "on your word"
        CHECK = "check", "by a self-check"
        EVIDENCE = "evidence", "with evidence"

    class EvidenceKind(models.TextChoices):
        CERTIFICATE = "certificate", "A certificate"
        REPOSITORY = "repository", "A repository"
        COURSE = "course", "A course record"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="placements"
    )
    curriculum_slug = models.SlugField(max_length=80)
    module_key = KeyField()
    way = models.CharField(max_length=8, choices=Way)
    attempt = models.OneToOneField(
        Attempt, null=True, on_delete=models.CASCADE, related_name="placement"
    )
    evidence_kind = models.CharField(max_length=11, choices=EvidenceKind, blank=True)
    evidence_url = models.URLField(
        blank=True, max_length=500, validators=[URLValidator(["http", "https"])]
    )
    placed_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    events: models.ManyToManyField[AchievementEvent, Any] = models.ManyToManyField(
        AchievementEvent, related_name="+"
    )

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ["-placed_at", "-pk"]
        indexes = [
            models.Index(
                fields=["learner", "curriculum_slug", "module_key"], name="placement_by_module"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(way="evidence") | ~Q(evidence_url="") & ~Q(evidence_kind=""),
                name="placement_with_evidence_names_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.module_key} {self.get_way_display()}"

    @property
    def is_claim(self) -> bool:
        return self.way == self.Way.CLAIM


class WorkQuerySet(models.QuerySet["Work"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def shown(self) -> Self:
        """Keep those with something to look at; whoever takes file and link away shows nothing."""
        return self.exclude(url="", file=None)

    def with_verdicts(self) -> Self:
        """Add when mentors last confirmed or declined the work as it is now, or None."""
        is_now = Q(invitations__answered_at__gte=F("changed_at"))
        latest = {
            name: Max("invitations__answered_at", filter=is_now & Q(invitations__verdict=verdict))
            for name, verdict in (
                ("confirmed_at", Invitation.Verdict.CONFIRMED),
                ("declined_at", Invitation.Verdict.NOT_YET),
            )
        }
        return self.annotate(**latest)


class Work(models.Model):
    """Finished work as its author shows and judges it.  Its link is never fetched."""

    class Mark(models.TextChoices):
        YES = "yes", "Yes"
        PARTLY = "partly", "Partly"
        NOT_YET = "not-yet", "Not yet"

    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="works"
    )
    milestone_key = KeyField()
    url = models.URLField(
        "link", blank=True, max_length=500, validators=[URLValidator(schemes=["http", "https"])]
    )
    text = models.TextField(blank=True, max_length=5000)
    marks = models.JSONField(
        default=list, help_text='In order: {"criterion": "...", "mark": "yes"}.'
    )
    changed_at = models.DateTimeField()
    # Only there after `with_verdicts`.
    confirmed_at: datetime | None
    declined_at: datetime | None

    objects = WorkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "milestone_key"], name="learner_shows_a_milestone_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_key} by {self.learner}"

    @property
    def quality(self) -> Fraction:
        """How good its author finds it, from 0 to 1; without a mark nothing is said."""
        given = [MARK_WEIGHS[mark["mark"]] for mark in self.marks]
        return sum(given, Fraction(0)) / len(given) if given else Fraction(0)


MARK_WEIGHS = {
    Work.Mark.YES: Fraction(1),
    Work.Mark.PARTLY: Fraction(1, 2),
    Work.Mark.NOT_YET: Fraction(0),
}


class WorkFileQuerySet(models.QuerySet["WorkFile"]):
    def of(self, learner: User) -> Self:
        return self.filter(work__learner=learner)

    def without_content(self) -> Self:
        """Leave the megabytes where they are, for a page that only says what there is."""
        return self.defer("content")


class WorkFile(models.Model):
    """The file that shows work, for its author and the mentors they invite.

    It lies in the database for the reasons that a certificate's does: it goes with its work.
    """

    work = models.OneToOneField(Work, on_delete=models.CASCADE, related_name="file")
    kind = models.CharField(max_length=24, choices=FileKind)
    content = models.BinaryField()
    added_at = models.DateTimeField()

    objects = WorkFileQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.work}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def of(self, learner: User) -> Self:
        return self.filter(work__learner=learner)

    def usable(self, at: datetime) -> Self:
        return self.filter(revoked_at=None, expires_at__gt=at)


class Invitation(models.Model):
    """A mentor's way to one piece of work, and to nothing else, until it expires or is revoked."""

    class Verdict(models.TextChoices):
        CONFIRMED = "confirmed", "confirmed"
        NOT_YET = "not-yet", "not yet"

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail address")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=9, choices=Verdict, blank=True)
    comment = models.TextField(blank=True, max_length=2000)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["work", "email"],
                condition=Q(revoked_at=None),
                name="mentor_is_invited_once",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, verdict="")
                | Q(answered_at__isnull=False) & ~Q(verdict=""),
                name="invitation_is_judged_when_answered",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("invited_at")), name="invitation_expires_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.work}"

    @property
    def is_confirmed(self) -> bool:
        return self.verdict == self.Verdict.CONFIRMED

    @property
    def is_about_an_earlier_version(self) -> bool:
        return self.answered_at is not None and self.answered_at < self.work.changed_at

"""When a learner learns it: the plan, the week it fits into, and its dated sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from tracker.accounts.models import User
from tracker.curricula.models import KeyField
from tracker.progress.models import Enrolment


class Style(models.TextChoices):
    SOON = "soon", "as soon as possible"
    STEADY = "steady", "evenly, up to the date"


class PauseCause(models.TextChoices):
    LEARNER = "learner", "you paused it"
    QUIET = "quiet", "it paused itself after quiet days"


class StudyPlan(models.Model):
    """One learner's plan over all enrolments: one week, one budget."""

    learner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="study_plan"
    )
    planned_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(
        default=0, editable=False, help_text="How often it was planned or taken back."
    )
    unplaced_count = models.PositiveIntegerField(default=0, editable=False)
    style = models.CharField(max_length=6, choices=Style, default=Style.SOON)
    minimum_piece_minutes = models.PositiveSmallIntegerField(
        default=25, validators=[MinValueValidator(5), MaxValueValidator(180)]
    )
    focus = models.ForeignKey(
        Enrolment,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="The path that goes first until its exam or target date is over.",
    )
    optional_paths = models.ManyToManyField(
        Enrolment,
        blank=True,
        related_name="+",
        help_text="The paths whose optional milestones are planned as well.",
    )
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_cause = models.CharField(max_length=7, choices=PauseCause, blank=True)
    resumes_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at=None, pause_cause="", resumes_on=None)
                | Q(paused_at__isnull=False) & ~Q(pause_cause=""),
                name="a_pause_has_a_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"Plan of {self.learner}"

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class Window(models.Model):
    """A time of the week a learner studies in, on the learner's own clock."""

    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="windows")
    weekday = models.PositiveSmallIntegerField(choices=Weekday)
    starts_at = models.TimeField()
    ends_at = models.TimeField()

    class Meta:
        ordering = ["weekday", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="window_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts_at:%H:%M}-{self.ends_at:%H:%M}"

    @property
    def minutes(self) -> int:
        starts = self.starts_at.hour * 60 + self.starts_at.minute
        return self.ends_at.hour * 60 + self.ends_at.minute - starts


class Break(models.Model):
    """Days without study: a holiday, or a single day off."""

    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="breaks")
    starts_on = models.DateField()
    ends_on = models.DateField()
    note = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="break_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"


class SpecialWindow(models.Model):
    """A time to study on one date; a date that has any does without its usual windows."""

    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="special_windows")
    date = models.DateField()
    starts_at = models.TimeField()
    ends_at = models.TimeField()

    class Meta:
        ordering = ["date", "starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="special_window_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.starts_at:%H:%M}-{self.ends_at:%H:%M}"


class BusyTime(models.Model):
    """A stretch a calendar of the learner's own says is taken; `source` names the calendar."""

    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="busy_times")
    source = models.CharField(max_length=40)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="busy_time_ends_after_it_starts"
            ),
        ]
        indexes = [models.Index(fields=["plan", "source"], name="busy_time_by_source")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M}"


class PathShare(models.Model):
    """How much of the week a path gets beside the others; without one, by the work left in it."""

    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.CASCADE, related_name="path_share", primary_key=True
    )
    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="path_shares")
    percent = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.percent} %"


class StudySessionQuerySet(models.QuerySet["StudySession"]):
    def of(self, learner: User) -> Self:
        return self.filter(plan__learner=learner)

    def planned(self) -> Self:
        return self.filter(state=StudySession.State.PLANNED)

    def unsettled(self) -> Self:
        """Keep those of which we do not know whether they happened, or thought they did not."""
        return self.filter(state__in=[StudySession.State.PLANNED, StudySession.State.MISSED])

    def under_way(self, at: datetime) -> Self:
        return self.filter(starts_at__lte=at, ends_at__gt=at)

    def ended(self, by: datetime) -> Self:
        return self.filter(ends_at__lte=by)

    def not_ended(self, at: datetime) -> Self:
        return self.filter(ends_at__gt=at)

    def pinned(self) -> Self:
        return self.filter(is_pinned=True)


class StudySession(models.Model):
    """A stretch of time for one milestone.  Future ones are computed; past ones are memory."""

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        STUDIED = "studied", "studied"
        DONE = "done", "milestone done"
        MISSED = "missed", "missed"
        SKIPPED = "skipped", "skipped"

    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="sessions")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.CASCADE, related_name="sessions")
    milestone_key = KeyField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.PLANNED)
    is_pinned = models.BooleanField(
        default=False, help_text="Put there by the learner: planning again leaves it alone."
    )
    minutes_studied = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(1_440)]
    )
    timer_started_at = models.DateTimeField(null=True, blank=True)
    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(
        default=0, editable=False, help_text="How often it has moved; calendars ask for it."
    )

    objects = StudySessionQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_ends_after_it_starts"
            ),
        ]
        indexes = [
            models.Index(fields=["plan", "starts_at"], name="session_by_plan"),
            models.Index(
                fields=["ends_at"], name="session_planned_by_end", condition=Q(state="planned")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.milestone_key} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class CancelledSession(models.Model):
    """A session that is no longer planned: calendars that know it have to be told for a while."""

    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="cancelled_sessions")
    uid = models.UUIDField(unique=True)
    sequence = models.PositiveIntegerField()
    milestone_key = KeyField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cancelled_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["cancelled_at"], name="cancelled_session_by_age")]

    def __str__(self) -> str:
        return f"{self.milestone_key} {self.starts_at:%Y-%m-%d %H:%M}, cancelled"


class ReviewTime(models.Model):
    """A stretch of the week kept free for reviews; computed with the sessions."""

    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="review_times")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="review_time_ends_after_it_starts"
            ),
        ]

    def __str__(self) -> str:
        return f"Reviews {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds() // 60)


class Baseline(models.Model):
    """What was first promised of a path: its finish date and the minutes planned week by week.

    `weeks` holds pairs of a Monday (ISO date) and the minutes planned in that week.
    """

    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.CASCADE, related_name="baseline", primary_key=True
    )
    made_at = models.DateTimeField()
    finish_on = models.DateField()
    weeks = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.finish_on}"


class PlannedFinish(models.Model):
    """The finish date a path's plan showed at the end of a week: what progress is told against."""

    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.CASCADE, related_name="planned_finishes"
    )
    week_of = models.DateField(help_text="The week's Monday.")
    finish_on = models.DateField()

    class Meta:
        ordering = ["-week_of"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "week_of"], name="one_planned_finish_a_week"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}, week of {self.week_of}: {self.finish_on}"


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def of(self, learner: User) -> Self:
        return self.filter(plan__learner=learner)

    def undoable(self) -> Self:
        return self.filter(undone_at=None)


class Receipt(models.Model):
    """What one change did to the plan, and all it takes to go back.

    `changes` lists every session touched, each as its columns before and after (see
    plans.memory); `origin` holds what besides sessions undoing has to put back; `finishes`
    lists the finish dates by path, before and after.
    """

    KEPT = 20

    class Cause(models.TextChoices):
        CHECK_OFF = "check_off", "Check-off"
        AVAILABILITY = "availability", "Change of your week"
        ENROLMENT = "enrolment", "Enrolment"
        LEAVING = "leaving", "Leaving a path"
        EDITION = "edition", "New edition"
        SESSION = "session", "Session changed by hand"
        REPLAN = "replan", "Planned again"
        MISSED = "missed", "Missed sessions moved ahead"
        CALENDAR = "calendar", "Busy calendar"
        TIME_ZONE = "time_zone", "Change of time zone"
        PAUSE = "pause", "Pause"
        RETURN = "return", "Coming back"
        LEFT_OUT = "left_out", "Optional work left out"

    plan = models.ForeignKey(StudyPlan, on_delete=models.CASCADE, related_name="receipts")
    cause = models.CharField(max_length=12, choices=Cause)
    subject = models.CharField(max_length=200, blank=True, help_text="What it was about.")
    made_at = models.DateTimeField()
    changes = models.JSONField(default=list)
    origin = models.JSONField(default=dict)
    finishes = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["plan", "-made_at"], name="receipt_by_plan_newest")]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} at {self.made_at:%Y-%m-%d %H:%M}"


class ForecastCalibration(models.Model):
    """How the forecast's ranges were set from learners who finished; the newest is used."""

    fitted_at = models.DateTimeField()
    learners = models.PositiveIntegerField()
    values = models.TextField(help_text="JSON, as studyplans.forecasting reads and writes it.")
    coverage_percent = models.FloatField(
        null=True, help_text="How often earlier ranges held the day that came."
    )

    class Meta:
        ordering = ["-fitted_at", "-pk"]
        get_latest_by = "fitted_at"

    def __str__(self) -> str:
        return f"{self.fitted_at:%Y-%m-%d}, from {self.learners} learners"


class ReplanRun(models.Model):
    """Many learners' plans computed again, batch by batch; any worker can take it on.

    `last_learner_id` is how far it has come: a run that was cut off goes on from there.
    """

    reason = models.CharField(max_length=200)
    curriculum_slug = models.SlugField(
        max_length=80, blank=True, help_text="Only learners who follow this; all where empty."
    )
    begun_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField(default=0)
    replanned = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    last_learner_id = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-begun_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.reason}: {self.replanned} of {self.total}"

"""What there is to learn: skills, roles, and curricula of modules of milestones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import AnonymousUser
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    RegexValidator,
    URLValidator,
)
from django.db import models
from django.db.models import Count, F, Prefetch, Q, Sum
from django.urls import reverse

from tracker.accounts.models import User

# A key lives for ever: order, title and parent of what it names may change, the key never.
KEY_PATTERN = r"^[a-z0-9]+([.-][a-z0-9]+)*$"
validate_key = RegexValidator(
    KEY_PATTERN,
    "Use lower-case letters and digits, joined by single dots or hyphens, such as math.la.vec.",
)


class KeyField(models.CharField):
    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 80)
        options.setdefault("validators", [validate_key])
        super().__init__(**options)


class DigestField(models.CharField):
    """What the catalogue's file said when a row was last loaded; empty for rows made by hand.

    A row whose entry has not changed since is left alone, so edits in the admin survive.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 64, "blank": True, "editable": False, **options})


class MarkdownField(models.TextField):
    """Prose that learners read as Markdown; an author's form can show it as they will see it."""


class Proficiency(models.IntegerChoices):
    NONE = 0, "none"
    AWARE = 1, "aware"
    GUIDED = 2, "guided"
    INDEPENDENT = 3, "independent"
    ADVANCED = 4, "advanced"
    EXPERT = 5, "expert"


class Area(models.Model):
    """A field of skills, such as deep learning."""

    key = KeyField(unique=True)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=300, blank=True)
    position = models.PositiveIntegerField(default=0)
    source_digest = DigestField()

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.title


class Skill(models.Model):
    key = KeyField(unique=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="skills")
    title = models.CharField(max_length=120)
    definition = models.CharField(max_length=300)
    aliases = models.JSONField(
        default=list, blank=True, help_text="Words an advertisement may use for it."
    )
    esco = models.JSONField(default=dict, blank=True, help_text="Its kind, ref and label in ESCO.")
    source_digest = DigestField()

    class Meta:
        ordering = ["area__position", "title"]

    def __str__(self) -> str:
        return self.title


class RoleProfile(models.Model):
    """A level or a specialisation: which proficiency it asks for in which skill."""

    class Kind(models.TextChoices):
        LEVEL = "level", "level"
        SPECIALISATION = "specialisation", "specialisation"

    key = KeyField(unique=True)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=16, choices=Kind)
    summary = models.TextField()
    daily = models.JSONField(default=list, help_text="What a person in this role does on a day.")
    any_of = models.JSONField(
        default=list,
        blank=True,
        help_text='Rules such as {"skills": [...], "level": 3, "count": 1}.',
    )
    occupations = models.JSONField(
        default=list, blank=True, help_text="The nearest occupations of O*NET, code and title."
    )
    position = models.PositiveIntegerField(default=0)
    source_digest = DigestField()

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.title


class SkillRequirement(models.Model):
    role = models.ForeignKey(RoleProfile, on_delete=models.CASCADE, related_name="requirements")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="required_by")
    proficiency = models.PositiveSmallIntegerField(choices=Proficiency)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "skill"], name="role_requires_a_skill_once"),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.proficiency}"


class CareerStep(models.Model):
    """A rung of the career ladder, reached after other rungs or roles."""

    key = KeyField(unique=True)
    title = models.CharField(max_length=120)
    note = models.CharField(max_length=300, blank=True)
    after = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField(default=0)
    source_digest = DigestField()

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.title


class Background(models.Model):
    """Where a learner comes from, and what people from there usually bring."""

    key = KeyField(unique=True)
    title = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    assumed = models.JSONField(default=dict, blank=True, help_text="Skill key to proficiency.")
    occupation = models.CharField(
        max_length=120, blank=True, help_text="The nearest occupation of ESCO, code and title."
    )
    position = models.PositiveIntegerField(default=0)
    source_digest = DigestField()

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.title


class Route(models.Model):
    """A form of education: self-study, university, bootcamp."""

    key = KeyField(unique=True)
    title = models.CharField(max_length=120)
    duration = models.CharField(max_length=120)
    strengths = models.JSONField(default=list)
    risks = models.JSONField(default=list)
    product_help = models.CharField(max_length=300, blank=True)
    paths: models.ManyToManyField[Curriculum, Any] = models.ManyToManyField(
        "Curriculum", related_name="routes", blank=True
    )
    position = models.PositiveIntegerField(default=0)
    source_digest = DigestField()

    class Meta:
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.title


class Resource(models.Model):
    """Something to learn from that lives elsewhere: we keep its title and its link."""

    class Cost(models.TextChoices):
        FREE = "free", "free"
        MIXED = "mixed", "partly free"
        PAID = "paid", "paid"

    key = KeyField(unique=True)
    title = models.CharField(max_length=200)
    url = models.URLField(max_length=500)
    format = models.CharField(max_length=20)
    cost = models.CharField(max_length=8, choices=Cost, default=Cost.FREE)
    source_digest = DigestField()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class CurriculumQuerySet(models.QuerySet["Curriculum"]):
    def published(self) -> Self:
        return self.filter(status=Curriculum.Status.PUBLISHED)

    def open_to_learners(self) -> Self:
        """Leave out drafts: retired editions stay readable for those who follow them."""
        return self.filter(status__in=[Curriculum.Status.PUBLISHED, Curriculum.Status.RETIRED])

    def of_the_catalogue(self) -> Self:
        """Leave out what learners own: that is nobody else's business, an author's neither."""
        return self.exclude(status=Curriculum.Status.PERSONAL)

    def personal_to(self, reader: User | AnonymousUser) -> Self:
        return self.filter(_is_personal_to(reader))

    def open_to(self, reader: User | AnonymousUser) -> Self:
        """Keep what this reader may see: what is open to all, and the paths of their own."""
        is_open = Q(status__in=[Curriculum.Status.PUBLISHED, Curriculum.Status.RETIRED])
        return self.filter(is_open | _is_personal_to(reader))

    def admitting(self, learner: User) -> Self:
        """Keep what this learner may enrol in."""
        is_published = Q(status=Curriculum.Status.PUBLISHED)
        return self.filter(is_published | _is_personal_to(learner))

    def newest_first(self) -> Self:
        return self.order_by("slug", "-edition")

    def matching(self, words: str) -> Self:
        """Keep those in which each of the words occurs: title, summary or a milestone's title."""
        found = self
        for word in words.split():
            in_milestone = Milestone.objects.of_the_catalogue().filter(title__icontains=word)
            found = found.filter(
                Q(title__icontains=word)
                | Q(summary__icontains=word)
                | Q(pk__in=in_milestone.values("curriculum"))
            )
        return found

    def touching(self, area_key: str) -> Self:
        taught = Milestone.objects.filter(skills__area__key=area_key)
        return self.filter(pk__in=taught.values("curriculum"))

    def with_totals(self) -> Self:
        """Add `effort_minutes` and `milestone_count` over the required milestones."""
        is_required = Q(milestones__is_required=True)
        return self.annotate(
            effort_minutes=Sum("milestones__effort_minutes", filter=is_required, default=0),
            milestone_count=Count("milestones", filter=is_required),
        )

    def with_outline(self) -> Self:
        """Bring modules and milestones along in two further queries."""
        milestones = Milestone.objects.order_by("position", "pk")
        return self.prefetch_related(
            Prefetch("modules", Module.objects.order_by("position", "pk")),
            Prefetch("modules__milestones", milestones),
        )


def _is_personal_to(reader: User | AnonymousUser) -> Q:
    # Nobody's own path is everybody's: someone not logged in owns none.
    return Q(status=Curriculum.Status.PERSONAL, owner=reader.pk, owner__isnull=False)


class Curriculum(models.Model):
    """An edition of a subject, a certification or a path: ordered modules of ordered milestones.

    The slug names the curriculum, slug and edition name the row.  An edition is a draft, then
    published, then retired; at most one of a slug is a draft and at most one is published.  The
    database refuses every change of an edition once it has been published (see migrations).

    A personal path is never published: it is made for one learner, its owner, and seen by nobody
    else.  Its milestones have the catalogue's keys, so that what is achieved in it counts anywhere.
    """

    class Kind(models.TextChoices):
        PATH = "path", "path"
        SUBJECT = "subject", "subject"
        CERTIFICATION = "certification", "certification"

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        PUBLISHED = "published", "published"
        RETIRED = "retired", "retired"
        PERSONAL = "personal", "personal"

    slug = models.SlugField(max_length=80)
    edition = models.PositiveIntegerField(default=1, editable=False)
    title = models.CharField(max_length=120)
    summary = models.TextField(help_text="What a learner will be able to do, in a sentence or two.")
    description = MarkdownField(
        blank=True, help_text="What more a learner may want to know, in Markdown."
    )
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.SUBJECT)
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    owner = models.ForeignKey(
        User,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="personal_paths",
        help_text="Whose personal path this is; empty for the catalogue.",
    )
    position = models.PositiveIntegerField(default=0)
    background = models.ForeignKey(
        Background, null=True, blank=True, on_delete=models.PROTECT, related_name="paths"
    )
    role = models.ForeignKey(
        RoleProfile,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="paths",
        help_text="The role a path leads to.",
    )
    weeks = models.PositiveSmallIntegerField(null=True, blank=True)
    hours_per_week = models.PositiveSmallIntegerField(null=True, blank=True)
    credited_keys = models.JSONField(
        default=list,
        blank=True,
        help_text="Keys of milestones a path takes for known from the background.",
    )
    replaced_keys = models.JSONField(
        default=dict,
        blank=True,
        help_text="Keys of the edition before that are gone, each with the keys in their place.",
    )
    edition_note = models.TextField("what is new", blank=True, help_text="Learners read it.")
    source_digest = DigestField()

    objects = CurriculumQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug", "edition"]
        verbose_name_plural = "curricula"
        constraints = [
            models.UniqueConstraint(fields=["slug", "edition"], name="edition_is_numbered_once"),
            models.UniqueConstraint(
                fields=["slug"], condition=Q(status="draft"), name="slug_has_one_draft"
            ),
            models.UniqueConstraint(
                fields=["slug"], condition=Q(status="published"), name="slug_is_published_once"
            ),
            models.CheckConstraint(
                condition=Q(status="personal", owner__isnull=False)
                | Q(~Q(status="personal"), owner=None),
                name="personal_paths_have_owners",
            ),
        ]
        permissions = [("publish_curriculum", "Can publish and retire curricula")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("path", args=[self.slug])

    @property
    def is_published(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def is_personal(self) -> bool:
        return self.status == self.Status.PERSONAL

    def admits(self, learner: User) -> bool:
        return self.is_published or (self.is_personal and self.owner_id == learner.pk)


class Module(models.Model):
    """A part of a curriculum, with a rule for how much of it is required."""

    class Rule(models.TextChoices):
        ALL = "all", "everything required in it"
        AT_LEAST_COUNT = "count", "at least so many milestones"
        AT_LEAST_MINUTES = "minutes", "at least so many minutes"

    curriculum = models.ForeignKey(Curriculum, on_delete=models.CASCADE, related_name="modules")
    key = KeyField()
    title = models.CharField(max_length=120)
    position = models.PositiveIntegerField(default=0)
    rule = models.CharField(max_length=8, choices=Rule, default=Rule.ALL)
    rule_amount = models.PositiveIntegerField(
        null=True, blank=True, help_text="How many milestones or minutes; empty for everything."
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["curriculum", "key"], name="module_key_is_unique_in_its_curriculum"
            ),
            models.CheckConstraint(
                condition=Q(rule="all", rule_amount=None) | Q(~Q(rule="all"), rule_amount__gt=0),
                name="module_rule_has_its_amount",
                violation_error_message="“At least” needs an amount; “everything” has none.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class MilestoneQuerySet(models.QuerySet["Milestone"]):
    def of_the_catalogue(self) -> Self:
        """Leave out the copies in personal paths, which may be as many as there are learners."""
        return self.filter(curriculum__owner=None)

    def newest_last(self, keys: Iterable[str]) -> Self:
        """Bring the catalogue's rows of these keys so that a dict by key keeps the newest."""
        found = self.of_the_catalogue().filter(key__in=set(keys))
        return found.order_by("curriculum__edition", "pk")

    def with_details(self) -> Self:
        """Bring along what a milestone's page shows, in a constant number of queries."""
        resources = Resource.objects.select_related("link_check")
        return self.select_related("curriculum", "module").prefetch_related(
            "prerequisites", "skill_levels__skill", Prefetch("resources", resources)
        )


class Milestone(models.Model):
    """One thing to learn, small enough to finish and check off.

    The same key in two curricula is the same achievement: learnt once, known in both.
    """

    class Kind(models.TextChoices):
        READ = "read", "read"
        WATCH = "watch", "watch"
        PRACTISE = "practise", "practise"
        PROJECT = "project", "project"
        ASSESSMENT = "assessment", "assessment"
        EXAM = "exam", "exam"

    curriculum = models.ForeignKey(
        Curriculum, on_delete=models.CASCADE, related_name="milestones", editable=False
    )
    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="milestones")
    key = KeyField()
    title = models.CharField(max_length=160)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.PRACTISE)
    effort_minutes = models.PositiveIntegerField(
        validators=[MinValueValidator(5), MaxValueValidator(100 * 60)],
        help_text="What it takes a learner who meets the prerequisites, in minutes.",
    )
    is_required = models.BooleanField("required", default=True)
    done_when = models.TextField(help_text="What one can observe when it is done.")
    description = MarkdownField(
        blank=True, help_text="Why it matters, or how to go about it, in Markdown."
    )
    steps = models.JSONField(
        default=list,
        blank=True,
        help_text='Parts of a long milestone, such as {"title": "...", "minutes": 90}.',
    )
    rubric = models.JSONField(
        default=list, blank=True, help_text="What a stranger checks in the finished work."
    )
    position = models.PositiveIntegerField(default=0)
    prerequisites = models.ManyToManyField(
        "self",
        symmetrical=False,
        related_name="unlocks",
        blank=True,
        help_text="Milestones of the same curriculum to finish first.",
    )
    needed_elsewhere = models.JSONField(
        default=list,
        blank=True,
        editable=False,
        help_text="Keys of prerequisites that stand in another curriculum.",
    )
    skills = models.ManyToManyField(Skill, through="SkillLevel", related_name="milestones")
    resources = models.ManyToManyField(Resource, related_name="milestones", blank=True)

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["curriculum", "key"], name="milestone_key_is_unique_in_its_curriculum"
            ),
        ]
        indexes = [models.Index(F("key"), name="milestone_key")]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.curriculum_id = self.module.curriculum_id
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("milestone", args=[self.key])


class SkillLevel(models.Model):
    """The proficiency in a skill that a milestone leads to."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="skill_levels")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="levels")
    proficiency = models.PositiveSmallIntegerField(
        choices=Proficiency, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["milestone", "skill"], name="milestone_names_a_skill_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill} {self.proficiency}"


class DraftChange(models.Model):
    """One save of a draft: what the rows it touched said before and after.

    `rows` names each by its kind and its key, as `edition_history` wrote it down; a row without
    a before was added, one without an after was deleted.
    """

    edition = models.ForeignKey(Curriculum, on_delete=models.CASCADE, related_name="changes")
    entry = models.OneToOneField(
        LogEntry, null=True, on_delete=models.SET_NULL, related_name="draft_change"
    )
    rows = models.JSONField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.edition}, change {self.pk}"


class CertificationQuerySet(models.QuerySet["Certification"]):
    def by(self, provider: str) -> Self:
        return self.filter(provider=provider)

    def with_links(self) -> Self:
        """Bring along what leads on from a certification: its curriculum and its successor."""
        return self.select_related("curriculum", "successor")


class Certification(models.Model):
    """A vendor's exam, as its own page stated it on a given day."""

    class Status(models.TextChoices):
        CURRENT = "current", "current"
        IN_TRANSITION = "in transition", "in transition"
        RETIRING = "retiring", "retiring"
        RETIRED = "retired", "retired"
        UNKNOWN = "unknown", "unknown"

    OPEN_STATUSES = (Status.CURRENT, Status.IN_TRANSITION, Status.RETIRING)

    key = KeyField(unique=True)
    title = models.CharField(max_length=160)
    provider = models.CharField(max_length=80)
    code = models.CharField(max_length=80, blank=True)
    vendor_url = models.URLField(
        "vendor's page", blank=True, max_length=500, help_text="The vendor's own page of the exam."
    )
    status = models.CharField(max_length=16, choices=Status)
    status_note = models.CharField(max_length=200, blank=True)
    retires_on = models.DateField(null=True, blank=True, help_text="The last day to take it.")
    retired_on = models.DateField(null=True, blank=True, help_text="The day it was withdrawn.")
    successor = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="predecessors",
        help_text="The certification to take instead.",
    )
    versions = models.JSONField(
        default=list,
        blank=True,
        help_text='In a transition, what to take and until when: {"title": "...", "starts_on": '
        '"2026-09-29", "ends_on": null, "note": "..."}.',
    )
    curriculum = models.OneToOneField(
        Curriculum, null=True, blank=True, on_delete=models.SET_NULL, related_name="certification"
    )
    domains = models.JSONField(default=list, blank=True)
    questions = models.CharField(max_length=60, blank=True)
    minutes = models.CharField(max_length=60, blank=True)
    price_usd = models.CharField(max_length=60, blank=True)
    passing = models.CharField(max_length=120, blank=True)
    validity = models.CharField(max_length=120, blank=True)
    questions_count = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    list_price_usd = models.PositiveSmallIntegerField("list price in USD", null=True, blank=True)
    validity_months = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="How long a certificate is valid; empty if not known."
    )
    notes = models.JSONField(default=list, blank=True)
    as_of = models.CharField(max_length=20)
    confidence = models.CharField(max_length=120)
    source_digest = DigestField()

    objects = CertificationQuerySet.as_manager()

    class Meta:
        ordering = ["provider", "title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(successor=None) | ~Q(successor=F("pk")),
                name="certification_does_not_succeed_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("certification", args=[self.key])

    @property
    def is_retired(self) -> bool:
        return self.status == self.Status.RETIRED

    @property
    def is_open(self) -> bool:
        """Whether it can be taken, in one version or another."""
        return self.status in self.OPEN_STATUSES


class Question(models.Model):
    """A question on a milestone, wherever that milestone occurs, with one right choice."""

    key = KeyField(unique=True)
    milestone_key = KeyField(db_index=True)
    prompt = models.TextField()
    position = models.PositiveIntegerField(default=0)
    source_digest = DigestField()

    class Meta:
        ordering = ["milestone_key", "position", "key"]

    def __str__(self) -> str:
        return self.key


class Choice(models.Model):
    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="choices")
    text = models.CharField(max_length=400)
    is_right = models.BooleanField("right", default=False)
    why = models.TextField(help_text="Why it is right, or which misconception makes it wrong.")
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["question", "text"], name="question_has_a_choice_once"),
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(is_right=True),
                name="question_has_one_right_choice",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class LinkCheck(models.Model):
    """What we know of a resource's link.  It speaks of the address it names, and of no other."""

    resource = models.OneToOneField(Resource, on_delete=models.CASCADE, related_name="link_check")
    url = models.URLField(max_length=500)
    last_checked_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    last_failed_on = models.DateField(null=True, blank=True)
    failing_days = models.PositiveSmallIntegerField(default=0)
    gone_days = models.PositiveSmallIntegerField(default=0)
    dead_since = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=100, blank=True)
    moved_to = models.CharField(max_length=1000, blank=True)

    def __str__(self) -> str:
        return self.url


class ResourceProposalQuerySet(models.QuerySet["ResourceProposal"]):
    def of(self, learner: User) -> Self:
        return self.filter(learner=learner)

    def to_review(self) -> Self:
        return self.filter(state=ResourceProposal.State.OPEN)

    def made_since(self, moment: datetime) -> Self:
        return self.filter(created_at__gt=moment)


class ResourceProposal(models.Model):
    """A learner's replacement for a resource, until an author accepts or declines it."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        ACCEPTED = "accepted", "accepted"
        DECLINED = "declined", "declined"

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="proposals")
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="resource_proposals"
    )
    title = models.CharField(max_length=200)
    url = models.URLField(
        "link", max_length=500, validators=[URLValidator(schemes=["http", "https"])]
    )
    note = models.TextField(blank=True, max_length=1000)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    created_at = models.DateTimeField("proposed at")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="decided_proposals",
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ResourceProposalQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "learner", "url"], name="learner_proposes_a_link_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None)
                | Q(~Q(state="open"), decided_at__isnull=False),
                name="proposal_is_decided_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.title

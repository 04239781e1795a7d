"""Questions asked of progress; each answers in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet, Sum

from common.durations import duration
from tracker.accounts.models import User
from tracker.curricula.models import (
    Curriculum,
    CurriculumQuerySet,
    Milestone,
    Module,
    Resource,
)
from tracker.curricula.questions import question_counts
from tracker.curricula.selectors import link_check_of
from tracker.progress.models import Achievement, AchievementEvent, Enrolment, basis_of
from tracker.progress.percent import COUNTED_STATES, Share, counted_keys, module_share, sum_shares

Person = User | AnonymousUser
Curricula = Sequence[Curriculum] | QuerySet[Curriculum]


@dataclass(frozen=True, slots=True)
class MilestoneRow:
    """A milestone as one learner sees it."""

    milestone: Milestone
    state: str
    missing: tuple[Milestone, ...]
    basis: str | None = None

    @property
    def is_locked(self) -> bool:
        return bool(self.missing)

    @property
    def is_waiting(self) -> bool:
        """Still to do, and something else comes first."""
        return self.is_locked and self.state == Achievement.State.OPEN

    @property
    def is_done(self) -> bool:
        return self.state == Achievement.State.DONE

    @property
    def is_counted(self) -> bool:
        return self.state in COUNTED_STATES

    @property
    def state_label(self) -> str:
        return Achievement.State(self.state).label

    @property
    def is_shown(self) -> bool:
        """Finished, and known by more than the learner's word."""
        return self.basis not in (None, Achievement.Basis.CLAIMED)

    @property
    def basis_label(self) -> str:
        return Achievement.Basis(self.basis).label if self.basis else ""


@dataclass(frozen=True, slots=True)
class ModuleStanding:
    module: Module
    rows: tuple[MilestoneRow, ...]
    share: Share

    @property
    def done_count(self) -> int:
        return sum(row.is_counted for row in self.rows)

    @property
    def is_optional(self) -> bool:
        return not self.share.required_minutes

    @property
    def is_finished(self) -> bool:
        """All that is required is done; a module that requires nothing is never finished."""
        return self.share.is_complete and not self.is_optional

    @property
    def rule_in_words(self) -> str:
        """Say what the module asks for: All of it, At least 3 of 7, At least 6 h of 12 h."""
        required = [row.milestone for row in self.rows if row.milestone.is_required]
        amount = self.module.rule_amount or 0
        if self.is_optional:
            return "All of it is optional"
        if self.module.rule == Module.Rule.AT_LEAST_COUNT:
            return f"At least {amount} of {len(required)}"
        if self.module.rule == Module.Rule.AT_LEAST_MINUTES:
            offered = sum(milestone.effort_minutes for milestone in required)
            return f"At least {duration(amount)} of {duration(offered)}"
        return "All of it" if len(required) == len(self.rows) else "All but the optional"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a learner stands in a curriculum, module by module."""

    curriculum: Curriculum
    modules: tuple[ModuleStanding, ...]
    share: Share

    @property
    def done_count(self) -> int:
        return sum(module.done_count for module in self.modules)

    @property
    def skipped_count(self) -> int:
        return sum(row.state == Achievement.State.SKIPPED for row in self.rows)

    @property
    def rows(self) -> list[MilestoneRow]:
        return [row for module in self.modules for row in module.rows]

    @property
    def next_row(self) -> MilestoneRow | None:
        """The first milestone in the author's order that is open and unlocked."""
        waiting = {Achievement.State.OPEN, Achievement.State.LEARNING}
        return next((row for row in self.rows if row.state in waiting and not row.is_locked), None)


def states_of(learner: Person, keys: Iterable[str] | None = None) -> dict[str, str]:
    """Return the state by milestone key, of all or of the given keys; open ones may be missing."""
    if not isinstance(learner, User):
        return {}
    achievements = Achievement.objects.of(learner)
    if keys is not None:
        achievements = achievements.filter(milestone_key__in=list(keys))
    return dict(achievements.values_list("milestone_key", "state"))


def bases_of(learner: Person, keys: Iterable[str] | None = None) -> dict[str, str]:
    """Return what each finished milestone rests on: a claim, evidence, or a passed check."""
    if not isinstance(learner, User):
        return {}
    finished = Achievement.objects.of(learner).filter(state__in=COUNTED_STATES)
    if keys is not None:
        finished = finished.filter(milestone_key__in=list(keys))
    columns = ("milestone_key", "state", "is_tested", "evidence_url")
    found = {
        key: basis_of(state, is_tested=is_tested, evidence_url=evidence_url)
        for key, state, is_tested, evidence_url in finished.values_list(*columns)
    }
    return {key: basis for key, basis in found.items() if basis}


def standing_of(learner: Person, curriculum: Curriculum) -> Standing:
    return standings_in(learner, [curriculum])[0]


def standings_in(learner: Person, curricula: Sequence[Curriculum]) -> list[Standing]:
    """Return the standing in each curriculum, in five queries for all."""
    states, bases = states_of(learner), bases_of(learner)
    missing = _missing_prerequisites(curricula, counted_keys(states))
    modules = _modules_by_curriculum(curricula)
    return [
        _standing(curriculum, modules[curriculum.pk], states, missing, bases)
        for curriculum in curricula
    ]


def _standing(
    curriculum: Curriculum,
    modules: list[Module],
    states: dict[str, str],
    missing: dict[int, list[Milestone]],
    bases: dict[str, str],
) -> Standing:
    standings = tuple(_module_standing(module, states, missing, bases) for module in modules)
    return Standing(curriculum, standings, sum_shares(module.share for module in standings))


def _module_standing(
    module: Module,
    states: dict[str, str],
    missing: dict[int, list[Milestone]],
    bases: dict[str, str],
) -> ModuleStanding:
    milestones = list(module.milestones.all())
    rows = tuple(
        MilestoneRow(
            milestone,
            states.get(milestone.key, Achievement.State.OPEN),
            tuple(missing[milestone.pk]),
            bases.get(milestone.key),
        )
        for milestone in milestones
    )
    return ModuleStanding(module, rows, module_share(module, milestones, counted_keys(states)))


def _missing_prerequisites(
    curricula: Sequence[Curriculum], counted: Collection[str]
) -> dict[int, list[Milestone]]:
    links = (
        Milestone.prerequisites.through.objects.filter(from_milestone__curriculum__in=curricula)
        .select_related("to_milestone")
        .order_by("to_milestone__position")
    )
    missing: dict[int, list[Milestone]] = defaultdict(list)
    for link in links:
        if link.to_milestone.key not in counted:
            missing[link.from_milestone_id].append(link.to_milestone)
    return missing


def _modules_by_curriculum(curricula: Curricula) -> dict[int, list[Module]]:
    modules = Module.objects.filter(curriculum__in=curricula).select_related("curriculum")
    by_curriculum: dict[int, list[Module]] = defaultdict(list)
    for module in modules.prefetch_related("milestones"):
        by_curriculum[module.curriculum_id].append(module)
    return by_curriculum


def share_with(curriculum: Curriculum, counted: Collection[str]) -> Share:
    """Return the share of a curriculum if just these keys counted."""
    return _share_of(_modules_by_curriculum([curriculum])[curriculum.pk], counted)


def _share_of(modules: Iterable[Module], counted: Collection[str]) -> Share:
    return sum_shares(module_share(module, module.milestones.all(), counted) for module in modules)


def shares_of(learner: Person, curricula: Curricula) -> dict[int, Share]:
    """Return each curriculum's share by its primary key, in three queries for all."""
    counted = counted_keys(states_of(learner))
    return {
        pk: _share_of(modules, counted) for pk, modules in _modules_by_curriculum(curricula).items()
    }


def find_milestone(key: str, *, learner: Person, slug: str | None = None) -> Milestone | None:
    """Return the milestone of this key that suits the reader best.

    The named curriculum first, then one the learner follows, then the subject that is its home.
    """
    found = Milestone.objects.with_details().filter(
        key=key, curriculum__in=Curriculum.objects.open_to(learner)
    )
    followed: set[int] = set()
    if isinstance(learner, User):
        enrolments = Enrolment.objects.of(learner).current()
        followed = set(enrolments.values_list("curriculum_id", flat=True))

    def preference(milestone: Milestone) -> tuple[bool, bool, bool, bool, int, int]:
        curriculum = milestone.curriculum
        return (
            curriculum.slug != slug,
            curriculum.pk not in followed,
            not curriculum.is_published,
            curriculum.kind == Curriculum.Kind.PATH,
            -curriculum.edition,
            milestone.pk,
        )

    return min(found, key=preference, default=None)


def unlocked_by(milestone_key: str, *, learner: User) -> list[Milestone]:
    """Return the open milestones of followed curricula that had only this one left to wait for."""
    followed = Enrolment.objects.of(learner).current().values("curriculum")
    waiting = Milestone.objects.filter(
        prerequisites__key=milestone_key, curriculum__in=followed
    ).prefetch_related("prerequisites")
    states = states_of(learner)
    counted = counted_keys(states)
    unlocked = {
        milestone.key: milestone
        for milestone in waiting
        if states.get(milestone.key, Achievement.State.OPEN) == Achievement.State.OPEN
        and all(prerequisite.key in counted for prerequisite in milestone.prerequisites.all())
    }
    return list(unlocked.values())


@dataclass(frozen=True, slots=True)
class Prerequisite:
    milestone: Milestone
    is_counted: bool


@dataclass(frozen=True, slots=True)
class LinkedResource:
    resource: Resource

    @property
    def host(self) -> str:
        """The site it lives on, without a leading www."""
        return _host(self.resource.url)

    @property
    def dead_since(self) -> datetime | None:
        check = link_check_of(self.resource)
        return check.dead_since if check else None

    @property
    def moved_to(self) -> str:
        """The site it has moved to for good; nothing when it only changed its spelling there."""
        check = link_check_of(self.resource)
        moved_to = _host(check.moved_to) if check else ""
        return "" if moved_to == self.host else moved_to


def _host(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")


@dataclass(frozen=True, slots=True)
class MilestoneView:
    """Everything a milestone's page shows."""

    row: MilestoneRow
    achievement: Achievement | None
    question_count: int
    enrolment: Enrolment | None
    previous: Milestone | None
    following: Milestone | None
    prerequisites: tuple[Prerequisite, ...]
    unlocks: tuple[Milestone, ...]
    resources: tuple[LinkedResource, ...]
    also_in: tuple[Curriculum, ...]
    events: tuple[LoggedChange, ...]

    @property
    def milestone(self) -> Milestone:
        return self.row.milestone


def milestone_view(milestone: Milestone, *, learner: Person) -> MilestoneView:
    needed = list(milestone.prerequisites.all())
    achievements = _achievements_of(learner, [milestone.key, *(each.key for each in needed)])
    achievement = achievements.get(milestone.key)
    states = {key: each.state for key, each in achievements.items()}
    prerequisites = tuple(Prerequisite(each, each.key in counted_keys(states)) for each in needed)
    missing = tuple(each.milestone for each in prerequisites if not each.is_counted)
    previous, following = _neighbours(milestone)
    also_in = Curriculum.objects.published().filter(milestones__key=milestone.key)
    return MilestoneView(
        row=MilestoneRow(
            milestone,
            states.get(milestone.key, Achievement.State.OPEN),
            missing,
            achievement.basis if achievement else None,
        ),
        achievement=achievement,
        question_count=question_counts([milestone.key]).get(milestone.key, 0),
        enrolment=enrolment_in(milestone.curriculum, learner=learner),
        previous=previous,
        following=following,
        prerequisites=prerequisites,
        unlocks=tuple(milestone.unlocks.all()),
        resources=tuple(LinkedResource(resource) for resource in milestone.resources.all()),
        also_in=tuple(also_in.exclude(slug=milestone.curriculum.slug)),
        events=_logged(_events_of(learner, milestone.key), {milestone.key: milestone.title}),
    )


def _achievements_of(learner: Person, keys: Iterable[str]) -> dict[str, Achievement]:
    if not isinstance(learner, User):
        return {}
    found = Achievement.objects.of(learner).filter(milestone_key__in=list(keys))
    return {achievement.milestone_key: achievement for achievement in found}


def enrolment_in(curriculum: Curriculum, *, learner: Person) -> Enrolment | None:
    """Return the learner's enrolment in any edition, unless they have left it."""
    if not isinstance(learner, User):
        return None
    enrolments = Enrolment.objects.of(learner).current().select_related("curriculum")
    return enrolments.filter(curriculum__slug=curriculum.slug).first()


def edition_for(editions: CurriculumQuerySet, slug: str, *, reader: Person) -> Curriculum | None:
    """Return the edition this reader follows, else the published one, else the last one."""
    followed = None
    if isinstance(reader, User):
        enrolments = Enrolment.objects.of(reader).current().filter(curriculum__slug=slug)
        followed = enrolments.values_list("curriculum_id", flat=True).first()

    def preference(edition: Curriculum) -> tuple[bool, bool, int]:
        return (edition.pk != followed, not edition.is_published, -edition.edition)

    return min(editions.open_to(reader).filter(slug=slug), key=preference, default=None)


def _neighbours(milestone: Milestone) -> tuple[Milestone | None, Milestone | None]:
    in_order = list(
        milestone.curriculum.milestones.order_by("module__position", "module", "position", "pk")
    )
    at = in_order.index(milestone)
    before = in_order[at - 1] if at else None
    after = in_order[at + 1] if at + 1 < len(in_order) else None
    return before, after


def _events_of(learner: Person, milestone_key: str) -> list[AchievementEvent]:
    if not isinstance(learner, User):
        return []
    events = AchievementEvent.objects.of(learner).filter(milestone_key=milestone_key)
    return list(events.select_related("undone_by"))


def enrolled_shares(learner: Person) -> dict[str, Share]:
    """Return the share of each curriculum a learner follows, in their edition, by its slug."""
    if not isinstance(learner, User):
        return {}
    followed = Enrolment.objects.of(learner).current().values("curriculum")
    editions = Curriculum.objects.filter(pk__in=followed)
    counted = counted_keys(states_of(learner))
    return {
        modules[0].curriculum.slug: _share_of(modules, counted)
        for modules in _modules_by_curriculum(editions).values()
    }


@dataclass(frozen=True, slots=True)
class CatalogueCard:
    curriculum: Curriculum
    share: Share | None


@dataclass(frozen=True, slots=True)
class CatalogueGroup:
    kind: str
    title: str
    cards: tuple[CatalogueCard, ...]


GROUP_TITLES = {
    Curriculum.Kind.PATH: "Paths",
    Curriculum.Kind.SUBJECT: "Subjects",
    Curriculum.Kind.CERTIFICATION: "Certifications",
}


def catalogue_groups(
    curricula: Iterable[Curriculum], shares: dict[str, Share]
) -> list[CatalogueGroup]:
    """Group curricula by kind, paths first, each with the reader's own share."""
    cards: dict[str, list[CatalogueCard]] = defaultdict(list)
    for curriculum in curricula:
        cards[curriculum.kind].append(CatalogueCard(curriculum, shares.get(curriculum.slug)))
    return [
        CatalogueGroup(kind, title, tuple(cards[kind]))
        for kind, title in GROUP_TITLES.items()
        if cards[kind]
    ]


@dataclass(frozen=True, slots=True)
class EnrolmentStanding:
    enrolment: Enrolment
    standing: Standing


def standings_of(learner: User) -> list[EnrolmentStanding]:
    """Return where the learner stands in everything they follow."""
    enrolments = list(Enrolment.objects.of(learner).current().select_related("curriculum"))
    standings = standings_in(learner, [enrolment.curriculum for enrolment in enrolments])
    return [EnrolmentStanding(*pair) for pair in zip(enrolments, standings, strict=True)]


def totals_of(learner: User) -> dict[str, int]:
    """Count milestones done over all curricula, and the minutes the learner wrote down."""
    achievements = Achievement.objects.of(learner)
    state = Q(state__in=COUNTED_STATES)
    totals = achievements.aggregate(
        done=Count("pk", filter=state), minutes=Sum("minutes_spent", default=0)
    )
    return {"done": totals["done"], "minutes": totals["minutes"]}


def titles_by_key(keys: Iterable[str]) -> dict[str, str]:
    """Return the newest title of each milestone key that the catalogue knows."""
    return dict(Milestone.objects.newest_last(keys).values_list("key", "title"))


@dataclass(frozen=True, slots=True)
class LoggedChange:
    """A line of the log as its owner reads it."""

    event: AchievementEvent
    title: str
    can_undo: bool

    @property
    def is_undone(self) -> bool:
        return hasattr(self.event, "undone_by")

    @property
    def state(self) -> str | None:
        """The new state, or None where the change was not of the state."""
        after: str = self.event.after["state"]
        return None if self.event.before["state"] == after else after

    @property
    def state_label(self) -> str | None:
        return None if self.state is None else Achievement.State(self.state).label

    @property
    def details(self) -> list[str]:
        """What else changed, in words."""
        after = self.event.after
        words = {
            "note": "note changed" if after["note"] else "note removed",
            "evidence_url": "evidence linked" if after["evidence_url"] else "evidence removed",
            "minutes_spent": f"{duration(after['minutes_spent'])} spent",
            "is_tested": "shown in a check" if after.get("is_tested") else "check taken back",
        }
        return [words[field] for field in _changed_fields(self.event) if field in words]


def _changed_fields(event: AchievementEvent) -> list[str]:
    return [field for field, value in event.after.items() if event.before[field] != value]


def _logged(events: Iterable[AchievementEvent], titles: dict[str, str]) -> tuple[LoggedChange, ...]:
    """Name each event and say whether it can be undone; the events come newest first."""
    current: dict[str, dict[str, Any]] = {}
    logged = []
    for event in events:
        now = current.setdefault(event.milestone_key, event.after)
        stands = all(now[field] == event.after[field] for field in _changed_fields(event))
        can_undo = stands and event.undoes_id is None and not hasattr(event, "undone_by")
        title = titles.get(event.milestone_key, event.milestone_key)
        logged.append(LoggedChange(event, title, can_undo))
    return tuple(logged)


def latest_events(learner: User, *, limit: int) -> tuple[LoggedChange, ...]:
    events = list(AchievementEvent.objects.of(learner).select_related("undone_by")[:limit])
    return _logged(events, titles_by_key(event.milestone_key for event in events))

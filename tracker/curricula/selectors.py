"""Questions asked of the catalogue."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, F, Prefetch, Q, QuerySet, Sum, When

from tracker.accounts.models import User
from tracker.curricula.models import (
    Background,
    CareerStep,
    Certification,
    CertificationQuerySet,
    Curriculum,
    CurriculumQuerySet,
    LinkCheck,
    Milestone,
    Proficiency,
    Resource,
    ResourceProposal,
    RoleProfile,
    Route,
    Skill,
    SkillRequirement,
)
from tracker.curricula.ways import shortest_way

# The upper bound in hours of each length a visitor may filter by; None is open-ended.
LENGTHS: Mapping[str, tuple[int, int | None]] = {
    "short": (0, 40),
    "medium": (40, 200),
    "long": (200, None),
}


PATHS_SUGGESTED = 3


def catalogue(
    *, words: str = "", kind: str = "", area: str = "", length: str = ""
) -> CurriculumQuerySet:
    """Return the published curricula that fit every filter given; empty ones do not filter."""
    found = Curriculum.objects.published().with_totals()
    if words:
        found = found.matching(words)
    if kind:
        found = found.filter(kind=kind)
    if area:
        found = found.touching(area)
    if length:
        least, most = LENGTHS[length]
        found = found.filter(Q(effort_minutes__gte=least * 60))
        found = found if most is None else found.filter(Q(effort_minutes__lt=most * 60))
    return _in_order(found.select_related("role", "background"))


def milestones_matching(words: str, *, limit: int) -> list[Milestone]:
    """Return milestones whose title holds every word, each key once, its home subject first."""
    found = Milestone.objects.filter(curriculum__status=Curriculum.Status.PUBLISHED)
    for word in words.split():
        found = found.filter(title__icontains=word)
    by_key: dict[str, Milestone] = {}
    for milestone in found.select_related("curriculum"):
        kept = by_key.get(milestone.key)
        if kept is None or kept.curriculum.kind == Curriculum.Kind.PATH:
            by_key[milestone.key] = milestone
    return list(by_key.values())[:limit]


def suggested_paths() -> list[Curriculum]:
    """Return the first few paths of the library, with their totals, to begin with."""
    return list(catalogue(kind=Curriculum.Kind.PATH)[:PATHS_SUGGESTED])


def library_counts() -> dict[str, int]:
    """Count what the library holds: each milestone once, wherever it is used."""
    subjects = Milestone.objects.filter(curriculum__status=Curriculum.Status.PUBLISHED).exclude(
        curriculum__kind=Curriculum.Kind.PATH
    )
    effort = subjects.aggregate(minutes=Sum("effort_minutes"))["minutes"] or 0
    published = Curriculum.objects.published()
    return {
        "paths": published.filter(kind=Curriculum.Kind.PATH).count(),
        "curricula": published.exclude(kind=Curriculum.Kind.PATH).count(),
        "milestones": subjects.count(),
        "hours": effort // 60,
    }


def featured_paths(*, limit: int) -> list[Curriculum]:
    """Return the first paths in the catalogue's order, with their hours."""
    paths = Curriculum.objects.published().filter(kind=Curriculum.Kind.PATH).with_totals()
    with_cards = paths.select_related("role", "background").annotate(hours=F("effort_minutes") / 60)
    return list(_in_order(with_cards)[:limit])


def _in_order(curricula: CurriculumQuerySet) -> CurriculumQuerySet:
    # A query with totals groups its rows, and a grouped query forgets the model's own ordering.
    return curricula.order_by("position", "slug")


def role_profiles() -> list[RoleProfile]:
    """Return every role with its requirements, strongest first, and the paths that lead to it."""
    requirements = SkillRequirement.objects.select_related("skill").order_by(
        "-proficiency", "skill__title"
    )
    published = Curriculum.objects.published()
    return list(
        RoleProfile.objects.prefetch_related(
            Prefetch("requirements", requirements), Prefetch("paths", published)
        )
    )


@dataclass(frozen=True, slots=True)
class CareerRung:
    """A step of the career ladder and the titles of the steps it follows."""

    step: CareerStep
    after: tuple[str, ...]


def career_ladder() -> list[CareerRung]:
    steps = list(CareerStep.objects.all())
    titles = {step.key: step.title for step in steps}
    titles |= dict(RoleProfile.objects.values_list("key", "title"))
    return [
        CareerRung(step, tuple(titles[key] for key in step.after if key in titles))
        for step in steps
    ]


def routes() -> list[Route]:
    return list(Route.objects.prefetch_related(Prefetch("paths", Curriculum.objects.published())))


def backgrounds() -> list[Background]:
    published = Curriculum.objects.published()
    return list(Background.objects.prefetch_related(Prefetch("paths", published)))


def resources_to_check(*, before: datetime, limit: int | None = None) -> list[Resource]:
    """Return resources not checked since that moment, the longest unchecked first.

    A check of another address than the resource has now counts for nothing.
    """
    checked_at = Case(When(link_check__url=F("url"), then=F("link_check__last_checked_at")))
    found = Resource.objects.select_related("link_check").annotate(checked_at=checked_at)
    due = found.filter(Q(checked_at=None) | Q(checked_at__lt=before))
    return list(due.order_by(F("checked_at").asc(nulls_first=True), "key")[:limit])


def link_check_of(resource: Resource) -> LinkCheck | None:
    """Return what we know of the link a resource has now."""
    check: LinkCheck | None = getattr(resource, "link_check", None)
    return check if check and check.url == resource.url else None


def resources_open_to_learners() -> QuerySet[Resource]:
    """Return the resources of milestones that learners can open."""
    curricula = Curriculum.objects.open_to_learners()
    used = Milestone.resources.through.objects.filter(milestone__curriculum__in=curricula)
    return Resource.objects.filter(pk__in=used.values("resource")).select_related("link_check")


def proposals_of(learner: User, resource: Resource) -> list[ResourceProposal]:
    """Return what a learner proposed instead of a resource, the newest first."""
    return list(ResourceProposal.objects.of(learner).filter(resource=resource))


# --- roles, backgrounds, and the ways between them --------------------------------------------


@dataclass(frozen=True, slots=True)
class SkillAt:
    """A skill and a proficiency in it."""

    skill: Skill
    proficiency: int

    @property
    def in_words(self) -> str:
        return Proficiency(self.proficiency).label


@dataclass(frozen=True, slots=True)
class AreaOfSkills:
    title: str
    skills: tuple[SkillAt, ...]


@dataclass(frozen=True, slots=True)
class EitherSkill:
    """A rule such as: at least one of these skills at this level."""

    count: int
    skills: tuple[str, ...]
    in_words: str


@dataclass(frozen=True, slots=True)
class RoleView:
    """Everything a role's page shows."""

    role: RoleProfile
    areas: tuple[AreaOfSkills, ...]
    either: tuple[EitherSkill, ...]
    paths: tuple[Curriculum, ...]
    onward: tuple[Curriculum, ...]
    next_level: RoleProfile | None


def role_view(role: RoleProfile) -> RoleView:
    """Return a role with the skills it asks for, the paths that lead to it, and those beyond."""
    paths = _paths_with_ends()
    arrivals = _arrivals().get(role.pk, [])
    levels = RoleProfile.objects.filter(kind=RoleProfile.Kind.LEVEL, position__gt=role.position)
    return RoleView(
        role=role,
        areas=areas_of(role.requirements.values_list("skill__key", "proficiency")),
        either=_either_skills(role),
        paths=tuple(path for path in paths if path.role_id == role.pk),
        onward=tuple(path for path in paths if path.background_id in arrivals),
        next_level=levels.first() if role.kind == RoleProfile.Kind.LEVEL else None,
    )


def areas_of(levels: Iterable[tuple[str, int]]) -> tuple[AreaOfSkills, ...]:
    """Group proficiencies by area, in the areas' order, the strongest first in each."""
    wanted = dict(levels)
    groups: dict[str, list[SkillAt]] = defaultdict(list)
    skills = Skill.objects.filter(key__in=wanted).select_related("area")
    for skill in skills.order_by("area__position", "area__key", "title"):
        if wanted[skill.key]:
            groups[skill.area.title].append(SkillAt(skill, wanted[skill.key]))
    return tuple(
        AreaOfSkills(title, tuple(sorted(found, key=lambda each: -each.proficiency)))
        for title, found in groups.items()
    )


def _either_skills(role: RoleProfile) -> tuple[EitherSkill, ...]:
    keys = {key for rule in role.any_of for key in rule["skills"]}
    titles = dict(Skill.objects.filter(key__in=keys).values_list("key", "title"))
    return tuple(
        EitherSkill(
            rule["count"],
            tuple(titles.get(key, key) for key in rule["skills"]),
            Proficiency(rule["level"]).label,
        )
        for rule in role.any_of
    )


def paths_from(background: Background) -> list[Curriculum]:
    return [path for path in _paths_with_ends() if path.background_id == background.pk]


def _paths_with_ends() -> list[Curriculum]:
    paths = Curriculum.objects.published().filter(kind=Curriculum.Kind.PATH).with_totals()
    return list(_in_order(paths.select_related("role", "background")))


def _arrivals() -> dict[int, list[int]]:
    """Name, for each role, the backgrounds that assume exactly what it requires."""
    required: dict[int, dict[str, int]] = defaultdict(dict)
    rows = SkillRequirement.objects.values_list("role", "skill__key", "proficiency")
    for role_pk, skill, proficiency in rows:
        required[role_pk][skill] = proficiency
    assumed = list(Background.objects.values_list("pk", "assumed"))
    return {role: [pk for pk, brought in assumed if brought == of] for role, of in required.items()}


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody gets from a background to a role.

    Without a way, `others` are the paths that lead to the role from elsewhere.
    """

    background: Background
    role: RoleProfile
    is_there: bool
    paths: tuple[Curriculum, ...]
    others: tuple[Curriculum, ...]

    @property
    def effort_minutes(self) -> int:
        return sum(getattr(path, "effort_minutes", 0) for path in self.paths)


def way_between(background: Background, role: RoleProfile) -> Way:
    required = dict(role.requirements.values_list("skill__key", "proficiency"))
    meets = all(background.assumed.get(key, 0) >= level for key, level in required.items())
    paths = _paths_with_ends()
    way = shortest_way(background, role.pk, paths, _arrivals())
    return Way(
        background=background,
        role=role,
        is_there=bool(required) and meets,
        paths=way,
        others=tuple(path for path in paths if path.role_id == role.pk),
    )


# --- certifications ---------------------------------------------------------------------------


def certifications(*, provider: str = "", status: str = "") -> CertificationQuerySet:
    """Return the certifications that fit every filter given; empty ones do not filter."""
    found = Certification.objects.with_links()
    if provider:
        found = found.by(provider)
    return found.filter(status=status) if status else found


def providers() -> list[str]:
    names = Certification.objects.order_by("provider").values_list("provider", flat=True)
    return list(names.distinct())

"""Questions asked of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F, Prefetch, Q, Sum

from tracker.curricula.models import (
    Background,
    CareerStep,
    Curriculum,
    CurriculumQuerySet,
    Milestone,
    RoleProfile,
    Route,
    SkillRequirement,
)

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

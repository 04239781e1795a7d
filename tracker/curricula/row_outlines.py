"""Bring curricula of the database into the form that validation checks."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Prefetch

from tracker.curricula.models import Curriculum, Milestone, Module
from tracker.curricula.outline import (
    CurriculumOutline,
    MilestoneOutline,
    ModuleOutline,
    Reference,
    SkillAim,
)


def outline_of(curriculum: Curriculum) -> CurriculumOutline:
    place = f"curriculum “{curriculum.title}”"
    milestones = Prefetch("milestones", Milestone.objects.with_details().order_by("position", "pk"))
    modules = curriculum.modules.order_by("position", "pk").prefetch_related(milestones)
    return CurriculumOutline(
        slug=curriculum.slug,
        kind=curriculum.kind,
        title=curriculum.title,
        summary=curriculum.summary,
        position=curriculum.position,
        modules=tuple(_module(module) for module in modules),
        background=_reference(curriculum.background, place),
        role=_reference(curriculum.role, place),
        weeks=curriculum.weeks,
        hours_per_week=curriculum.hours_per_week,
        credited=tuple(Reference(key=key, place=place) for key in curriculum.credited_keys),
        place=place,
    )


def existing_keys(keys: Iterable[str]) -> frozenset[str]:
    found = Milestone.objects.filter(key__in=list(keys))
    return frozenset(found.values_list("key", flat=True))


def sharing_keys_with(curriculum: Curriculum) -> list[CurriculumOutline]:
    """Return the other curricula, paths apart, that hold a milestone of the same key."""
    keys = curriculum.milestones.values("key")
    others = Curriculum.objects.exclude(pk=curriculum.pk).exclude(kind=Curriculum.Kind.PATH)
    sharing = others.filter(milestones__key__in=keys).distinct()
    return [outline_of(other) for other in sharing.select_related("background", "role")]


def _module(module: Module) -> ModuleOutline:
    place = f"module “{module.title}”"
    return ModuleOutline(
        key=module.key,
        title=module.title,
        rule=module.rule,
        rule_amount=module.rule_amount,
        milestones=tuple(_milestone(item, place) for item in module.milestones.all()),
        place=place,
    )


def _milestone(milestone: Milestone, module_place: str) -> MilestoneOutline:
    place = f"{module_place}, milestone {milestone.key}"
    needed = sorted(item.key for item in milestone.prerequisites.all())
    resources = sorted(item.key for item in milestone.resources.all())
    levels = sorted((item.skill.key, item.proficiency) for item in milestone.skill_levels.all())
    return MilestoneOutline(
        key=milestone.key,
        title=milestone.title,
        kind=milestone.kind,
        minutes=milestone.effort_minutes,
        done_when=milestone.done_when,
        is_required=milestone.is_required,
        prerequisites=tuple(Reference(key=key, place=place) for key in needed),
        skills=tuple(SkillAim(key=key, proficiency=n, place=place) for key, n in levels),
        resources=tuple(Reference(key=key, place=place) for key in resources),
        place=place,
    )


def _reference(row: object | None, place: str) -> Reference | None:
    return None if row is None else Reference(key=getattr(row, "key", ""), place=place)

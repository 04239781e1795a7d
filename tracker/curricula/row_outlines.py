"""Bring curricula of the database into the form that validation checks and export writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from tracker.curricula.models import Curriculum, Milestone, Module, SkillLevel
from tracker.curricula.outline import (
    CurriculumOutline,
    MilestoneOutline,
    MilestoneStep,
    ModuleOutline,
    Reference,
    ReplacedKey,
    SkillAim,
)


@dataclass(frozen=True)
class Links:
    """What the milestones of a curriculum refer to, by their primary keys, as it was written."""

    prerequisites: Mapping[int, list[str]]
    skills: Mapping[int, list[tuple[str, int]]]
    resources: Mapping[int, list[str]]


def outline_of(curriculum: Curriculum) -> CurriculumOutline:
    place = f"curriculum “{curriculum.title}”"
    milestones = Prefetch("milestones", Milestone.objects.order_by("position", "pk"))
    modules = curriculum.modules.order_by("position", "pk").prefetch_related(milestones)
    links = links_of(curriculum)
    return CurriculumOutline(
        slug=curriculum.slug,
        kind=curriculum.kind,
        title=curriculum.title,
        summary=curriculum.summary,
        description=curriculum.description,
        position=curriculum.position,
        modules=tuple(_module(module, links) for module in modules),
        background=_reference(curriculum.background, place),
        role=_reference(curriculum.role, place),
        weeks=curriculum.weeks,
        hours_per_week=curriculum.hours_per_week,
        credited=tuple(Reference(key=key, place=place) for key in curriculum.credited_keys),
        replaced=tuple(
            ReplacedKey(
                key=key, by=tuple(Reference(key=one, place=place) for one in by), place=place
            )
            for key, by in curriculum.replaced_keys.items()
        ),
        place=place,
    )


def milestone_outlines(milestones: Iterable[Milestone]) -> dict[str, MilestoneOutline]:
    """Return milestones of any curricula by their keys, in four queries."""
    found = Milestone.objects.filter(pk__in=[milestone.pk for milestone in milestones])
    links = _links(found)
    return {milestone.key: _milestone(milestone, links, "catalogue") for milestone in found}


def links_of(curriculum: Curriculum) -> Links:
    return _links(Milestone.objects.filter(curriculum=curriculum))


def _links(milestones: QuerySet[Milestone]) -> Links:
    needs, uses = Milestone.prerequisites.through, Milestone.resources.through
    needed = needs._default_manager.filter(from_milestone__in=milestones)
    used = uses._default_manager.filter(milestone__in=milestones)
    levels = SkillLevel.objects.filter(milestone__in=milestones).order_by("pk")
    skills: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for pk, key, proficiency in levels.values_list("milestone_id", "skill__key", "proficiency"):
        skills[pk].append((key, proficiency))
    return Links(
        prerequisites=_keys_by_milestone(
            needed.order_by("pk").values_list("from_milestone_id", "to_milestone__key")
        ),
        skills=skills,
        resources=_keys_by_milestone(
            used.order_by("pk").values_list("milestone_id", "resource__key")
        ),
    )


def _keys_by_milestone(pairs: Iterable[tuple[int, str]]) -> Mapping[int, list[str]]:
    keys: dict[int, list[str]] = defaultdict(list)
    for pk, key in pairs:
        keys[pk].append(key)
    return keys


def existing_keys(keys: Iterable[str]) -> frozenset[str]:
    found = Milestone.objects.filter(key__in=list(keys))
    return frozenset(found.values_list("key", flat=True))


def keys_needed_elsewhere(curriculum: Curriculum) -> frozenset[str]:
    lists = curriculum.milestones.values_list("needed_elsewhere", flat=True)
    return frozenset(key for keys in lists for key in keys)


def sharing_keys_with(curriculum: Curriculum) -> list[CurriculumOutline]:
    """Return the other curricula, paths apart, that hold a milestone of the same key."""
    keys = curriculum.milestones.values("key")
    others = Curriculum.objects.published().exclude(slug=curriculum.slug)
    others = others.exclude(kind=Curriculum.Kind.PATH)
    sharing = others.filter(milestones__key__in=keys).distinct()
    return [outline_of(other) for other in sharing.select_related("background", "role")]


def _module(module: Module, links: Links) -> ModuleOutline:
    place = f"module “{module.title}”"
    return ModuleOutline(
        key=module.key,
        title=module.title,
        rule=module.rule,
        rule_amount=module.rule_amount,
        milestones=tuple(_milestone(item, links, place) for item in module.milestones.all()),
        place=place,
    )


def _milestone(milestone: Milestone, links: Links, module_place: str) -> MilestoneOutline:
    place = f"{module_place}, milestone {milestone.key}"
    pk = milestone.pk
    needed = [*links.prerequisites.get(pk, ()), *milestone.needed_elsewhere]
    return MilestoneOutline(
        key=milestone.key,
        title=milestone.title,
        kind=milestone.kind,
        minutes=milestone.effort_minutes,
        done_when=milestone.done_when,
        description=milestone.description,
        is_required=milestone.is_required,
        prerequisites=tuple(Reference(key=key, place=place) for key in needed),
        skills=tuple(
            SkillAim(key=key, proficiency=level, place=place)
            for key, level in links.skills.get(pk, ())
        ),
        resources=tuple(Reference(key=key, place=place) for key in links.resources.get(pk, ())),
        steps=tuple(_step(step, place) for step in milestone.steps),
        rubric=tuple(milestone.rubric),
        place=place,
    )


def _step(step: Mapping[str, Any], place: str) -> MilestoneStep:
    return MilestoneStep(title=step.get("title", ""), minutes=step.get("minutes"), place=place)


def _reference(row: object | None, place: str) -> Reference | None:
    return None if row is None else Reference(key=getattr(row, "key", ""), place=place)

"""Write a curriculum's outline into the rows of a new edition: modules, milestones, links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tracker.curricula.models import (
    Background,
    Curriculum,
    Milestone,
    Module,
    Resource,
    RoleProfile,
    Skill,
    SkillLevel,
)
from tracker.curricula.outline import CurriculumOutline, MilestoneOutline
from tracker.curricula.upserts import pks

WRITTEN_AS_THEY_ARE = (
    *("kind", "title", "summary", "description", "position", "weeks", "hours_per_week"),
)


@dataclass(frozen=True)
class Shelf:
    """The primary keys that a curriculum's rows refer to."""

    skills: Mapping[str, int]
    resources: Mapping[str, int]
    roles: Mapping[str, int]
    backgrounds: Mapping[str, int]


def shelf_of_all() -> Shelf:
    return Shelf(pks(Skill), pks(Resource), pks(RoleProfile), pks(Background))


def write_rows(row: Curriculum, outline: CurriculumOutline, shelf: Shelf) -> None:
    """Write a new draft edition that says what the outline says."""
    for name in WRITTEN_AS_THEY_ARE:
        setattr(row, name, getattr(outline, name))
    row.background_id = shelf.backgrounds[outline.background.key] if outline.background else None
    row.role_id = shelf.roles[outline.role.key] if outline.role else None
    row.credited_keys = [reference.key for reference in outline.credited]
    row.save()
    write_modules(row, outline)
    write_milestones(row, outline)
    write_milestone_links(row, outline, shelf)


def write_modules(curriculum: Curriculum, outline: CurriculumOutline) -> None:
    Module.objects.bulk_create(
        Module(
            curriculum=curriculum,
            key=module.key,
            title=module.title,
            position=position,
            rule=module.rule,
            rule_amount=module.rule_amount,
        )
        for position, module in enumerate(outline.modules)
    )


def write_milestones(curriculum: Curriculum, outline: CurriculumOutline) -> None:
    module_pks = dict(curriculum.modules.values_list("key", "pk"))
    own_keys = {milestone.key for milestone in outline.milestones}
    Milestone.objects.bulk_create(
        Milestone(
            curriculum=curriculum,
            module_id=module_pks[module.key],
            key=milestone.key,
            position=position,
            needed_elsewhere=[
                needed.key for needed in milestone.prerequisites if needed.key not in own_keys
            ],
            **milestone_values(milestone),
        )
        for module in outline.modules
        for position, milestone in enumerate(module.milestones)
    )


def milestone_values(milestone: MilestoneOutline) -> dict[str, Any]:
    return {
        "title": milestone.title,
        "kind": milestone.kind,
        "effort_minutes": milestone.minutes,
        "is_required": milestone.is_required,
        "done_when": milestone.done_when,
        "description": milestone.description,
        "steps": [{"title": step.title, "minutes": step.minutes} for step in milestone.steps],
        "rubric": list(milestone.rubric),
    }


def write_milestone_links(curriculum: Curriculum, outline: CurriculumOutline, shelf: Shelf) -> None:
    """Write prerequisites, skills and resources; a prerequisite elsewhere has no row here."""
    own = dict(curriculum.milestones.values_list("key", "pk"))
    needs, uses = Milestone.prerequisites.through, Milestone.resources.through
    needs._default_manager.bulk_create(
        needs(from_milestone_id=own[item.key], to_milestone_id=own[needed.key])
        for item in outline.milestones
        for needed in item.prerequisites
        if needed.key in own
    )
    uses._default_manager.bulk_create(
        uses(milestone_id=own[item.key], resource_id=shelf.resources[resource.key])
        for item in outline.milestones
        for resource in item.resources
    )
    SkillLevel.objects.bulk_create(
        SkillLevel(
            milestone_id=own[item.key],
            skill_id=shelf.skills[aim.key],
            proficiency=aim.proficiency,
        )
        for item in outline.milestones
        for aim in item.skills
    )

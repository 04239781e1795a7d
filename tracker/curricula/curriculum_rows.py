"""Write a curriculum's outline into its rows: modules and milestones by key and in place.

What the file no longer holds goes from the curriculum; learners' work hangs on keys and stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from tracker.curricula.outline import CurriculumOutline, MilestoneOutline, digest
from tracker.curricula.upserts import Tally, pks, save_by_key


@dataclass(frozen=True)
class Shelf:
    """The primary keys that a curriculum's rows refer to."""

    skills: Mapping[str, int]
    resources: Mapping[str, int]
    roles: Mapping[str, int]
    backgrounds: Mapping[str, int]


def write_curricula(outlines: Sequence[CurriculumOutline], *, at: datetime) -> Tally:
    shelf = Shelf(pks(Skill), pks(Resource), pks(RoleProfile), pks(Background))
    rows = Curriculum.objects.in_bulk([item.slug for item in outlines], field_name="slug")
    created: list[str] = []
    updated: list[str] = []
    for outline in outlines:
        row = rows.get(outline.slug)
        if row is not None and row.source_digest == digest(outline):
            continue
        (updated if row else created).append(outline.slug)
        write_curriculum(row or Curriculum(slug=outline.slug), outline, shelf, at=at)
    unchanged = len(outlines) - len(created) - len(updated)
    return Tally(tuple(created), tuple(updated), unchanged)


def write_curriculum(
    row: Curriculum, outline: CurriculumOutline, shelf: Shelf, *, at: datetime
) -> None:
    """Make a curriculum say what its file says and publish it; a retired one stays retired."""
    for name in ("kind", "title", "summary", "position", "weeks", "hours_per_week"):
        setattr(row, name, getattr(outline, name))
    row.background_id = shelf.backgrounds[outline.background.key] if outline.background else None
    row.role_id = shelf.roles[outline.role.key] if outline.role else None
    row.credited_keys = [reference.key for reference in outline.credited]
    row.source_digest = digest(outline)
    if row.status == Curriculum.Status.DRAFT:
        row.status, row.published_at = Curriculum.Status.PUBLISHED, at
    row.save()
    write_modules(row, outline)
    write_milestones(row, outline)
    write_milestone_links(row, outline, shelf)
    # Last, when all that stays has moved: a module takes the milestones left in it along.
    row.milestones.exclude(key__in=[item.key for item in outline.milestones]).delete()
    row.modules.exclude(key__in=[module.key for module in outline.modules]).delete()


def write_modules(curriculum: Curriculum, outline: CurriculumOutline) -> None:
    rows = {row.key: row for row in curriculum.modules.all()}
    values = {
        module.key: {
            "curriculum_id": curriculum.pk,
            "title": module.title,
            "position": position,
            "rule": module.rule,
            "rule_amount": module.rule_amount,
        }
        for position, module in enumerate(outline.modules)
    }
    save_by_key(Module, rows, values)


def write_milestones(curriculum: Curriculum, outline: CurriculumOutline) -> None:
    module_pks = dict(curriculum.modules.values_list("key", "pk"))
    own_keys = {milestone.key for milestone in outline.milestones}
    rows = {row.key: row for row in curriculum.milestones.all()}
    values = {
        milestone.key: {
            "curriculum_id": curriculum.pk,
            "module_id": module_pks[module.key],
            "position": position,
            "needed_elsewhere": [
                needed.key for needed in milestone.prerequisites if needed.key not in own_keys
            ],
            **milestone_values(milestone),
        }
        for module in outline.modules
        for position, milestone in enumerate(module.milestones)
    }
    save_by_key(Milestone, rows, values)


def milestone_values(milestone: MilestoneOutline) -> dict[str, Any]:
    return {
        "title": milestone.title,
        "kind": milestone.kind,
        "effort_minutes": milestone.minutes,
        "is_required": milestone.is_required,
        "done_when": milestone.done_when,
        "steps": [{"title": step.title, "minutes": step.minutes} for step in milestone.steps],
        "rubric": list(milestone.rubric),
    }


def write_milestone_links(curriculum: Curriculum, outline: CurriculumOutline, shelf: Shelf) -> None:
    """Write prerequisites, skills and resources anew; a prerequisite elsewhere has no row here."""
    own = dict(curriculum.milestones.values_list("key", "pk"))
    needs, uses = Milestone.prerequisites.through, Milestone.resources.through
    needs._default_manager.filter(from_milestone__curriculum=curriculum).delete()
    uses._default_manager.filter(milestone__curriculum=curriculum).delete()
    SkillLevel.objects.filter(milestone__curriculum=curriculum).delete()
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

"""A path of a learner's own: milestones of the catalogue, put together for one person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from secrets import token_hex

from tracker.accounts.models import User
from tracker.curricula.curriculum_rows import shelf_of_all, write_rows
from tracker.curricula.models import Curriculum, Milestone
from tracker.curricula.outline import CurriculumOutline, ModuleOutline
from tracker.curricula.row_outlines import milestone_outlines

SLUG = "my-{}"
PLACE = "personal path"


def write_personal_path(
    *, owner: User, title: str, summary: str, milestones: Sequence[Milestone]
) -> Curriculum:
    path = Curriculum(slug=SLUG.format(token_hex(8)), status=Curriculum.Status.PERSONAL)
    path.owner = owner
    outline = CurriculumOutline(
        slug=path.slug,
        kind=Curriculum.Kind.PATH,
        title=title,
        summary=summary,
        position=0,
        modules=_modules(milestones),
        place=PLACE,
    )
    write_rows(path, outline, shelf_of_all())
    return path


def _modules(milestones: Sequence[Milestone]) -> tuple[ModuleOutline, ...]:
    """Put the milestones into one module for each curriculum they come from, in their order.

    All of them are required here, also those that are optional where they come from.
    """
    outlines = milestone_outlines(milestones)
    parts: dict[Curriculum, list[str]] = defaultdict(list)
    for milestone in milestones:
        parts[milestone.curriculum].append(milestone.key)
    return tuple(
        ModuleOutline(
            key=home.slug,
            title=home.title,
            milestones=tuple(replace(outlines[key], is_required=True) for key in keys),
            place=PLACE,
        )
        for home, keys in parts.items()
    )

"""New drafts from what there is: a pasted outline, another curriculum, a table of hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.db.models import Max

from tracker.curricula import row_outlines, validation
from tracker.curricula.curriculum_rows import shelf_of_all, write_rows
from tracker.curricula.models import (
    Background,
    Curriculum,
    Milestone,
    Resource,
    RoleProfile,
    Skill,
)
from tracker.curricula.outline import CurriculumOutline, Fault
from tracker.curricula.outline_paste import About, Pasted, read_pasted, with_new_keys
from tracker.curricula.upserts import pks

POSITION_STEP = 10


class AddressTaken(Exception):
    """Another curriculum has that address."""


def read_draft(text: str, about: About) -> Pasted:
    """Read a pasted outline and hold it against everything it refers to."""
    pasted = read_pasted(text, about)
    outline = pasted.outline
    referred = [ref.key for item in outline.milestones for ref in item.prerequisites]
    own = frozenset(item.key for item in outline.milestones)
    known = validation.Known(
        skills=frozenset(pks(Skill)),
        resources=frozenset(pks(Resource)),
        roles=frozenset(pks(RoleProfile)),
        backgrounds=frozenset(pks(Background)),
        milestones=own | row_outlines.existing_keys(referred),
    )
    faults = [*pasted.faults, *validation.faults_in([outline], known)]
    if outline.slug and is_taken(outline.slug):
        mend = "choose another one, or edit that curriculum"
        faults.append(Fault("curriculum", f"the address “{outline.slug}” is taken", mend))
    return Pasted(outline, sorted(faults, key=_line))


def _line(fault: Fault) -> int:
    number = fault.place.removeprefix("line ")
    return int(number) if number.isdecimal() else 0


def is_taken(slug: str) -> bool:
    return Curriculum.objects.filter(slug=slug).exists()


def shared_keys(outline: CurriculumOutline) -> list[str]:
    """Return the keys that other curricula have too: a tick on one counts in both."""
    return sorted(row_outlines.existing_keys(item.key for item in outline.milestones))


def create_draft(*, outline: CurriculumOutline) -> Curriculum:
    """Write a first edition that says what the outline says, last in the list."""
    if is_taken(outline.slug):
        raise AddressTaken
    last = Curriculum.objects.aggregate(last=Max("position"))["last"] or 0
    draft = Curriculum(slug=outline.slug)
    try:
        with transaction.atomic():
            write_rows(draft, replace(outline, position=last + POSITION_STEP), shelf_of_all())
    except IntegrityError as error:  # somebody took the address meanwhile
        raise AddressTaken from error
    return draft


def duplicate_curriculum(
    *, curriculum: Curriculum, slug: str, title: str, keeps_keys: bool
) -> Curriculum:
    """Write a draft under another address, with the same milestones or with new ones."""
    outline = outline_of_duplicate(curriculum, slug, keeps_keys=keeps_keys)
    return create_draft(outline=replace(outline, slug=slug, title=title))


def outline_of_duplicate(
    curriculum: Curriculum, slug: str, *, keeps_keys: bool
) -> CurriculumOutline:
    outline = row_outlines.outline_of(curriculum)
    return outline if keeps_keys else with_new_keys(outline, slug)


def save_hours(*, milestones: Iterable[Milestone]) -> None:
    """Write how long milestones take and which are required, in one statement."""
    changed: Sequence[Milestone] = list(milestones)
    Milestone.objects.bulk_update(changed, ["effort_minutes", "is_required"])

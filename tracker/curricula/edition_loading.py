"""Bring the curricula of files into the database, each change as a new edition."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tracker.curricula.curriculum_rows import Shelf, shelf_of_all, write_rows
from tracker.curricula.edition_diff import mapping_faults
from tracker.curricula.editions import latest_editions, next_number, publish_rows
from tracker.curricula.models import Curriculum
from tracker.curricula.outline import CurriculumOutline, Fault, digest
from tracker.curricula.row_outlines import outline_of
from tracker.curricula.upserts import Tally


def changed_curricula(outlines: Sequence[CurriculumOutline]) -> list[CurriculumOutline]:
    """Return those that are new or say something new; withdrawn ones stay withdrawn."""
    latest = latest_editions(outline.slug for outline in outlines)
    return [
        outline
        for outline in outlines
        if outline.slug not in latest
        or (
            latest[outline.slug].is_published
            and latest[outline.slug].source_digest != digest(outline)
        )
    ]


def succession_faults(outlines: Sequence[CurriculumOutline]) -> list[Fault]:
    """Return what learners of the present editions would lose without a word."""
    fresh = changed_curricula(outlines)
    latest = latest_editions(outline.slug for outline in fresh)
    replaced = {key: keys for each in outlines for key, keys in each.replaced_keys.items()}
    living = {milestone.key for outline in outlines for milestone in outline.milestones}
    faults = []
    for outline in fresh:
        if outline.slug not in latest:
            continue
        before = outline_of(latest[outline.slug])
        keys = {milestone.key for milestone in before.milestones}
        own = {key: successors for key, successors in replaced.items() if key in keys}
        if outline.is_path:
            # A path need not take what replaces a milestone; its subject says what does.
            own = {key: [] for key in own}
        faults += mapping_faults(before, outline, own, living_elsewhere=living)
    return faults


def write_curricula(outlines: Sequence[CurriculumOutline], *, at: datetime) -> Tally:
    """Publish a new edition of each curriculum that is new or has changed."""
    fresh = changed_curricula(outlines)
    latest = latest_editions(outline.slug for outline in fresh)
    shelf = shelf_of_all()
    for outline in fresh:
        write_edition(outline, shelf, follows=latest.get(outline.slug), at=at)
    return Tally(
        created=tuple(outline.slug for outline in fresh if outline.slug not in latest),
        updated=tuple(outline.slug for outline in fresh if outline.slug in latest),
        unchanged=len(outlines) - len(fresh),
    )


def write_edition(
    outline: CurriculumOutline, shelf: Shelf, *, follows: Curriculum | None, at: datetime
) -> None:
    # Not a draft while it is written: an author may have one of this curriculum.
    edition = Curriculum(
        slug=outline.slug,
        edition=next_number(outline.slug),
        status=Curriculum.Status.RETIRED,
        replaced_keys=outline.replaced_keys,
        source_digest=digest(outline),
    )
    write_rows(edition, outline, shelf)
    publish_rows(edition, follows=follows, at=at)

"""From one edition to the next: finding, copying, comparing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Model, QuerySet

from tracker.curricula.curriculum_rows import shelf_of_all, write_rows
from tracker.curricula.edition_diff import (
    EditionDiff,
    Surroundings,
    chain,
    diff_editions,
    mapping_faults,
)
from tracker.curricula.models import (
    Certification,
    Curriculum,
    Milestone,
    Resource,
    Route,
    Skill,
)
from tracker.curricula.outline import CurriculumOutline, Fault
from tracker.curricula.row_outlines import outline_of
from tracker.curricula.signals import publication_weighed


def edition_before(draft: Curriculum) -> Curriculum | None:
    """Return the newest edition that learners may be on; a withdrawn one counts."""
    return latest_editions([draft.slug]).get(draft.slug)


def draft_edition(slug: str) -> Curriculum | None:
    return Curriculum.objects.filter(slug=slug, status=Curriculum.Status.DRAFT).first()


def next_number(slug: str) -> int:
    newest = Curriculum.objects.filter(slug=slug).aggregate(newest=Max("edition"))["newest"]
    return (newest or 0) + 1


def copy_as_draft(edition: Curriculum) -> Curriculum:
    """Write a draft that says what this edition says, under the next number."""
    draft = Curriculum(slug=edition.slug, edition=next_number(edition.slug))
    write_rows(draft, outline_of(edition), shelf_of_all())
    # A file that has not changed since the first edition of it leaves the later ones alone.
    Curriculum.objects.filter(pk=draft.pk).update(source_digest=edition.source_digest)
    return draft


def replacements_between(before: Curriculum, after: Curriculum) -> dict[str, list[str]]:
    """Return what took the place of the keys that went, over all editions in between.

    A path may have lost a key because the subject it comes from replaced it, so what others
    say counts as well; the path's own word goes first.
    """
    passed = Curriculum.objects.filter(
        slug=before.slug, edition__gt=before.edition, edition__lte=after.edition
    ).order_by("edition")
    own = chain(list(passed.values_list("replaced_keys", flat=True)))
    others = Curriculum.objects.exclude(slug=before.slug).exclude(replaced_keys={})
    said = chain(list(others.order_by("edition").values_list("replaced_keys", flat=True)))
    keys = set(before.milestones.values_list("key", flat=True))
    return {key: successors for key, successors in {**said, **own}.items() if key in keys}


def diff_between(before: Curriculum, after: Curriculum) -> EditionDiff:
    replaced = replacements_between(before, after)
    old, new = outline_of(before), outline_of(after)
    return diff_editions(old, new, replaced, _around(before.slug, old, new))


def _around(slug: str, *outlines: CurriculumOutline) -> Surroundings:
    """Look up what the editions name by key."""
    held = {item.key: item for outline in outlines for item in outline.milestones}
    told = [item for outline in outlines for item in outline.milestones]
    needed = {ref.key for item in told for ref in item.prerequisites} - held.keys()
    return Surroundings(
        milestones={
            **_titles(Milestone, needed),
            **{key: item.title for key, item in held.items()},
        },
        skills=_titles(Skill, {aim.key for item in told for aim in item.skills}),
        resources=_titles(Resource, {ref.key for item in told for ref in item.resources}),
        homes=_other_homes(slug, held),
    )


def _titles(model: type[Model], keys: Iterable[str]) -> dict[str, str]:
    found = model._default_manager.filter(key__in=keys)
    return dict(found.values_list("key", "title"))


def _other_homes(slug: str, keys: Iterable[str]) -> dict[str, list[str]]:
    """Return the titles of the other published curricula that hold these keys."""
    homes: dict[str, list[str]] = defaultdict(list)
    held = _living_elsewhere(slug, keys).order_by("curriculum__position", "curriculum__slug")
    for key, title in held.values_list("key", "curriculum__title"):
        homes[key].append(title)
    return homes


def _living_elsewhere(slug: str, keys: Iterable[str]) -> QuerySet[Milestone]:
    elsewhere = Milestone.objects.filter(key__in=list(keys)).exclude(curriculum__slug=slug)
    return elsewhere.filter(curriculum__status=Curriculum.Status.PUBLISHED)


def faults_in_succession(before: Curriculum, after: Curriculum) -> list[Fault]:
    """Return what learners of the earlier edition would lose without a word."""
    old = outline_of(before)
    keys = {milestone.key for milestone in old.milestones}
    living = _living_elsewhere(before.slug, keys)
    return mapping_faults(
        old,
        outline_of(after),
        replacements_between(before, after),
        living_elsewhere=set(living.values_list("key", flat=True)),
        mend="say what stands in its place, or that nothing does",
    )


def publish_rows(edition: Curriculum, *, follows: Curriculum | None, at: datetime) -> None:
    """Retire the edition before, publish this one, and with that seal it."""
    if follows is not None:
        Curriculum.objects.filter(pk=follows.pk).update(status=Curriculum.Status.RETIRED)
        _hand_over(follows, edition)
    edition.status, edition.published_at = Curriculum.Status.PUBLISHED, at
    edition.save(update_fields=["edition", "status", "published_at"])


def _hand_over(before: Curriculum, after: Curriculum) -> None:
    """Let what points to a curriculum point to its new edition."""
    Certification.objects.filter(curriculum=before).update(curriculum=after)
    Route.paths.through._default_manager.filter(curriculum=before).update(curriculum=after)


def latest_editions(slugs: Iterable[str]) -> dict[str, Curriculum]:
    """Return the newest edition of each slug that is not a draft."""
    found = Curriculum.objects.open_to_learners().filter(slug__in=list(slugs)).order_by("edition")
    return {edition.slug: edition for edition in found}


@dataclass(frozen=True, slots=True)
class Impact:
    """What publishing a draft would do to those who follow the edition before."""

    diff: EditionDiff
    sentences: tuple[str, ...]


def impact_of(draft: Curriculum, *, at: datetime) -> Impact | None:
    """Ask every room what publishing would do; None when there is no edition before."""
    before = edition_before(draft)
    if before is None or before == draft:
        return None
    answers = publication_weighed.send(Curriculum, before=before, after=draft, at=at)
    sentences = tuple(sentence for _, sentence in answers if sentence)
    return Impact(diff_between(before, draft), sentences)

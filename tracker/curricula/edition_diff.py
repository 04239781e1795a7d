"""What a new edition changes, in values and in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from common.durations import duration
from tracker.curricula.outline import (
    CurriculumOutline,
    Fault,
    MilestoneOutline,
    Reference,
)

# The keys that take the place of a key which is gone; none where it is retired for good.
Replacements = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Removal:
    """A milestone that is gone, what stands in its place, and the curricula that still hold it."""

    milestone: MilestoneOutline
    successors: tuple[MilestoneOutline, ...]
    lives_in: tuple[str, ...] = ()

    @property
    def is_retired(self) -> bool:
        return not (self.successors or self.lives_in)


@dataclass(frozen=True, slots=True)
class Move:
    milestone: MilestoneOutline
    from_module: str
    to_module: str


@dataclass(frozen=True, slots=True)
class NewEffort:
    milestone: MilestoneOutline
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Relinking:
    """What a milestone needs, leads to or learns from that it did not before, in words."""

    milestone: MilestoneOutline
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What two editions alone do not say: titles by key, and where else a key lives."""

    milestones: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, str] = field(default_factory=dict)
    homes: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EditionDiff:
    """How one edition differs from an earlier one, by milestone key."""

    added: tuple[MilestoneOutline, ...] = ()
    removed: tuple[Removal, ...] = ()
    moved: tuple[Move, ...] = ()
    new_efforts: tuple[NewEffort, ...] = ()
    now_required: tuple[MilestoneOutline, ...] = ()
    now_optional: tuple[MilestoneOutline, ...] = ()
    reworded: tuple[MilestoneOutline, ...] = ()
    relinked: tuple[Relinking, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__)

    @property
    def in_short(self) -> str:
        """Say it in one line, such as “2 added (3 h), 1 retired (ticks kept)”."""
        return ", ".join(self._parts()) or "wording only"

    def _parts(self) -> Iterator[str]:
        if self.added:
            minutes = sum(milestone.minutes or 0 for milestone in self.added)
            yield f"{len(self.added)} added ({duration(minutes)})"
        yield from self._removals()
        if self.moved:
            yield f"{len(self.moved)} moved"
        if self.new_efforts:
            yield f"{len(self.new_efforts)} with another effort"
        if self.now_required or self.now_optional:
            yield f"{len(self.now_required) + len(self.now_optional)} required or optional now"
        if self.relinked:
            yield f"{len(self.relinked)} with other links"

    def _removals(self) -> Iterator[str]:
        replaced = sum(bool(removal.successors) for removal in self.removed)
        retired = sum(removal.is_retired for removal in self.removed)
        elsewhere = len(self.removed) - replaced - retired
        if replaced:
            yield f"{replaced} replaced (ticks carried over)"
        if elsewhere:
            yield f"{elsewhere} only in other curricula now (ticks count there)"
        if retired:
            yield f"{retired} retired (ticks kept)"


def diff_editions(
    before: CurriculumOutline,
    after: CurriculumOutline,
    replaced: Replacements,
    around: Surroundings | None = None,
) -> EditionDiff:
    around = around or Surroundings()
    old, new = _by_key(before), _by_key(after)
    old_modules, new_modules = _modules_by_key(before), _modules_by_key(after)
    kept = [key for key in new if key in old]
    succeeding = {key for keys in replaced.values() for key in keys}
    return EditionDiff(
        added=tuple(new[key] for key in new if key not in old and key not in succeeding),
        removed=tuple(
            Removal(
                old[key],
                tuple(new[one] for one in replaced.get(key, ()) if one in new),
                tuple(around.homes.get(key, ())),
            )
            for key in old
            if key not in new
        ),
        moved=tuple(
            Move(new[key], old_modules[key], new_modules[key])
            for key in kept
            if old_modules[key] != new_modules[key]
        ),
        new_efforts=tuple(
            NewEffort(new[key], old[key].minutes or 0, new[key].minutes or 0)
            for key in kept
            if old[key].minutes != new[key].minutes
        ),
        now_required=tuple(
            new[key] for key in kept if new[key].is_required and not old[key].is_required
        ),
        now_optional=tuple(
            new[key] for key in kept if old[key].is_required and not new[key].is_required
        ),
        reworded=tuple(new[key] for key in kept if _words(old[key]) != _words(new[key])),
        relinked=tuple(
            Relinking(new[key], said)
            for key in kept
            if (said := tuple(_new_links(old[key], new[key], around)))
        ),
    )


def _new_links(old: MilestoneOutline, new: MilestoneOutline, around: Surroundings) -> Iterator[str]:
    come, gone = _come_and_gone(_keys(old.prerequisites), _keys(new.prerequisites))
    yield from (f"needs “{around.milestones.get(key, key)}” first" for key in come)
    yield from (f"no longer needs “{around.milestones.get(key, key)}”" for key in gone)
    yield from _new_levels(old, new, around.skills)
    come, gone = _come_and_gone(_keys(old.resources), _keys(new.resources))
    yield from (f"adds the resource “{around.resources.get(key, key)}”" for key in come)
    yield from (f"drops the resource “{around.resources.get(key, key)}”" for key in gone)


def _new_levels(
    old: MilestoneOutline, new: MilestoneOutline, titles: Mapping[str, str]
) -> Iterator[str]:
    was, now = ({aim.key: aim.proficiency for aim in each.skills} for each in (old, new))
    for key, level in now.items():
        title = titles.get(key, key)
        if key not in was:
            yield f"leads to {title} {level}"
        elif was[key] != level:
            yield f"leads to {title} {level} rather than {was[key]}"
    yield from (f"no longer leads to {titles.get(key, key)}" for key in was if key not in now)


def _come_and_gone(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]]:
    return [key for key in new if key not in old], [key for key in old if key not in new]


def _keys(references: Sequence[Reference]) -> list[str]:
    return [reference.key for reference in references]


def mapping_faults(
    before: CurriculumOutline,
    after: CurriculumOutline,
    replaced: Replacements,
    *,
    living_elsewhere: Collection[str] = (),
    mend: str = "name its successors under replaced, or none: {key}: []",
) -> list[Fault]:
    """Return what is missing for learners of the earlier edition to keep all they have.

    A key that is gone needs a word on what takes its place, unless another curriculum still
    holds it; a replacement must be there.
    """
    old, new = _by_key(before), _by_key(after)
    gone = [key for key in old if key not in new and key not in living_elsewhere]
    place = after.place_of("replaced")
    faults = [
        Fault(
            old[key].place if key in replaced else place,
            f"milestone {key} is gone and nothing says what takes its place",
            mend.format(key=key),
        )
        for key in gone
        if key not in replaced
    ]
    for key, successors in replaced.items():
        if key in new:
            way = "take it out of replaced, or out of the modules"
            faults.append(Fault(place, f"{key} is said to be replaced but is still there", way))
        faults += [
            Fault(place, f"{key} is replaced by {one}, which is not there", "mend the key")
            for one in successors
            if key in old and one not in new
        ]
    return faults


def chain(steps: Sequence[Replacements]) -> dict[str, list[str]]:
    """Return one mapping for several editions passed over, oldest first."""
    chained: dict[str, list[str]] = {}
    for step in steps:
        for key, so_far in chained.items():
            chained[key] = _unique(one for each in so_far for one in step.get(each, [each]))
        for key, successors in step.items():
            chained.setdefault(key, list(successors))
    return chained


def sources_of(replaced: Replacements) -> dict[str, list[str]]:
    """Return for each successor the keys it takes the place of."""
    sources: dict[str, list[str]] = {}
    for key, successors in replaced.items():
        for one in successors:
            sources.setdefault(one, []).append(key)
    return sources


def _unique(keys: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(keys))


def _by_key(outline: CurriculumOutline) -> dict[str, MilestoneOutline]:
    return {milestone.key: milestone for milestone in outline.milestones}


def _modules_by_key(outline: CurriculumOutline) -> dict[str, str]:
    return {
        milestone.key: module.title for module in outline.modules for milestone in module.milestones
    }


def _words(milestone: MilestoneOutline) -> tuple[object, ...]:
    told = (milestone.title, milestone.done_when, milestone.description, milestone.kind)
    return (*told, milestone.rubric, tuple(step.title for step in milestone.steps))

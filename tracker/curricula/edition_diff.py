"""What a new edition changes, in values and in words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from common.durations import duration
from tracker.curricula.outline import CurriculumOutline, Fault, MilestoneOutline

# The keys that take the place of a key which is gone; none where it is retired for good.
Replacements = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Removal:
    milestone: MilestoneOutline
    successors: tuple[MilestoneOutline, ...]


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
class EditionDiff:
    """How one edition differs from an earlier one, by milestone key."""

    added: tuple[MilestoneOutline, ...] = ()
    removed: tuple[Removal, ...] = ()
    moved: tuple[Move, ...] = ()
    new_efforts: tuple[NewEffort, ...] = ()
    now_required: tuple[MilestoneOutline, ...] = ()
    now_optional: tuple[MilestoneOutline, ...] = ()
    reworded: tuple[MilestoneOutline, ...] = ()

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
        replaced = [removal for removal in self.removed if removal.successors]
        retired = len(self.removed) - len(replaced)
        if replaced:
            yield f"{len(replaced)} replaced (ticks carried over)"
        if retired:
            yield f"{retired} retired (ticks kept)"
        if self.moved:
            yield f"{len(self.moved)} moved"
        if self.new_efforts:
            yield f"{len(self.new_efforts)} with another effort"
        if self.now_required or self.now_optional:
            yield f"{len(self.now_required) + len(self.now_optional)} required or optional now"


def diff_editions(
    before: CurriculumOutline, after: CurriculumOutline, replaced: Replacements
) -> EditionDiff:
    old, new = _by_key(before), _by_key(after)
    old_modules, new_modules = _modules_by_key(before), _modules_by_key(after)
    kept = [key for key in new if key in old]
    succeeding = {key for keys in replaced.values() for key in keys}
    return EditionDiff(
        added=tuple(new[key] for key in new if key not in old and key not in succeeding),
        removed=tuple(
            Removal(old[key], tuple(new[one] for one in replaced.get(key, ()) if one in new))
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
    )


def mapping_faults(
    before: CurriculumOutline,
    after: CurriculumOutline,
    replaced: Replacements,
    *,
    living_elsewhere: Collection[str] = (),
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
            f"name its successors under replaced, or none: {key}: []",
        )
        for key in gone
        if key not in replaced
    ]
    for key, successors in replaced.items():
        if key in new:
            mend = "take it out of replaced, or out of the modules"
            faults.append(Fault(place, f"{key} is said to be replaced but is still there", mend))
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
    return (milestone.title, milestone.done_when, milestone.kind)

"""What makes a curriculum fit to be published: one set of checks for files and for the admin.

Every check looks at outlines and yields faults; all of them are named at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any

from django.db.models import Model

from tracker.curricula import row_outlines
from tracker.curricula.field_checks import (
    Keyed,
    aim_faults,
    repeated_faults,
    unknown_faults,
    value_faults,
)
from tracker.curricula.models import Curriculum, Milestone, Module
from tracker.curricula.outline import (
    CurriculumOutline,
    Fault,
    MilestoneOutline,
    MilestoneStep,
    ModuleOutline,
    Placed,
    Reference,
)

Outlines = Sequence[CurriculumOutline]
Library = Mapping[str, MilestoneOutline]

LONGEST_IN_ONE_GO = 720
FEWEST_STEPS, MOST_STEPS = 2, 8
FEWEST_CRITERIA, MOST_CRITERIA = 3, 6
# The kinds whose work another person can look at.
HANDED_IN = (Milestone.Kind.PROJECT, Milestone.Kind.ASSESSMENT, Milestone.Kind.EXAM)


@dataclass(frozen=True)
class Known:
    """The keys that a curriculum may refer to."""

    skills: frozenset[str]
    resources: frozenset[str]
    roles: frozenset[str]
    backgrounds: frozenset[str]
    milestones: frozenset[str]


def faults_of(curriculum: Curriculum) -> list[Fault]:
    """Return what keeps a curriculum in the database from being published."""
    outline = row_outlines.outline_of(curriculum)
    # Foreign keys see to the rest: only credited keys can be written wrong in the admin.
    known = Known(
        skills=frozenset(aim.key for item in outline.milestones for aim in item.skills),
        resources=frozenset(ref.key for item in outline.milestones for ref in item.resources),
        roles=frozenset(ref.key for ref in (outline.role,) if ref),
        backgrounds=frozenset(ref.key for ref in (outline.background,) if ref),
        milestones=frozenset(item.key for item in outline.milestones)
        | row_outlines.keys_needed_elsewhere(curriculum)
        | row_outlines.existing_keys(ref.key for ref in outline.credited),
    )
    neighbours = [] if outline.is_path else row_outlines.sharing_keys_with(curriculum)
    twins = [fault for other in neighbours for fault in twin_faults([other, outline])]
    return [*faults_in([outline], known), *twins]


def faults_in(outlines: Outlines, known: Known | None) -> list[Fault]:
    """Return every fault; without `known`, references are not judged."""
    library = {item.key: item for outline in outlines for item in outline.milestones}
    found: list[Fault] = []
    for outline in outlines:
        for check in OUTLINE_CHECKS:
            found.extend(check(outline))
        found.extend(optional_prerequisite_faults(outline, library))
        if known is not None:
            found.extend(reference_faults(outline, known))
            found.extend(uncovered_faults(outline, library))
    found.extend(repeated_slug_faults(outlines))
    found.extend(loop_faults(library))
    found.extend(twin_faults(outlines))
    return found


# --- one curriculum ---------------------------------------------------------------------------

CheckedFields = Mapping[str, Any]


def _fields_of(model: type[Model], *names: str, **renamed: str) -> CheckedFields:
    """Return the model's fields that judge an outline, by the outline's own names."""
    own = {name: name for name in names} | renamed
    return {name: model._meta.get_field(field) for name, field in own.items()}


CHECKED_FIELDS: Mapping[type[Placed], CheckedFields] = {
    CurriculumOutline: _fields_of(
        Curriculum,
        *("slug", "kind", "title", "summary", "description", "position"),
        *("weeks", "hours_per_week"),
    ),
    ModuleOutline: _fields_of(Module, "key", "title"),
    MilestoneOutline: _fields_of(
        Milestone,
        *("key", "title", "kind", "done_when", "description"),
        minutes="effort_minutes",
    ),
    MilestoneStep: _fields_of(Milestone, "title", minutes="effort_minutes"),
}


def text_faults(outline: CurriculumOutline) -> Iterator[Fault]:
    steps = [step for milestone in outline.milestones for step in milestone.steps]
    for item in (outline, *outline.modules, *outline.milestones, *steps):
        for name, field in CHECKED_FIELDS[type(item)].items():
            yield from value_faults(item, name, field)


def emptiness_faults(outline: CurriculumOutline) -> Iterator[Fault]:
    if not outline.modules:
        mend = "add a module with at least one milestone"
        yield Fault(outline.place_of("modules"), f"“{outline.title}” has no modules", mend)
    for module in outline.modules:
        if not module.milestones and not module.includes:
            message = f"module “{module.title}” has no milestones"
            yield Fault(module.place, message, "add a milestone, or take the module out")


def rule_faults(outline: CurriculumOutline) -> Iterator[Fault]:
    for module in outline.modules:
        if module.rule not in Module.Rule.values:
            mend = "write all, {at_least: 3} or {at_least_minutes: 240}"
            message = f"module “{module.title}” has an unknown rule “{module.rule}”"
            yield Fault(module.place_of("rule"), message, mend)
        elif module.rule != Module.Rule.ALL:
            yield from _amount_faults(module)


def _amount_faults(module: ModuleOutline) -> Iterator[Fault]:
    unit = "milestones" if module.rule == Module.Rule.AT_LEAST_COUNT else "minutes"
    required = [item for item in module.milestones if item.is_required]
    held = len(required) if unit == "milestones" else sum(item.minutes or 0 for item in required)
    if not module.rule_amount:
        message = f"the rule of module “{module.title}” does not say how many {unit}"
        yield Fault(module.place_of("rule"), message, "write a number above zero")
    elif module.rule_amount > held:
        message = (
            f"module “{module.title}” asks for at least {module.rule_amount} {unit}, "
            f"but its required milestones make only {held}"
        )
        mend = f"ask for at most {held}, or add milestones"
        yield Fault(module.place_of("rule"), message, mend)


def repetition_faults(outline: CurriculumOutline) -> Iterator[Fault]:
    yield from repeated_faults(outline.modules, "module")
    if outline.includes:
        yield from repeated_faults(outline.includes, "milestone")
    else:
        yield from repeated_faults(outline.milestones, "milestone")
    yield from repeated_faults(outline.credited, "credited milestone")
    for milestone in outline.milestones:
        yield from repeated_faults(milestone.prerequisites, "prerequisite")
        yield from repeated_faults(milestone.resources, "resource")


def proficiency_faults(outline: CurriculumOutline) -> Iterator[Fault]:
    for milestone in outline.milestones:
        yield from aim_faults(milestone.skills, least=1)


def step_faults(outline: CurriculumOutline) -> Iterator[Fault]:
    for milestone in outline.milestones:
        if milestone.steps:
            yield from _sum_faults(milestone)
        elif (milestone.minutes or 0) > LONGEST_IN_ONE_GO:
            message = f"{milestone.key} takes {milestone.minutes} minutes and has no steps"
            mend = f"give it {FEWEST_STEPS} to {MOST_STEPS} steps, or make several milestones of it"
            yield Fault(milestone.place_of("minutes"), message, mend)


def _sum_faults(milestone: MilestoneOutline) -> Iterator[Fault]:
    count = len(milestone.steps)
    if not FEWEST_STEPS <= count <= MOST_STEPS:
        message = f"{milestone.key} has {_counted(count, 'step')}"
        mend = f"divide it into {FEWEST_STEPS} to {MOST_STEPS}"
        yield Fault(milestone.place_of("steps"), message, mend)
    total = sum(step.minutes or 0 for step in milestone.steps)
    if milestone.minutes is not None and total != milestone.minutes:
        message = f"the steps of {milestone.key} take {total} minutes, not {milestone.minutes}"
        mend = "let the steps add up to the milestone's minutes"
        yield Fault(milestone.place_of("steps"), message, mend)


def rubric_faults(outline: CurriculumOutline) -> Iterator[Fault]:
    for milestone in outline.milestones:
        if milestone.rubric:
            yield from _rubric_faults(milestone)


def _rubric_faults(milestone: MilestoneOutline) -> Iterator[Fault]:
    place = milestone.place_of("rubric")
    if milestone.kind not in HANDED_IN:
        message = f"{milestone.key} has a rubric, but there is nothing to hold against it"
        yield Fault(place, message, f"take it out; it belongs to: {', '.join(HANDED_IN)}")
    count = len(milestone.rubric)
    if not FEWEST_CRITERIA <= count <= MOST_CRITERIA:
        message = f"the rubric of {milestone.key} has {_counted(count, 'sentence')}"
        yield Fault(place, message, f"write {FEWEST_CRITERIA} to {MOST_CRITERIA}")
    if not all(milestone.rubric):
        message = f"a sentence in the rubric of {milestone.key} is empty"
        yield Fault(place, message, "write it, or take it out")
    if len(set(milestone.rubric)) < count:
        message = f"the rubric of {milestone.key} says something twice"
        yield Fault(place, message, "keep one of the two")


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


OUTLINE_CHECKS: tuple[Callable[[CurriculumOutline], Iterator[Fault]], ...] = (
    text_faults,
    emptiness_faults,
    rule_faults,
    repetition_faults,
    proficiency_faults,
    step_faults,
    rubric_faults,
)


def reference_faults(outline: CurriculumOutline, known: Known) -> Iterator[Fault]:
    yield from unknown_faults([outline.role], known.roles, "role")
    yield from unknown_faults([outline.background], known.backgrounds, "background")
    yield from unknown_faults(outline.includes, known.milestones, "milestone")
    yield from unknown_faults(outline.credited, known.milestones, "milestone")
    for milestone in outline.milestones:
        yield from unknown_faults(milestone.prerequisites, known.milestones, "milestone")
        yield from unknown_faults(milestone.skills, known.skills, "skill")
        yield from unknown_faults(milestone.resources, known.resources, "resource")


# --- prerequisites ----------------------------------------------------------------------------


def optional_prerequisite_faults(outline: CurriculumOutline, library: Library) -> Iterator[Fault]:
    for milestone in outline.milestones:
        for needed in milestone.prerequisites if milestone.is_required else ():
            if needed.key in library and not library[needed.key].is_required:
                message = f"{milestone.key} is required but needs {needed.key}, which is optional"
                mend = f"make {needed.key} required, or {milestone.key} optional"
                yield Fault(needed.place, message, mend)


def uncovered_faults(path: CurriculumOutline, library: Library) -> Iterator[Fault]:
    """Find what a path's milestones need at home and the path neither contains nor credits."""
    covered = {ref.key for ref in (*path.includes, *path.credited)}
    for include in path.includes:
        source = library.get(include.key)
        for needed in source.prerequisites if source else ():
            if needed.key not in covered:
                message = f"{include.key} needs {needed.key}, which is not in the path"
                mend = f"add {needed.key} to a module or to “credited”"
                yield Fault(include.place, message, mend)


def loop_faults(library: Library) -> Iterator[Fault]:
    needs = {key: [needed.key for needed in item.prerequisites] for key, item in library.items()}
    for loop in _loops(needs):
        needed = next(item for item in library[loop[0]].prerequisites if item.key == loop[1])
        message = f"these milestones wait for one another: {' → '.join(loop)}"
        yield Fault(needed.place, message, "take one of these prerequisites out")


def _loops(needs: Mapping[str, Iterable[str]]) -> Iterator[list[str]]:
    """Yield loops until cutting one prerequisite of each leaves none."""
    left = {key: set(needed) for key, needed in needs.items()}
    while True:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            loop = _from_its_smallest(error.args[1])
            left[loop[0]].remove(loop[1])
            yield loop
        else:
            return


def _from_its_smallest(cycle: list[str]) -> list[str]:
    # The error lists a cycle from what is needed to what needs it, and the first key twice.
    keys = cycle[:0:-1]
    start = keys.index(min(keys))
    return [*keys[start:], *keys[:start], keys[start]]


# --- several curricula ------------------------------------------------------------------------


def repeated_slug_faults(outlines: Outlines) -> Iterator[Fault]:
    slugs = [Reference(key=item.slug, place=item.place_of("slug")) for item in outlines]
    return repeated_faults(slugs, "curriculum")


def twin_faults(outlines: Outlines) -> Iterator[Fault]:
    """Find keys that two curricula define differently; a path's copies follow their source."""
    first: dict[str, tuple[CurriculumOutline, MilestoneOutline]] = {}
    for outline in outlines:
        for milestone in () if outline.is_path else outline.milestones:
            home, twin = first.setdefault(milestone.key, (outline, milestone))
            if home is not outline and not say_the_same(twin, milestone):
                where = f"“{home.title}”, {twin.place}"
                message = f"milestone “{milestone.key}” says something else in {where}"
                mend = "make both say the same, or give one of them another key"
                yield Fault(milestone.place, message, mend)


def say_the_same(milestone: MilestoneOutline, twin: MilestoneOutline) -> bool:
    """Compare two milestones; the order of what they refer to says nothing about them."""
    return _in_one_order(milestone) == _in_one_order(twin)


def _in_one_order(milestone: MilestoneOutline) -> MilestoneOutline:
    return replace(
        milestone,
        prerequisites=tuple(sorted(milestone.prerequisites, key=_key)),
        skills=tuple(sorted(milestone.skills, key=_key)),
        resources=tuple(sorted(milestone.resources, key=_key)),
    )


def _key(item: Keyed) -> str:
    return item.key

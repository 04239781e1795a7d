"""Write a curriculum of the database as the file that it can be loaded from again.

The same rows always give the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator

from tracker.curricula import row_outlines
from tracker.curricula.models import Curriculum
from tracker.curricula.outline import (
    CurriculumOutline,
    Fault,
    MilestoneOutline,
    MilestoneStep,
    ModuleOutline,
)
from tracker.curricula.validation import say_the_same
from tracker.curricula.yaml_scalars import keys_lines, numbers_lines, text_lines

OF_ITS_OWN = """\
# A curriculum: ordered modules of ordered milestones.  The format: docs/authoring.md.
# A milestone's key lives for ever: title, order and module may change, the key never."""
OF_OTHERS = """\
# A path: milestones of other curricula, named by their keys, in an order that leads to a role.
# The format is described in docs/authoring.md."""
REPLACED = "# Keys of the edition before that are gone, and the keys in their place."
CREDITED = "# Taken for known from the background; the learner confirms or studies them."


def as_yaml(curriculum: Curriculum) -> str:
    return "\n".join(_curriculum(row_outlines.outline_of(curriculum))) + "\n"


def strays_in(path: Curriculum) -> tuple[list[Fault], list[Fault]]:
    """Return what a path's file cannot say: milestones without a home, and edited copies."""
    if path.kind != Curriculum.Kind.PATH:
        return [], []
    homes = {
        milestone.key: milestone
        for outline in row_outlines.sharing_keys_with(path)
        for milestone in outline.milestones
    }
    held = row_outlines.outline_of(path).milestones
    homeless = [_homeless(item) for item in held if item.key not in homes]
    edited = [
        _edited(item, homes[item.key])
        for item in held
        if item.key in homes and not say_the_same(item, homes[item.key])
    ]
    return homeless, edited


def _homeless(milestone: MilestoneOutline) -> Fault:
    message = (
        f"{milestone.key} is in no subject or certification, and a path's file names keys only"
    )
    return Fault(milestone.place, message, "add it to a subject first")


def _edited(milestone: MilestoneOutline, home: MilestoneOutline) -> Fault:
    message = f"{milestone.key} says something else at home, {home.place}"
    return Fault(milestone.place, message, "loading the file makes the path say what its home says")


def _curriculum(outline: CurriculumOutline) -> Iterator[str]:
    yield OF_OTHERS if outline.is_path else OF_ITS_OWN
    yield ""
    yield from text_lines("slug:", outline.slug, indent=0)
    yield f"kind: {outline.kind}"
    yield from text_lines("title:", outline.title, indent=0)
    yield from text_lines("summary:", outline.summary, indent=0)
    if outline.description:
        yield from text_lines("description:", outline.description, indent=0)
    yield f"position: {outline.position}"
    yield from _destination(outline)
    yield ""
    yield from _modules(outline)
    if outline.credited:
        yield from ["", CREDITED, "credited:"]
        for reference in outline.credited:
            yield from text_lines("-", reference.key, indent=2)
    if outline.replaced:
        yield from ["", REPLACED, "replaced:"]
        for item in outline.replaced:
            yield from text_lines("- key:", item.key, indent=2)
            yield from keys_lines("by", [successor.key for successor in item.by], indent=4)


def _destination(outline: CurriculumOutline) -> Iterator[str]:
    for name in ("background", "role"):
        reference = getattr(outline, name)
        if reference is not None:
            yield from text_lines(f"{name}:", reference.key, indent=0)
    for name in ("weeks", "hours_per_week"):
        if getattr(outline, name) is not None:
            yield f"{name}: {getattr(outline, name)}"


def _modules(outline: CurriculumOutline) -> Iterator[str]:
    yield "modules:" if outline.modules else "modules: []"
    for position, module in enumerate(outline.modules):
        if position:
            yield ""
        yield from _module(module, by_key=outline.is_path)


def _module(module: ModuleOutline, *, by_key: bool) -> Iterator[str]:
    yield from text_lines("- key:", module.key, indent=2)
    yield from text_lines("title:", module.title, indent=4)
    if module.rule == "count":
        yield f"    rule: {{at_least: {module.rule_amount}}}"
    if module.rule == "minutes":
        yield f"    rule: {{at_least_minutes: {module.rule_amount}}}"
    yield "    milestones:" if module.milestones else "    milestones: []"
    for milestone in module.milestones:
        if by_key:
            yield from text_lines("-", milestone.key, indent=6)
        else:
            yield from _milestone(milestone)


def _milestone(milestone: MilestoneOutline) -> Iterator[str]:
    yield from text_lines("- key:", milestone.key, indent=6)
    yield from text_lines("title:", milestone.title, indent=8)
    yield f"        kind: {milestone.kind}"
    yield f"        minutes: {milestone.minutes}"
    if not milestone.is_required:
        yield "        optional: true"
    yield from text_lines("done_when:", milestone.done_when, indent=8)
    if milestone.description:
        yield from text_lines("description:", milestone.description, indent=8)
    yield from _references(milestone)
    if milestone.steps:
        yield "        steps:"
        for step in milestone.steps:
            yield from _step(step)
    if milestone.rubric:
        yield "        rubric:"
        for sentence in milestone.rubric:
            yield from text_lines("-", sentence, indent=10)


def _references(milestone: MilestoneOutline) -> Iterator[str]:
    if milestone.prerequisites:
        needed = [reference.key for reference in milestone.prerequisites]
        yield from keys_lines("prerequisites", needed, indent=8)
    if milestone.skills:
        levels = {aim.key: aim.proficiency for aim in milestone.skills}
        yield from numbers_lines("skills", levels, indent=8)
    if milestone.resources:
        used = [reference.key for reference in milestone.resources]
        yield from keys_lines("resources", used, indent=8)


def _step(step: MilestoneStep) -> Iterator[str]:
    yield from text_lines("- title:", step.title, indent=10)
    yield f"            minutes: {step.minutes}"

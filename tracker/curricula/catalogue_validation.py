"""Check a whole folder of catalogue files: the curricula and what they share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.db.models import Model

from tracker.curricula.catalogue_files import Reading
from tracker.curricula.exam_checks import exam_faults
from tracker.curricula.field_checks import (
    Keyed,
    aim_faults,
    field_faults,
    repeated_faults,
    unknown_faults,
)
from tracker.curricula.models import (
    Area,
    Background,
    CareerStep,
    Certification,
    Question,
    Resource,
    RoleProfile,
    Route,
    Skill,
)
from tracker.curricula.outline import CatalogueOutline, Fault, SkillChoice
from tracker.curricula.question_checks import choices_faults, unknown_milestones
from tracker.curricula.validation import Known, faults_in

LINE = re.compile(r"(.*):(\d+)")
# What each list of the catalogue is called, its model, and the fields the model itself can judge.
LISTS: dict[str, tuple[str, type[Model], str]] = {
    "areas": ("area", Area, "key title summary"),
    "skills": ("skill", Skill, "key title definition"),
    "roles": ("role", RoleProfile, "key title kind summary"),
    "steps": ("rung", CareerStep, "key title note"),
    "backgrounds": ("background", Background, "key title note occupation"),
    "routes": ("route", Route, "key title duration product_help"),
    "resources": ("resource", Resource, "key title url format cost"),
    "certifications": (
        "certification",
        Certification,
        "key title provider code status status_note questions minutes price_usd passing "
        "validity as_of confidence vendor_url retires_on retired_on questions_count "
        "duration_minutes list_price_usd validity_months",
    ),
    "questions": ("question", Question, "key prompt"),
}


def faults_in_catalogue(reading: Reading) -> list[Fault]:
    """Return every fault of a folder, file by file from top to bottom."""
    catalogue = reading.catalogue
    known = known_in(catalogue)
    found = [*reading.faults, *list_faults(catalogue), *proficiency_faults(catalogue)]
    found += choices_faults(catalogue.questions)
    found += exam_faults(catalogue.certifications)
    if reading.is_whole:
        found += [*unknown_skills(catalogue), *unknown_references(catalogue)]
        found += unknown_milestones(catalogue.questions, known.milestones)
    found += faults_in(catalogue.curricula, known if reading.is_whole else None)
    return sorted(dict.fromkeys(found), key=_line)


def _line(fault: Fault) -> tuple[str, int]:
    match = LINE.fullmatch(fault.place)
    return (match[1], int(match[2])) if match else (fault.place, 0)


def known_in(catalogue: CatalogueOutline) -> Known:
    homes = [outline for outline in catalogue.curricula if not outline.is_path]
    return Known(
        skills=_keys(catalogue.skills),
        resources=_keys(catalogue.resources),
        roles=_keys(catalogue.roles),
        backgrounds=_keys(catalogue.backgrounds),
        milestones=frozenset(item.key for outline in homes for item in outline.milestones),
    )


def _keys(items: Iterable[Keyed]) -> frozenset[str]:
    return frozenset(item.key for item in items)


def list_faults(catalogue: CatalogueOutline) -> Iterator[Fault]:
    for name, (what, model, fields) in LISTS.items():
        items = getattr(catalogue, name)
        yield from repeated_faults(items, what)
        for item in items:
            yield from field_faults(item, model, *fields.split())


def proficiency_faults(catalogue: CatalogueOutline) -> Iterator[Fault]:
    for role in catalogue.roles:
        yield from aim_faults(role.requires, least=0)
        for choice in role.any_of:
            yield from _choice_faults(choice)
    for background in catalogue.backgrounds:
        yield from aim_faults(background.assumed, least=0)


def _choice_faults(choice: SkillChoice) -> Iterator[Fault]:
    if not 1 <= choice.count <= len(choice.skills):
        mend = f"write a number from 1 to {len(choice.skills)}"
        message = f"{choice.count} of {len(choice.skills)} skills cannot be asked for"
        yield Fault(choice.place_of("count"), message, mend)
    if not 1 <= choice.level <= 5:
        message = f"the level {choice.level} does not exist"
        yield Fault(choice.place_of("level"), message, "write a number from 1 to 5")


def unknown_skills(catalogue: CatalogueOutline) -> Iterator[Fault]:
    skills = _keys(catalogue.skills)
    for role in catalogue.roles:
        yield from unknown_faults(role.requires, skills, "skill")
        for choice in role.any_of:
            yield from unknown_faults(choice.skills, skills, "skill")
    for background in catalogue.backgrounds:
        yield from unknown_faults(background.assumed, skills, "skill")


def unknown_references(catalogue: CatalogueOutline) -> Iterator[Fault]:
    areas, roles, steps = _keys(catalogue.areas), _keys(catalogue.roles), _keys(catalogue.steps)
    slugs = {outline.slug for outline in catalogue.curricula}
    exams = _keys(catalogue.certifications)
    for skill in catalogue.skills:
        if skill.area is None:
            yield Fault(skill.place, "“area” is missing or empty", "write the key of its area")
        yield from unknown_faults([skill.area], areas, "area")
    for background in catalogue.backgrounds:
        yield from unknown_faults([background.meets], roles, "role")
    for step in catalogue.steps:
        yield from unknown_faults(step.after, roles | steps, "rung or role")
    for route in catalogue.routes:
        yield from unknown_faults(route.paths, slugs, "curriculum")
        yield from repeated_faults(route.paths, "path")
    for certification in catalogue.certifications:
        yield from unknown_faults([certification.curriculum], slugs, "curriculum")
        yield from unknown_faults([certification.successor], exams, "certification")

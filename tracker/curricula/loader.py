"""Write a catalogue without faults into the database.

Entries that are gone from the files stay in the database: they may be in use.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.curricula.edition_loading import write_curricula
from tracker.curricula.models import (
    Area,
    Background,
    CareerStep,
    Certification,
    Curriculum,
    Resource,
    RoleProfile,
    Route,
    Skill,
    SkillRequirement,
)
from tracker.curricula.outline import (
    BackgroundOutline,
    CatalogueOutline,
    CertificationOutline,
    RoleOutline,
    RouteOutline,
    SkillAim,
    SkillOutline,
    StepOutline,
)
from tracker.curricula.question_rows import write_questions
from tracker.curricula.upserts import Tally, Values, pks, plain, write


@dataclass(frozen=True)
class LoadReceipt:
    tallies: Mapping[str, Tally]

    @property
    def created(self) -> int:
        return sum(len(tally.created) for tally in self.tallies.values())

    @property
    def updated(self) -> int:
        return sum(len(tally.updated) for tally in self.tallies.values())

    @property
    def unchanged(self) -> int:
        return sum(tally.unchanged for tally in self.tallies.values())


def write_catalogue(catalogue: CatalogueOutline, *, at: datetime) -> LoadReceipt:
    """Bring the database up to a catalogue without faults; call it inside a transaction."""
    tallies = {
        "areas": write(Area, catalogue.areas, plain("title", "summary", "position")),
        "skills": write(Skill, catalogue.skills, skill_values()),
        "roles": write_roles(catalogue.roles),
        "ladder": write(CareerStep, catalogue.steps, step_values),
        "backgrounds": write(Background, catalogue.backgrounds, background_values),
        "resources": write(Resource, catalogue.resources, plain("title", "url", "format", "cost")),
        "curricula": write_curricula(catalogue.curricula, at=at),
        "questions": write_questions(catalogue.questions),
        "routes": write_routes(catalogue.routes),
        "certifications": write_certifications(catalogue.certifications),
    }
    return LoadReceipt(tallies)


def edition_pks() -> dict[str, int]:
    """Return the newest edition of each curriculum that is not a draft."""
    editions = Curriculum.objects.open_to_learners().order_by("edition")
    return dict(editions.values_list("slug", "pk"))


def levels(aims: Iterable[SkillAim]) -> dict[str, int]:
    return {aim.key: aim.proficiency for aim in aims}


def skill_values() -> Values:
    area_pks = pks(Area)

    def values(skill: SkillOutline) -> dict[str, Any]:
        return {
            "area_id": area_pks[skill.area.key] if skill.area else None,
            "title": skill.title,
            "definition": skill.definition,
            "aliases": list(skill.aliases),
            "esco": dict(skill.esco),
        }

    return values


def write_roles(roles: Sequence[RoleOutline]) -> Tally:
    tally = write(RoleProfile, roles, role_values)
    role_pks, skill_pks = pks(RoleProfile), pks(Skill)
    fresh = [role for role in roles if role.key in {*tally.created, *tally.updated}]
    SkillRequirement.objects.filter(role__key__in=[role.key for role in fresh]).delete()
    SkillRequirement.objects.bulk_create(
        SkillRequirement(
            role_id=role_pks[role.key], skill_id=skill_pks[aim.key], proficiency=aim.proficiency
        )
        for role in fresh
        for aim in role.requires
    )
    return tally


def role_values(role: RoleOutline) -> dict[str, Any]:
    return {
        "title": role.title,
        "kind": role.kind,
        "summary": role.summary,
        "daily": list(role.daily),
        "occupations": list(role.occupations),
        "any_of": [
            {
                "skills": [skill.key for skill in choice.skills],
                "level": choice.level,
                "count": choice.count,
            }
            for choice in role.any_of
        ],
        "position": role.position,
    }


def step_values(step: StepOutline) -> dict[str, Any]:
    after = [reference.key for reference in step.after]
    return {"title": step.title, "note": step.note, "after": after, "position": step.position}


def background_values(background: BackgroundOutline) -> dict[str, Any]:
    return {
        "title": background.title,
        "note": background.note,
        "assumed": levels(background.assumed),
        "occupation": background.occupation,
        "position": background.position,
    }


def write_routes(routes: Sequence[RouteOutline]) -> Tally:
    tally = write(Route, routes, route_values)
    route_pks, curriculum_pks = pks(Route), edition_pks()
    fresh = [route for route in routes if route.key in {*tally.created, *tally.updated}]
    links = Route.paths.through
    links._default_manager.filter(route__key__in=[route.key for route in fresh]).delete()
    links._default_manager.bulk_create(
        links(route_id=route_pks[route.key], curriculum_id=curriculum_pks[path.key])
        for route in fresh
        for path in route.paths
    )
    return tally


def route_values(route: RouteOutline) -> dict[str, Any]:
    return {
        "title": route.title,
        "duration": route.duration,
        "product_help": route.product_help,
        "strengths": list(route.strengths),
        "risks": list(route.risks),
        "position": route.position,
    }


def write_certifications(certifications: Sequence[CertificationOutline]) -> Tally:
    tally = write(Certification, certifications, certification_values())
    certification_pks = pks(Certification)
    fresh = {*tally.created, *tally.updated}
    # A successor may stand further down in the file, so all rows are there first.
    for item in certifications:
        if item.key in fresh:
            successor = certification_pks[item.successor.key] if item.successor else None
            Certification.objects.filter(key=item.key).update(successor=successor)
    return tally


def certification_values() -> Values:
    curriculum_pks = edition_pks()
    facts = plain(
        *("title", "provider", "code", "status", "status_note", "questions", "minutes"),
        *("price_usd", "passing", "validity", "as_of", "confidence"),
        *("vendor_url", "retires_on", "retired_on", "questions_count", "duration_minutes"),
        *("list_price_usd", "validity_months"),
    )

    def values(certification: CertificationOutline) -> dict[str, Any]:
        prepares = certification.curriculum
        return {
            **facts(certification),
            "curriculum_id": curriculum_pks[prepares.key] if prepares else None,
            "domains": [
                {"title": domain.title, "weight": domain.weight} for domain in certification.domains
            ],
            "versions": [
                {
                    "title": version.title,
                    "starts_on": version.starts_on,
                    "ends_on": version.ends_on,
                    "note": version.note,
                }
                for version in certification.versions
            ],
            "notes": list(certification.notes),
        }

    return values

"""The catalogue as readiness sees it: milestones as units, role profiles as ladders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q

from tracker.curricula.models import (
    Curriculum,
    Milestone,
    RoleProfile,
    SkillLevel,
    SkillRequirement,
)
from tracker.readiness.model import Library, Requirement, Role, Unit
from tracker.readiness.proof import Level


@dataclass(frozen=True, slots=True)
class Catalogue:
    library: Library
    profiles: Mapping[str, RoleProfile]
    ladders: Mapping[str, tuple[Role, ...]]
    titles: Mapping[str, str]
    kinds: Mapping[str, str]

    def title(self, unit_key: str) -> str:
        return self.titles[unit_key]


def read_catalogue() -> Catalogue:
    """Return all units and roles, in five queries.

    Units are the milestones of published subjects, their home: paths and certifications only
    take them up, so that no hour is counted twice.
    """
    home = Milestone.objects.filter(_at_home())
    in_order = home.order_by(
        "curriculum__position", "curriculum__slug", "module__position", "module", "position", "pk"
    )
    columns = ("pk", "key", "title", "kind", "effort_minutes", "needed_elsewhere")
    rows = _once(list(in_order.values_list(*columns)))
    levels, needs = _levels(), _needs()
    profiles = list(RoleProfile.objects.all())
    return Catalogue(
        library=Library(
            Unit(key, minutes, levels.get(pk, {}), (*needs.get(pk, ()), *elsewhere))
            for pk, key, _title, _kind, minutes, elsewhere in rows
        ),
        profiles={profile.key: profile for profile in profiles},
        ladders=_ladders(profiles),
        titles={key: title for _, key, title, *_ in rows},
        kinds={key: kind for _, key, _, kind, *_ in rows},
    )


def _at_home(prefix: str = "") -> Q:
    """Keep milestones of published subjects, reached over a relation of that name."""
    is_subject = {f"{prefix}curriculum__kind": Curriculum.Kind.SUBJECT}
    is_published = {f"{prefix}curriculum__status": Curriculum.Status.PUBLISHED}
    return Q(**is_subject, **is_published)


def _once(rows: Sequence[tuple]) -> list[tuple]:
    """Leave out a key that a second subject uses too."""
    return list({row[1]: row for row in reversed(rows)}.values())[::-1]


def _levels() -> dict[int, dict[str, int]]:
    levels: dict[int, dict[str, int]] = defaultdict(dict)
    found = SkillLevel.objects.filter(_at_home("milestone__"))
    columns = ("milestone_id", "skill__key", "proficiency")
    for milestone_id, skill, proficiency in found.order_by("pk").values_list(*columns):
        levels[milestone_id][skill] = proficiency
    return levels


def _needs() -> dict[int, list[str]]:
    needs: dict[int, list[str]] = defaultdict(list)
    links = Milestone.prerequisites.through.objects.filter(_at_home("from_milestone__"))
    pairs = links.order_by("pk").values_list("from_milestone_id", "to_milestone__key")
    for milestone_id, needed in pairs:
        needs[milestone_id].append(needed)
    return needs


def _ladders(profiles: Sequence[RoleProfile]) -> dict[str, tuple[Role, ...]]:
    """Return the rungs of each role: a level stands on those below, a specialisation on entry."""
    asked: dict[int, list[Requirement]] = defaultdict(list)
    rows = SkillRequirement.objects.filter(proficiency__gt=0).order_by("pk")
    for role_id, skill, proficiency in rows.values_list("role_id", "skill__key", "proficiency"):
        asked[role_id].append(Requirement((skill,), proficiency))
    by_level = [each for each in profiles if each.kind == RoleProfile.Kind.LEVEL]
    rungs = [
        _role(profile, Level(min(place, Level.SENIOR)), asked[profile.pk])
        for place, profile in enumerate(by_level)
    ]
    ladders = {rung.key: tuple(rungs[: place + 1]) for place, rung in enumerate(rungs)}
    for profile in profiles:
        if profile.kind != RoleProfile.Kind.LEVEL:
            ladders[profile.key] = (*rungs[:1], _role(profile, Level.MID, asked[profile.pk]))
    return ladders


def _role(profile: RoleProfile, level: Level, asked: list[Requirement]) -> Role:
    either = [
        Requirement(tuple(rule["skills"]), rule["level"], rule["count"]) for rule in profile.any_of
    ]
    return Role(profile.key, level, (*asked, *either))

"""The catalogue as readiness sees it: milestones as units, role profiles as ladders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q

from tracker.curricula.models import (
    Curriculum,
    Milestone,
    RoleProfile,
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
    """Return all units and roles, in four queries.

    Units are the milestones of published subjects, their home: paths and certifications only
    take them up, so that no hour is counted twice.
    """
    homes, levels = _homes()
    needs = _needs()
    profiles = list(RoleProfile.objects.all())
    return Catalogue(
        library=Library(
            Unit(each.key, each.minutes, levels[each.pk], (*needs[each.pk], *each.elsewhere))
            for each in homes
        ),
        profiles={profile.key: profile for profile in profiles},
        ladders=_ladders(profiles),
        titles={each.key: each.title for each in homes},
        kinds={each.key: each.kind for each in homes},
    )


class Home(NamedTuple):
    """A milestone in the subject that is its home."""

    pk: int
    key: str
    title: str
    kind: str
    minutes: int
    elsewhere: list[str]


def _homes() -> tuple[list[Home], Mapping[int, dict[str, int]]]:
    """Return each milestone once, of several homes in the first, and all proficiencies by row."""
    columns = ("pk", "key", "title", "kind", "effort_minutes", "needed_elsewhere")
    taught = ("skill_levels__skill__key", "skill_levels__proficiency")
    rows = Milestone.objects.filter(_at_home()).order_by(
        *("curriculum__position", "curriculum__slug", "module__position", "module"),
        *("position", "pk", "skill_levels__pk"),
    )
    homes: dict[str, Home] = {}
    levels: dict[int, dict[str, int]] = defaultdict(dict)
    for *row, skill, proficiency in rows.values_list(*columns, *taught):
        home = Home(*row)
        homes.setdefault(home.key, home)
        if skill is not None:
            levels[home.pk][skill] = proficiency
    return list(homes.values()), levels


def homes_of(keys: Iterable[str]) -> dict[str, Milestone]:
    """Return the rows that the library's units of these keys are made of."""
    found = Milestone.objects.filter(_at_home(), key__in=set(keys)).select_related("curriculum")
    in_order = found.order_by("curriculum__position", "curriculum__slug", "position", "pk")
    return {milestone.key: milestone for milestone in reversed(in_order)}


def _at_home(prefix: str = "") -> Q:
    """Keep milestones of published subjects, reached over a relation of that name."""
    is_subject = {f"{prefix}curriculum__kind": Curriculum.Kind.SUBJECT}
    is_published = {f"{prefix}curriculum__status": Curriculum.Status.PUBLISHED}
    return Q(**is_subject, **is_published)


def _needs() -> Mapping[int, list[str]]:
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

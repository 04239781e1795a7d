"""Set back what a save changed in a draft, or bring back what it deleted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from tracker.curricula.edition_history import PLACE, Said
from tracker.curricula.models import (
    Background,
    Curriculum,
    DraftChange,
    Milestone,
    Module,
    Resource,
    RoleProfile,
    Skill,
    SkillLevel,
)
from tracker.curricula.needs import loop_in_words, loop_through

RENAMED = {"minutes": "effort_minutes"}
GONE = "It is not there any more. Bring it back first."


class CannotRestore(Exception):
    """Something cannot be set back as it was; says why, to the author."""


@transaction.atomic
def set_back(*, change: DraftChange, number: int, name: str) -> None:
    """Let a field of a draft's row say again what it said before a change."""
    row = change.rows[number]
    found = _found(change.edition, row["kind"], row["key"])
    if found is None:
        raise CannotRestore(GONE)
    _say(found, {name: row["before"][name]})


@transaction.atomic
def bring_back(*, change: DraftChange, number: int) -> None:
    """Put a deleted module or milestone back in its place, with all it said.

    A module comes with the milestones that went with it; a milestone whose module has gone
    brings that along; what needed the milestone needs it again.
    """
    row = change.rows[number]
    if _found(change.edition, row["kind"], row["key"]) is not None:
        raise CannotRestore("It is there already.")
    if row["kind"] == "module":
        _make_module(change.edition, row["key"], row["before"])
        inside = _deleted(change, "milestone")
        _make_milestones(change, [each for each in inside if _module_of(each) == row["key"]])
    else:
        _make_milestones(change, [row])


def _deleted(change: DraftChange, kind: str) -> list[Said]:
    return [row for row in change.rows if row["kind"] == kind and row["after"] is None]


def _module_of(row: Said) -> str:
    return str(row["before"]["module"])


def _found(edition: Curriculum, kind: str, key: str) -> Curriculum | Module | Milestone | None:
    if kind == "curriculum":
        return edition
    rows: Any = edition.modules if kind == "module" else edition.milestones
    found: Module | Milestone | None = rows.filter(key=key).first()
    return found


# --- making rows again ------------------------------------------------------------------------


def _make_module(edition: Curriculum, key: str, said: Said) -> Module:
    module = Module(curriculum=edition, key=key, title=said["title"], **said["rule"])
    module.save()
    _put_in_order(edition.modules.all(), _placed(edition.modules.all(), key, said[PLACE]))
    return module


def _make_milestones(change: DraftChange, rows: list[Said]) -> None:
    made = [(_make_milestone(change.edition, row), row) for row in rows]
    for milestone, row in made:
        # Links come last: one that comes back may need another that does.
        _say(milestone, {name: row["before"][name] for name in LINKS})
        _need_again(change, milestone)


def _make_milestone(edition: Curriculum, row: Said) -> Milestone:
    said = row["before"]
    module = edition.modules.filter(key=said["module"]).first()
    module = module or _module_again(edition, said["module"])
    milestone = Milestone(module=module, key=row["key"])
    for name, value in said.items():
        if name not in (*LINKS, "module", PLACE):
            setattr(milestone, RENAMED.get(name, name), value)
    milestone.save()
    inside = module.milestones.all()
    _put_in_order(inside, _placed(inside, milestone.key, said[PLACE]))
    milestone.refresh_from_db(fields=["position"])
    return milestone


def _module_again(edition: Curriculum, key: str) -> Module:
    for change in edition.changes.order_by("-pk"):
        for row in _deleted(change, "module"):
            if row["key"] == key:
                return _make_module(edition, key, row["before"])
    raise CannotRestore(f"Its module {key} is not there any more.")


def _need_again(change: DraftChange, milestone: Milestone) -> None:
    for row in change.rows:
        before, after = row["before"] or {}, row["after"] or {}
        needed = set(before.get("prerequisites", ())) - set(after.get("prerequisites", ()))
        if after and milestone.key in needed:
            dependent = change.edition.milestones.filter(key=row["key"]).first()
            if dependent and not loop_through(dependent, [*_needs(dependent), milestone.pk]):
                dependent.prerequisites.add(milestone)


def _needs(milestone: Milestone) -> list[int]:
    return list(milestone.prerequisites.values_list("pk", flat=True))


# --- what rows say ----------------------------------------------------------------------------


def _say(row: Curriculum | Module | Milestone, said: Said) -> None:
    for name, value in said.items():
        if name in WRITERS:
            WRITERS[name](row, value)
        else:
            setattr(row, RENAMED.get(name, name), value)
    row.save()


def _write_rule(module: Module, rule: Said) -> None:
    module.rule, module.rule_amount = rule["rule"], rule["rule_amount"]


def _write_role(curriculum: Curriculum, key: str | None) -> None:
    curriculum.role = _still_there(RoleProfile, key)


def _write_background(curriculum: Curriculum, key: str | None) -> None:
    curriculum.background = _still_there(Background, key)


def _still_there(model: Any, key: str | None) -> Any:
    found = model.objects.filter(key=key).first() if key else None
    if key and found is None:
        raise CannotRestore(f"“{key}” is not there any more.")
    return found


def _write_prerequisites(milestone: Milestone, keys: list[str]) -> None:
    own = dict(milestone.curriculum.milestones.filter(key__in=keys).values_list("key", "pk"))
    loop = loop_through(milestone, list(own.values()))
    if loop:
        raise CannotRestore(f"This would never end: {loop_in_words(loop)}.")
    milestone.prerequisites.set(own.values())
    elsewhere = Milestone.objects.filter(key__in=set(keys) - set(own))
    held = set(elsewhere.values_list("key", flat=True))
    milestone.needed_elsewhere = [key for key in keys if key in held]


def _write_skills(milestone: Milestone, levels: dict[str, int]) -> None:
    milestone.skill_levels.all().delete()
    pks = dict(Skill.objects.filter(key__in=levels).values_list("key", "pk"))
    SkillLevel.objects.bulk_create(
        SkillLevel(milestone=milestone, skill_id=pks[key], proficiency=level)
        for key, level in levels.items()
        if key in pks
    )


def _write_resources(milestone: Milestone, keys: list[str]) -> None:
    milestone.resources.set(Resource.objects.filter(key__in=keys))


def _write_module_order(curriculum: Curriculum, keys: list[str]) -> None:
    _put_in_order(curriculum.modules.all(), keys)


def _write_milestone_order(module: Module, keys: list[str]) -> None:
    _put_in_order(module.milestones.all(), keys)


LINKS = ("prerequisites", "skills", "resources")
WRITERS: dict[str, Any] = {
    "rule": _write_rule,
    "role": _write_role,
    "background": _write_background,
    "prerequisites": _write_prerequisites,
    "skills": _write_skills,
    "resources": _write_resources,
    "modules": _write_module_order,
    "milestones": _write_milestone_order,
}


# --- order ------------------------------------------------------------------------------------


def _placed(rows: Iterable[Any], key: str, follows: str | None) -> list[str]:
    """Return the keys in order with one of them behind the row it used to follow."""
    keys = [row.key for row in rows if row.key != key]
    if follows is not None and follows not in keys:
        return [*keys, key]
    place = keys.index(follows) + 1 if follows is not None else 0
    return [*keys[:place], key, *keys[place:]]


def _put_in_order(rows: Any, keys: list[str]) -> None:
    """Number rows by these keys; those that came since keep their order behind them."""
    rank = {key: number for number, key in enumerate(keys)}
    ordered = sorted(rows, key=lambda row: rank.get(row.key, len(rank)))
    for number, row in enumerate(ordered, start=1):
        row.position = number
    rows.model.objects.bulk_update(ordered, ["position"])

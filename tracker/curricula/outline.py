"""What an author wrote, before it becomes rows: plain values that know where they stand.

Files and the admin are two doors to one truth; both bring their curricula into this form, so
that the same checks serve both.  `place` names where a mend is due: "subjects/math.yaml:14", or
"module “Basics”, milestone math.la.vec".  Places do not count when two outlines are compared.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Fault:
    place: str
    message: str
    mend: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message} — {self.mend}"

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Placed:
    place: str = field(compare=False)
    # Only files tell lines apart: in the database all fields stand in one place.
    places: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)

    def place_of(self, name: str) -> str:
        return self.places.get(name, self.place)


@dataclass(frozen=True, kw_only=True)
class Reference(Placed):
    """The key of something that is defined elsewhere."""

    key: str


@dataclass(frozen=True, kw_only=True)
class SkillAim(Placed):
    """A proficiency in a skill: led to, required or assumed."""

    key: str
    proficiency: int


def later(empty: Any = ()) -> Any:
    """Declare a field, most often a list, that the format did not always have.

    Left empty it stays out of the digest, so that a new field does not make every entry that was
    loaded before look changed, and a load win over edits made in the admin.
    """
    return field(default=empty, metadata={"silent_when_empty": True})


# --- curricula --------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class MilestoneStep(Placed):
    """A part of a milestone that is too long for one go."""

    title: str
    minutes: int | None


@dataclass(frozen=True, kw_only=True)
class MilestoneOutline(Placed):
    key: str
    title: str
    kind: str
    minutes: int | None
    done_when: str
    is_required: bool = True
    prerequisites: tuple[Reference, ...] = ()
    skills: tuple[SkillAim, ...] = ()
    resources: tuple[Reference, ...] = ()
    steps: tuple[MilestoneStep, ...] = later()
    rubric: tuple[str, ...] = later()
    description: str = later("")


@dataclass(frozen=True, kw_only=True)
class ModuleOutline(Placed):
    """A module holds milestones of its own or, in a path's file, includes those of others."""

    key: str
    title: str
    rule: str = "all"
    rule_amount: int | None = None
    milestones: tuple[MilestoneOutline, ...] = ()
    includes: tuple[Reference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReplacedKey(Placed):
    """A milestone key that an edition has no more, and the keys in its place."""

    key: str
    by: tuple[Reference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CurriculumOutline(Placed):
    slug: str
    kind: str
    title: str
    summary: str
    position: int = 0
    modules: tuple[ModuleOutline, ...] = ()
    background: Reference | None = None
    role: Reference | None = None
    weeks: int | None = None
    hours_per_week: int | None = None
    credited: tuple[Reference, ...] = ()
    description: str = later("")
    # Says how the last step was taken, nothing about the curriculum as it is.
    replaced: tuple[ReplacedKey, ...] = field(default=(), compare=False)

    @property
    def replaced_keys(self) -> dict[str, list[str]]:
        return {item.key: [successor.key for successor in item.by] for item in self.replaced}

    @property
    def is_path(self) -> bool:
        return self.kind == "path"

    @property
    def milestones(self) -> list[MilestoneOutline]:
        return [milestone for module in self.modules for milestone in module.milestones]

    @property
    def includes(self) -> list[Reference]:
        return [reference for module in self.modules for reference in module.includes]


def composed(path: CurriculumOutline, library: Mapping[str, MilestoneOutline]) -> CurriculumOutline:
    """Return the path with the milestones it includes; unknown ones are left out."""

    def holding(module: ModuleOutline) -> ModuleOutline:
        found = (library.get(include.key) for include in module.includes)
        return replace(module, milestones=tuple(filter(None, found)))

    return replace(path, modules=tuple(holding(module) for module in path.modules))


# --- what curricula share ---------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class AreaOutline(Placed):
    key: str
    title: str
    summary: str
    position: int


@dataclass(frozen=True, kw_only=True)
class SkillOutline(Placed):
    key: str
    area: Reference | None
    title: str
    definition: str
    aliases: tuple[str, ...] = ()
    esco: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SkillChoice(Placed):
    """At least `count` of these skills at this level."""

    skills: tuple[Reference, ...]
    level: int
    count: int


@dataclass(frozen=True, kw_only=True)
class RoleOutline(Placed):
    key: str
    title: str
    kind: str
    summary: str
    position: int
    daily: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    requires: tuple[SkillAim, ...] = ()
    any_of: tuple[SkillChoice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StepOutline(Placed):
    key: str
    title: str
    note: str
    position: int
    after: tuple[Reference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class BackgroundOutline(Placed):
    key: str
    title: str
    note: str
    position: int
    occupation: str = ""
    assumed: tuple[SkillAim, ...] = ()
    meets: Reference | None = None


@dataclass(frozen=True, kw_only=True)
class RouteOutline(Placed):
    key: str
    title: str
    duration: str
    product_help: str
    position: int
    strengths: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()
    paths: tuple[Reference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ResourceOutline(Placed):
    key: str
    title: str
    url: str
    format: str
    cost: str


@dataclass(frozen=True, kw_only=True)
class Domain(Placed):
    title: str
    weight: str


@dataclass(frozen=True, kw_only=True)
class ExamVersion(Placed):
    """What can be taken of an exam in transition; days are ISO texts, None is open-ended."""

    title: str
    starts_on: str | None
    ends_on: str | None
    note: str


@dataclass(frozen=True, kw_only=True)
class CertificationOutline(Placed):
    key: str
    title: str
    provider: str
    code: str
    status: str
    status_note: str
    curriculum: Reference | None
    domains: tuple[Domain, ...]
    questions: str
    minutes: str
    price_usd: str
    passing: str
    validity: str
    notes: tuple[str, ...]
    as_of: str
    confidence: str
    vendor_url: str = later("")
    retires_on: str | None = later(None)
    retired_on: str | None = later(None)
    successor: Reference | None = later(None)  # noqa: RUF009 (it returns a field)
    versions: tuple[ExamVersion, ...] = later()
    questions_count: int | None = later(None)
    duration_minutes: int | None = later(None)
    list_price_usd: int | None = later(None)
    validity_months: int | None = later(None)


@dataclass(frozen=True, kw_only=True)
class ChoiceOutline(Placed):
    text: str
    is_right: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class QuestionOutline(Placed):
    key: str
    milestone: Reference | None
    prompt: str
    position: int
    choices: tuple[ChoiceOutline, ...] = ()


@dataclass(frozen=True, kw_only=True)
class CatalogueOutline:
    """A whole folder of files; its paths are already composed."""

    areas: tuple[AreaOutline, ...] = ()
    skills: tuple[SkillOutline, ...] = ()
    roles: tuple[RoleOutline, ...] = ()
    steps: tuple[StepOutline, ...] = ()
    backgrounds: tuple[BackgroundOutline, ...] = ()
    routes: tuple[RouteOutline, ...] = ()
    resources: tuple[ResourceOutline, ...] = ()
    certifications: tuple[CertificationOutline, ...] = ()
    curricula: tuple[CurriculumOutline, ...] = ()
    questions: tuple[QuestionOutline, ...] = ()


# --- digest -----------------------------------------------------------------------------------


def digest(outline: Placed) -> str:
    """Return a fingerprint of what an outline says, wherever it says it."""
    text = json.dumps(_said(outline), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _said(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_said(item) for item in value]
    if not is_dataclass(value):
        return value
    said = {item: getattr(value, item.name) for item in fields(value) if item.compare}
    return {
        item.name: _said(content)
        for item, content in said.items()
        if content or "silent_when_empty" not in item.metadata
    }

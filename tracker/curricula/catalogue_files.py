"""Read a folder of catalogue files into one outline; docs/authoring.md describes the format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from tracker.curricula.outline import (
    AreaOutline,
    BackgroundOutline,
    CatalogueOutline,
    CertificationOutline,
    ChoiceOutline,
    CurriculumOutline,
    Domain,
    ExamVersion,
    Fault,
    MilestoneOutline,
    MilestoneStep,
    ModuleOutline,
    QuestionOutline,
    ReplacedKey,
    ResourceOutline,
    RoleOutline,
    RouteOutline,
    SkillChoice,
    SkillOutline,
    StepOutline,
    composed,
)
from tracker.curricula.yaml_files import Entry, read_file

SHIPPED = Path(__file__).parent / "catalogue"
CURRICULUM_FOLDERS = ("subjects", "certifications", "paths")
QUESTION_FOLDER = "questions"

Outline = TypeVar("Outline")


@dataclass(frozen=True)
class Reading:
    """What a folder holds.  With an unreadable file in it, references cannot be judged."""

    catalogue: CatalogueOutline
    faults: list[Fault]
    is_whole: bool


@dataclass
class Folder:
    """A folder being read.

    A shared file it lacks is taken from the shipped catalogue, unless that file names curricula.
    """

    path: Path
    faults: list[Fault] = field(default_factory=list)
    is_whole: bool = True

    def shared(self, name: str) -> Entry | None:
        return self.own(name) if (self.path / name).exists() else self._read(SHIPPED / name, name)

    def own(self, name: str) -> Entry | None:
        return self._read(self.path / name, name) if (self.path / name).exists() else None

    def all_in(self, *folders: str) -> Iterator[Entry]:
        """Yield one entry a file, so that a large folder is never in memory as a whole."""
        found = sorted(path for name in folders for path in (self.path / name).glob("*.yaml"))
        for path in found:
            entry = self._read(path, path.relative_to(self.path).as_posix())
            if entry is not None:
                yield entry

    def _read(self, path: Path, name: str) -> Entry | None:
        entry = read_file(path, name, self.faults)
        self.is_whole = self.is_whole and entry is not None
        return entry


def read_catalogue(path: Path) -> Reading:
    return read_folder(Folder(path))


def read_folder(folder: Folder) -> Reading:
    outlines = [_ended(entry, _curriculum(entry)) for entry in folder.all_in(*CURRICULUM_FOLDERS)]
    if not outlines and folder.is_whole:
        folder.faults.append(_no_curricula(folder.path))
    skills, roles, careers, resources = (
        folder.shared(f"{name}.yaml") for name in ("skills", "roles", "careers", "resources")
    )
    certifications, routes = folder.own("certifications.yaml"), folder.own("routes.yaml")
    banks = list(folder.all_in(QUESTION_FOLDER))
    catalogue = CatalogueOutline(
        areas=_ranked(skills, "areas", _area),
        skills=_listed(skills, "skills", _skill),
        roles=_ranked(roles, "roles", _role),
        steps=_ranked(careers, "ladder", _step),
        backgrounds=_ranked(careers, "backgrounds", _background),
        routes=_ranked(routes, "routes", _route),
        resources=_listed(resources, "resources", _resource),
        certifications=_listed(certifications, "certifications", _certification),
        curricula=_with_paths_composed(outlines),
        questions=tuple(
            question for bank in banks for question in _ranked(bank, "questions", _question)
        ),
    )
    for entry in filter(None, (skills, roles, careers, resources, certifications, routes, *banks)):
        entry.end()
    return Reading(_with_profiles_assumed(catalogue), folder.faults, folder.is_whole)


def _no_curricula(path: Path) -> Fault:
    mend = f"name a folder that holds {', '.join(CURRICULUM_FOLDERS)} with .yaml files in them"
    return Fault(str(path), "there is no curriculum in this folder", mend)


def _listed(
    entry: Entry | None, name: str, read: Callable[[Entry], Outline]
) -> tuple[Outline, ...]:
    items = entry.entries(name) if entry else []
    return tuple(_ended(item, read(item)) for item in items)


def _ranked(
    entry: Entry | None, name: str, read: Callable[[Entry, int], Outline]
) -> tuple[Outline, ...]:
    """Read a list whose order counts."""
    items = enumerate(entry.entries(name) if entry else [])
    return tuple(_ended(item, read(item, position)) for position, item in items)


def _ended(entry: Entry, outline: Outline) -> Outline:
    entry.end()
    return outline


# --- curricula --------------------------------------------------------------------------------


def _curriculum(entry: Entry) -> CurriculumOutline:
    is_path = entry.text("kind") == "path"
    return CurriculumOutline(
        slug=entry.text("slug"),
        kind=entry.text("kind"),
        title=entry.text("title"),
        summary=entry.text("summary"),
        description=entry.text("description"),
        position=entry.number("position") or 0,
        modules=_listed(entry, "modules", _path_module if is_path else _module),
        background=entry.reference("background"),
        role=entry.reference("role"),
        weeks=entry.number("weeks"),
        hours_per_week=entry.number("hours_per_week"),
        credited=entry.references("credited"),
        replaced=_listed(entry, "replaced", _replaced_key),
        **entry.where,
    )


def _replaced_key(entry: Entry) -> ReplacedKey:
    return ReplacedKey(key=entry.text("key"), by=entry.references("by"), **entry.where)


def _module(entry: Entry) -> ModuleOutline:
    return replace(_bare_module(entry), milestones=_listed(entry, "milestones", _milestone))


def _path_module(entry: Entry) -> ModuleOutline:
    return replace(_bare_module(entry), includes=entry.references("milestones"))


def _bare_module(entry: Entry) -> ModuleOutline:
    rule, amount = _rule(entry)
    return ModuleOutline(
        key=entry.text("key"),
        title=entry.text("title"),
        rule=rule,
        rule_amount=amount,
        **entry.where,
    )


def _rule(entry: Entry) -> tuple[str, int | None]:
    """Read `all`, `{at_least: 3}` or `{at_least_minutes: 240}`; without a rule, all."""
    if "rule" not in entry.values or entry.is_plain("rule"):
        return entry.text("rule", "all"), None
    rule = entry.entry("rule")
    if rule is None:
        return "all", None
    count, minutes = rule.number("at_least"), rule.number("at_least_minutes")
    rule.end()
    if count is not None and minutes is not None:
        rule.source.blame(rule.node, "a rule asks for milestones or minutes, not both", "keep one")
    return ("count", count) if minutes is None else ("minutes", minutes)


def _milestone(entry: Entry) -> MilestoneOutline:
    return MilestoneOutline(
        key=entry.text("key"),
        title=entry.text("title"),
        kind=entry.text("kind"),
        minutes=entry.number("minutes"),
        done_when=entry.text("done_when"),
        description=entry.text("description"),
        is_required=not entry.flag("optional"),
        prerequisites=entry.references("prerequisites"),
        skills=entry.aims("skills"),
        resources=entry.references("resources"),
        steps=_listed(entry, "steps", _milestone_step),
        rubric=entry.texts("rubric"),
        **entry.where,
    )


def _milestone_step(entry: Entry) -> MilestoneStep:
    return MilestoneStep(title=entry.text("title"), minutes=entry.number("minutes"), **entry.where)


def _with_paths_composed(outlines: Iterable[CurriculumOutline]) -> tuple[CurriculumOutline, ...]:
    listed = list(outlines)
    library = {
        milestone.key: milestone
        for outline in listed
        if not outline.is_path
        for milestone in outline.milestones
    }
    return tuple(composed(item, library) if item.is_path else item for item in listed)


# --- what curricula share ---------------------------------------------------------------------


def _area(entry: Entry, position: int) -> AreaOutline:
    return AreaOutline(
        key=entry.text("key"),
        title=entry.text("title"),
        summary=entry.text("summary"),
        position=position,
        **entry.where,
    )


def _skill(entry: Entry) -> SkillOutline:
    return SkillOutline(
        key=entry.text("key"),
        area=entry.reference("area"),
        title=entry.text("title"),
        definition=entry.text("definition"),
        aliases=entry.texts("aliases"),
        esco=_esco(entry),
        **entry.where,
    )


def _esco(entry: Entry) -> dict[str, str]:
    reference = entry.entry("esco")
    if reference is None:
        return {}
    said = {name: reference.text(name) for name in ("kind", "ref", "label")}
    reference.end()
    return said


def _role(entry: Entry, position: int) -> RoleOutline:
    return RoleOutline(
        key=entry.text("key"),
        title=entry.text("title"),
        kind=entry.text("kind"),
        summary=entry.text("summary"),
        position=position,
        daily=entry.texts("daily"),
        occupations=entry.texts("occupations"),
        requires=entry.aims("requires"),
        any_of=_listed(entry, "any_of", _skill_choice),
        **entry.where,
    )


def _skill_choice(entry: Entry) -> SkillChoice:
    return SkillChoice(
        skills=entry.references("skills"),
        level=entry.number("level") or 0,
        count=entry.number("count") or 0,
        **entry.where,
    )


def _step(entry: Entry, position: int) -> StepOutline:
    return StepOutline(
        key=entry.text("key"),
        title=entry.text("title"),
        note=entry.text("note"),
        position=position,
        after=entry.references("after"),
        **entry.where,
    )


def _background(entry: Entry, position: int) -> BackgroundOutline:
    return BackgroundOutline(
        key=entry.text("key"),
        title=entry.text("title"),
        note=entry.text("note"),
        position=position,
        occupation=entry.text("occupation"),
        assumed=entry.aims("assumed"),
        meets=entry.reference("meets"),
        **entry.where,
    )


def _with_profiles_assumed(catalogue: CatalogueOutline) -> CatalogueOutline:
    """Let a background that meets a role assume whatever the role requires."""
    asked = {role.key: role.requires for role in catalogue.roles}
    backgrounds = tuple(
        replace(item, assumed=asked.get(item.meets.key, ())) if item.meets else item
        for item in catalogue.backgrounds
    )
    return replace(catalogue, backgrounds=backgrounds)


def _route(entry: Entry, position: int) -> RouteOutline:
    return RouteOutline(
        key=entry.text("key"),
        title=entry.text("title"),
        duration=entry.text("duration"),
        product_help=entry.text("product_help"),
        position=position,
        strengths=entry.texts("strengths"),
        risks=entry.texts("risks"),
        paths=entry.references("paths"),
        **entry.where,
    )


def _resource(entry: Entry) -> ResourceOutline:
    return ResourceOutline(
        key=entry.text("key"),
        title=entry.text("title"),
        url=entry.text("url"),
        format=entry.text("format"),
        cost=entry.text("cost", "free"),
        **entry.where,
    )


def _domain(entry: Entry) -> Domain:
    return Domain(
        title=entry.text("title"),
        weight=entry.text("weight"),
        **entry.where,
    )


def _certification(entry: Entry) -> CertificationOutline:
    names = ("code", "status_note", "questions", "minutes", "price_usd", "passing", "validity")
    facts = {name: entry.text(name) for name in names}
    return CertificationOutline(
        key=entry.text("key"),
        title=entry.text("title"),
        provider=entry.text("provider"),
        status=entry.text("status"),
        curriculum=entry.reference("curriculum"),
        domains=_listed(entry, "domains", _domain),
        notes=entry.texts("notes"),
        as_of=entry.text("as_of"),
        confidence=entry.text("confidence"),
        vendor_url=entry.text("vendor_url"),
        retires_on=entry.text("retires_on") or None,
        retired_on=entry.text("retired_on") or None,
        successor=entry.reference("successor"),
        versions=_listed(entry, "versions", _version),
        questions_count=entry.number("questions_count"),
        duration_minutes=entry.number("duration_minutes"),
        list_price_usd=entry.number("list_price_usd"),
        validity_months=entry.number("validity_months"),
        **entry.where,
        **facts,
    )


def _version(entry: Entry) -> ExamVersion:
    return ExamVersion(
        title=entry.text("title"),
        starts_on=entry.text("starts_on") or None,
        ends_on=entry.text("ends_on") or None,
        note=entry.text("note"),
        **entry.where,
    )


def _question(entry: Entry, position: int) -> QuestionOutline:
    return QuestionOutline(
        key=entry.text("key"),
        milestone=entry.reference("milestone"),
        prompt=entry.text("prompt"),
        position=position,
        choices=_listed(entry, "choices", _choice),
        **entry.where,
    )


def _choice(entry: Entry) -> ChoiceOutline:
    return ChoiceOutline(
        text=entry.text("text"),
        is_right=entry.flag("right"),
        why=entry.text("why"),
        **entry.where,
    )

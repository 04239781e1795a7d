"""What each save changed in a draft, field by field: written down, and told in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet

from tracker.curricula.models import Curriculum, DraftChange, Module, Proficiency
from tracker.curricula.outline import CurriculumOutline, MilestoneOutline, ModuleOutline
from tracker.curricula.row_outlines import outline_of

# A row by its kind and its key, and what it says by name; all of it fits into JSON.
Said = dict[str, Any]
Rows = dict[tuple[str, str], Said]

# Their order alone: what comes and goes is told by the row itself.
ORDERS = ("modules", "milestones")
# Where a row stands; told as the order of the row above it.
PLACE = "follows"

LABELS = {
    "minutes": "Minutes",
    "is_required": "Required",
    "done_when": "Done when",
    "hours_per_week": "Hours a week",
    "credited_keys": "Credited",
    "replaced_keys": "In the place of what is gone",
    "edition_note": "What is new",
    "modules": "Order of the modules",
    "milestones": "Order of the milestones",
}


# --- writing down -----------------------------------------------------------------------------


@contextmanager
def recorded(edition_pk: int) -> Iterator[Curriculum | None]:
    """Write down what happens inside to a draft, which nobody else changes meanwhile.

    Yields the draft; None when the edition is no draft any more, and then nothing is written.
    """
    with transaction.atomic():
        drafts = Curriculum.objects.filter(pk=edition_pk, status=Curriculum.Status.DRAFT)
        draft = drafts.select_for_update().first()
        before = rows_of(draft) if draft else {}
        last_entry = entries_on([edition_pk]).values_list("pk", flat=True).first() or 0
        yield draft
        edition = Curriculum.objects.filter(pk=edition_pk).first()
        if draft and edition:
            _write_down(edition, changes_between(before, rows_of(edition)), last_entry)


@contextmanager
def all_recorded(edition_pks: Iterable[int]) -> Iterator[None]:
    with ExitStack() as stack:
        # In one order, so that two authors never wait for each other.
        for pk in sorted(set(edition_pks)):
            stack.enter_context(recorded(pk))
        yield


def _write_down(edition: Curriculum, changes: list[Said], last_entry: int) -> None:
    if not changes:
        return
    entry = entries_on([edition.pk]).filter(pk__gt=last_entry).first()
    DraftChange.objects.create(edition=edition, entry=entry, rows=changes)


def entries_on(edition_pks: Iterable[int]) -> QuerySet[LogEntry]:
    """Return what the admin wrote down about these editions, the latest first."""
    about = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Curriculum),
        object_id__in=[str(pk) for pk in edition_pks],
    )
    return about.order_by("-action_time", "-pk")


def changes_between(before: Rows, after: Rows) -> list[Said]:
    """Return one entry for each row that was added, deleted or says something else."""
    return [change for row in {**before, **after} if (change := _change(row, before, after))]


def _change(row: tuple[str, str], before: Rows, after: Rows) -> Said | None:
    old, new = before.get(row), after.get(row)
    if old is not None and new is not None:
        names = [name for name in new if _differs(name, old[name], new[name])]
        if not names:
            return None
        title = new["title"]
        old, new = ({name: each[name] for name in names} for each in (old, new))
    else:
        title = (old or new or {})["title"]
    kind, key = row
    return {"kind": kind, "key": key, "title": title, "before": old, "after": new}


def _differs(name: str, old: Any, new: Any) -> bool:
    if name == PLACE:
        return False
    if name in ORDERS:
        return [key for key in old if key in new] != [key for key in new if key in old]
    return bool(old != new)


# --- what rows say ----------------------------------------------------------------------------


def rows_of(edition: Curriculum) -> Rows:
    """Return what every row of an edition says, in a constant number of queries."""
    outline = outline_of(edition)
    rows: Rows = {("curriculum", edition.slug): _curriculum(edition, outline)}
    last_module = None
    for module in outline.modules:
        rows["module", module.key] = _module(module) | {PLACE: last_module}
        last_module = module.key
        last = None
        for item in module.milestones:
            rows["milestone", item.key] = _milestone(item) | {"module": module.key, PLACE: last}
            last = item.key
    return rows


def _curriculum(edition: Curriculum, outline: CurriculumOutline) -> Said:
    plain = ("title", "kind", "summary", "description", "weeks", "hours_per_week", "position")
    return {
        **{name: getattr(edition, name) for name in plain},
        "role": outline.role.key if outline.role else None,
        "background": outline.background.key if outline.background else None,
        "credited_keys": list(edition.credited_keys),
        "edition_note": edition.edition_note,
        "replaced_keys": dict(edition.replaced_keys),
        "modules": [module.key for module in outline.modules],
    }


def _module(module: ModuleOutline) -> Said:
    return {
        "title": module.title,
        "rule": {"rule": module.rule, "rule_amount": module.rule_amount},
        "milestones": [item.key for item in module.milestones],
    }


def _milestone(item: MilestoneOutline) -> Said:
    plain = ("title", "kind", "minutes", "is_required", "done_when", "description")
    return {
        **{name: getattr(item, name) for name in plain},
        "steps": [{"title": step.title, "minutes": step.minutes} for step in item.steps],
        "rubric": list(item.rubric),
        "prerequisites": sorted(reference.key for reference in item.prerequisites),
        "skills": {aim.key: aim.proficiency for aim in item.skills},
        "resources": sorted(reference.key for reference in item.resources),
    }


# --- in words ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldChange:
    name: str
    label: str
    before: str
    after: str
    can_go_back: bool


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a save did to one row, for the page that can set it back."""

    number: int
    kind: str
    key: str
    title: str
    what: str
    fields: tuple[FieldChange, ...]
    can_come_back: bool


def in_words(change: DraftChange, now: Rows | None) -> list[RowChange]:
    """Tell a change; `now` is what the draft says at present, None where nothing is set back."""
    return [_row_change(number, row, now) for number, row in enumerate(change.rows)]


def _row_change(number: int, row: Said, now: Rows | None) -> RowChange:
    before, after = row["before"], row["after"]
    present = None if now is None else now.get((row["kind"], row["key"]))
    what = "added" if before is None else "deleted" if after is None else "changed"
    return RowChange(
        number=number,
        kind=row["kind"],
        key=row["key"],
        title=row["title"],
        what=what,
        fields=tuple(_field_changes(before, after, present)) if what == "changed" else (),
        can_come_back=what == "deleted" and now is not None and present is None,
    )


def _field_changes(before: Said, after: Said, present: Said | None) -> Iterator[FieldChange]:
    for name, old in before.items():
        yield FieldChange(
            name=name,
            label=label_of(name),
            before=said_in_words(name, old),
            after=said_in_words(name, after[name]),
            can_go_back=present is not None and _differs(name, old, present[name]),
        )


def label_of(name: str) -> str:
    return LABELS.get(name, name.replace("_", " ").capitalize())


def said_in_words(name: str, value: Any) -> str:
    """Return a field's value as an author would write it."""
    if name == "rule":
        return _rule_in_words(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return "\n".join(_pair_in_words(name, key, held) for key, held in value.items())
    if isinstance(value, list):
        return "\n".join(map(_item_in_words, value))
    return "" if value is None else str(value)


def _rule_in_words(rule: Mapping[str, Any]) -> str:
    label = Module.Rule(rule["rule"]).label
    return f"{label}: {rule['rule_amount']}" if rule["rule_amount"] else label


def _pair_in_words(name: str, key: str, held: Any) -> str:
    if name == "skills":
        return f"{key}: {Proficiency(held).label}"
    return f"{key}: {', '.join(held) or 'nothing'}"


def _item_in_words(item: Any) -> str:
    return f"{item['minutes']} {item['title']}" if isinstance(item, Mapping) else str(item)

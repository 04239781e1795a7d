"""Create or update rows by key, in place, so that what hangs on a row stays.

An entry whose digest is the one a row was last loaded from is left alone, so that edits made in
the admin survive; an entry that changed wins over them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from tracker.curricula.outline import digest


@dataclass(frozen=True)
class Tally:
    """What a load did to one kind of entry."""

    created: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: int = 0


Values = Callable[[Any], dict[str, Any]]


def write(model: type[Any], outlines: Sequence[Any], values: Values) -> Tally:
    """Create or update the rows of those outlines that are new or say something new."""
    digests = {outline.key: digest(outline) for outline in outlines}
    rows = model._default_manager.in_bulk(list(digests), field_name="key")
    fresh = [
        outline
        for outline in outlines
        if outline.key not in rows or rows[outline.key].source_digest != digests[outline.key]
    ]
    new, changed = save_by_key(
        model,
        rows,
        {
            outline.key: {**values(outline), "source_digest": digests[outline.key]}
            for outline in fresh
        },
    )
    return Tally(tuple(new), tuple(changed), len(digests) - len(fresh))


def save_by_key(
    model: type[Any], rows: Mapping[str, Any], values_by_key: Mapping[str, dict[str, Any]]
) -> tuple[list[str], list[str]]:
    """Give each key's row its values, making the row if need be; return new and changed keys."""
    new = [key for key in values_by_key if key not in rows]
    changed = [key for key in values_by_key if key in rows]
    model._default_manager.bulk_create([model(key=key, **values_by_key[key]) for key in new])
    for key in changed:
        for name, value in values_by_key[key].items():
            setattr(rows[key], name, value)
    if changed:
        model._default_manager.bulk_update(
            [rows[key] for key in changed], values_by_key[changed[0]]
        )
    return new, changed


def plain(*names: str) -> Values:
    """Take fields over as they are."""
    return lambda outline: {name: getattr(outline, name) for name in names}


def pks(model: type[Model], field: str = "key") -> dict[str, int]:
    return dict(model._default_manager.values_list(field, "pk"))

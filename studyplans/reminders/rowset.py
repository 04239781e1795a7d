"""Many rows in one statement with one parameter.

Writing and reading hundreds of placeholders takes longer than the work they are for.  JSON is
understood by PostgreSQL and SQLite alike.  Statements are made of our own names alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, models

Model = type[models.Model]
# A row's columns, or with `ids` those that many rows have in common.
Row = Mapping[str, object]


def columns_of(model: Model, **values: object) -> dict[str, object]:
    """Return values as the database keeps them, by column."""
    fields: list[Any] = [model._meta.get_field(name) for name in values]
    return {
        field.column: field.get_db_prep_save(value, connection)
        for field, value in zip(fields, values.values(), strict=True)
    }


def insert_new(model: Model, rows: Sequence[Row]) -> None:
    """Insert the rows that are not there yet; all name the same columns."""
    if rows:
        names = ", ".join(rows[0])
        # WHERE tells SQLite that ON does not belong to a join.
        select = f"SELECT {names} FROM {_given(model, rows[0])} WHERE true"  # noqa: S608
        _insert(model, names, select, rows)


def insert_copies(model: Model, groups: Sequence[Row], *, of: Model, copied: Sequence[str]) -> None:
    """Insert one for each row of `of` in a group's ids: what it copies, and the group's values."""
    if groups:
        own = [name for name in groups[0] if name != "ids"]
        names = ", ".join([*copied, *own])
        joined = (
            f"{_given(model, groups[0])} JOIN {of._meta.db_table} AS one ON {_is_in_ids('one')}"
        )
        select = f"SELECT {names} FROM {joined} WHERE true"  # noqa: S608
        _insert(model, names, select, groups)


def update_groups(model: Model, groups: Sequence[Row]) -> None:
    """Give the rows of each group's ids the group's values."""
    if groups:
        changes = ", ".join(f"{name} = given.{name}" for name in groups[0] if name != "ids")
        table = model._meta.db_table
        given, are_those = _given(model, groups[0]), _is_in_ids(table)
        _execute(f"UPDATE {table} SET {changes} FROM {given} WHERE {are_those}", groups)  # noqa: S608


def _insert(model: Model, names: str, select: str, rows: Sequence[Row]) -> None:
    table = model._meta.db_table
    _execute(f"INSERT INTO {table} ({names}) {select} ON CONFLICT DO NOTHING", rows)


def _execute(statement: str, rows: Sequence[Row]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows, default=str)])


def _given(model: Model, names: Iterable[str]) -> str:
    """Return the SQL of a table with these columns, made from the one parameter."""
    if connection.vendor == "postgresql":
        types = {field.column: field.rel_db_type(connection) for field in _fields_of(model)}
        typed = (f"{name} {types.get(name, 'bigint[]')}" for name in names)
        return f"json_to_recordset(%s) AS given({', '.join(typed)})"
    read = (f"value ->> '$.{name}' AS {name}" for name in names)
    return f"(SELECT {', '.join(read)} FROM json_each(%s)) AS given"  # noqa: S608


def _fields_of(model: Model) -> list[Any]:
    return list(model._meta.concrete_fields)


def _is_in_ids(table: str) -> str:
    if connection.vendor == "postgresql":
        return f"{table}.id = ANY(given.ids)"
    return f"{table}.id IN (SELECT value FROM json_each(given.ids))"  # noqa: S608


@models.ForeignObject.register_lookup  # which does not have the lookups of Field
@models.Field.register_lookup
class Among(models.Lookup):
    """`learner__among=keys`: what `learner__in=keys` says."""

    lookup_name = "among"

    def get_prep_lookup(self) -> list[object]:
        return list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        keys = json.dumps(self.rhs)
        found = "SELECT value FROM json_each(%s)"
        return f"{column} IN ({found})", (*parameters, keys)

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*parameters, self.rhs)

"""Many rows in one statement with one parameter.

Writing and reading hundreds of placeholders takes longer than the work they are for.  JSON is
understood by PostgreSQL and SQLite alike.  Statements are made of our own names alone.

PostgreSQL takes what is long beside the statement and not as a part of it: it need not be quoted,
nor read twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import psycopg
from django.db import DEFAULT_DB_ALIAS, IntegrityError, connection, models, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models.base import ModelState
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.string import TextLoader

Model = type[models.Model]
M = TypeVar("M", bound=models.Model)
# A row's columns, or with `ids` those that many rows have in common.
Row = Mapping[str, object]
IF_NEW = "ON CONFLICT DO NOTHING"


def columns_of(model: Model, **values: object) -> dict[str, object]:
    """Return values as the database keeps them, by column."""
    fields: list[Any] = [model._meta.get_field(name) for name in values]
    return {
        field.column: field.get_db_prep_save(value, connection)
        for field, value in zip(fields, values.values(), strict=True)
    }


def insert_new(model: Model, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert the rows that are not there yet: each has the values of these columns."""
    if not rows:
        return
    insert = f"INSERT INTO {model._meta.db_table} ({', '.join(names)})"
    with _cursor() as cursor:
        if connection.vendor == "postgresql":
            columns = [list(column) for column in zip(*rows, strict=True)]
            given = ", ".join(f"%b::{_type_of(model, name)}[]" for name in names)
            _insert(cursor, f"{insert} SELECT * FROM unnest({given})", columns)  # noqa: S608
        else:
            given = ", ".join(["%s"] * len(names))
            cursor.executemany(f"{insert} VALUES ({given}) {IF_NEW}", rows)


def rows_of(found: models.QuerySet[Any, Any]) -> list[Any]:
    """Return the rows of a `values_list` of plain columns, as the driver reads them."""
    if connection.vendor != "postgresql":
        return list(found)
    with _cursor() as cursor:
        cursor.execute(*found.query.sql_with_params())
        return list(cursor.fetchall())


def loaded(model: type[M], names: Iterable[str], row: Iterable[object]) -> M:
    """Make of a row what `from_db` makes of it, but for signals that nobody listens to."""
    instance = model.__new__(model)
    instance.__dict__.update(zip(names, row, strict=True))
    instance._state = ModelState()
    instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
    return instance


def insert_for_each(model: Model, groups: Sequence[Row], *, column: str) -> None:
    """Insert a row for each of a group's ids, which go into that column, with its values."""
    if groups:
        own = [name for name in groups[0] if name != "ids"]
        names = ", ".join([column, *own])
        given, ids = _given(model, groups[0]), _each_of_ids()
        # The names in the order they are inserted in.
        select = f"SELECT one.value, {', '.join(own)} FROM {given}, {ids} WHERE true"  # noqa: S608
        with connection.cursor() as cursor:
            _insert(cursor, f"INSERT INTO {model._meta.db_table} ({names}) {select}", _one(groups))


def update_groups(model: Model, groups: Sequence[Row]) -> None:
    """Give the rows of each group's ids the group's values."""
    if groups:
        changes = ", ".join(f"{name} = given.{name}" for name in groups[0] if name != "ids")
        table = model._meta.db_table
        given, are_those = _given(model, groups[0]), _is_in_ids(table)
        update = f"UPDATE {table} SET {changes} FROM {given} WHERE {are_those}"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(update, _one(groups))


def _insert(cursor: CursorWrapper, statement: str, parameters: Sequence[Any]) -> None:
    """Insert all; only if some are there already, those that are not.

    They hardly ever are, and to be ready for it costs PostgreSQL half as much again.
    """
    try:
        with transaction.atomic():
            cursor.execute(statement, parameters)
    except IntegrityError:
        cursor.execute(f"{statement} {IF_NEW}", parameters)


def _one(rows: Sequence[Row]) -> list[str]:
    """Return the one parameter that all the rows are."""
    return [json.dumps(rows, default=str)]


def _cursor() -> CursorWrapper:
    """Return a cursor that gives PostgreSQL its parameters as they are."""
    if connection.vendor != "postgresql":
        return connection.cursor()
    connection.ensure_connection()
    cursor: Any = psycopg.Cursor(connection.connection)
    # Django's own way of reading a moment is thirty times slower, and comes to the same.
    cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
    # Whoever reads an identifier writes it down again.
    cursor.adapters.register_loader("uuid", TextLoader)
    if connection.queries_logged:
        return connection.make_debug_cursor(cursor)
    return connection.make_cursor(cursor)


def _given(model: Model, names: Iterable[str]) -> str:
    """Return the SQL of a table with these columns, made from the one parameter."""
    if connection.vendor == "postgresql":
        typed = (
            f"{name} {'bigint[]' if name == 'ids' else _type_of(model, name)}" for name in names
        )
        return f"json_to_recordset(%s) AS given({', '.join(typed)})"
    read = (f"value ->> '$.{name}' AS {name}" for name in names)
    return f"(SELECT {', '.join(read)} FROM json_each(%s)) AS given"  # noqa: S608


@cache
def _type_of(model: Model, column: str) -> str:
    """Return a column's type without its length: a cast would cut what is longer."""
    [field] = [each for each in _fields_of(model) if each.column == column]
    return str(field.rel_db_type(connection)).partition("(")[0]


def _fields_of(model: Model) -> list[Any]:
    return list(model._meta.concrete_fields)


def _each_of_ids() -> str:
    if connection.vendor == "postgresql":
        return "unnest(given.ids) AS one(value)"
    return "json_each(given.ids) AS one"


def listed(column: str) -> str:
    """Return the SQL that gathers a column of a group's rows as JSON."""
    gather = "jsonb_agg" if connection.vendor == "postgresql" else "json_group_array"
    return f"{gather}({column})"


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
        return f"{column} = ANY(%s)", (*parameters, _array_of(self.rhs))


def _array_of(keys: Sequence[object]) -> str:
    """Return the keys as PostgreSQL writes an array: that is quicker read than a list of them."""
    if all(type(key) is int for key in keys):
        return "{" + ",".join(map(str, keys)) + "}"
    quoted = (str(key).replace("\\", "\\\\").replace('"', '\\"') for key in keys)
    return '{"' + '","'.join(quoted) + '"}'

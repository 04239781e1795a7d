"""Leave the database empty after a test that commits, at the price of the rows it left.

Django's own way empties every table and then makes each content type and permission anew, which
takes longer than most tests.  Here only tables that hold rows are emptied, and those two are kept.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.test import TransactionTestCase

from tracker.curricula import sealing
from tracker.progress import log_guard

KEPT = {"django_content_type", "auth_permission"}
empty_as_django_does: Callable[[TransactionTestCase], None]
empty_as_django_does = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]


def empty_tables(test: TransactionTestCase) -> None:
    """Stand in for `TransactionTestCase._fixture_teardown`."""
    if connection.vendor == "sqlite":
        _empty_on_sqlite()
    elif _is_superuser():
        _empty_on_postgresql()
    else:
        empty_as_django_does(test)  # truncates, which no row's trigger sees


@cache
def _tables() -> list[str]:
    return sorted({*connection.introspection.django_table_names()} - KEPT)


def _empty_on_sqlite() -> None:
    holds_rows = "SELECT '{0}' WHERE EXISTS (SELECT 1 FROM {0})"
    filled = _first_column(" UNION ALL ".join(map(holds_rows.format, _tables())))
    guards = (sealing, log_guard)
    # Triggers guard editions and the log there too.
    drops = [f"DROP TRIGGER IF EXISTS {name}" for each in guards for name, _ in each.triggers()]
    again = [statement for each in guards for statement in each.sqlite_statements()]
    with (
        connection.constraint_checks_disabled(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        for statement in [*drops, *map(_deletion, filled), *again]:
            cursor.execute(statement)


def _empty_on_postgresql() -> None:
    has_pages = "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_relation_size(oid) > 0"
    if not (filled := _first_column(has_pages, _tables())):
        return
    with connection.cursor() as cursor:
        # A replica obeys neither triggers nor foreign keys.
        quiet = "SET LOCAL session_replication_role = replica"
        cursor.execute("; ".join([quiet, *map(_deletion, filled)]))
        # Rows that lie in the order they were written are read in that order, too.
        cursor.execute(f"VACUUM {', '.join(filled)}")


@cache
def _is_superuser() -> bool:
    return _first_column("SELECT usesuper FROM pg_user WHERE usename = current_user") == [True]


def _first_column(query: str, *parameters: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [row[0] for row in cursor]


def _deletion(table: str) -> str:
    return f"DELETE FROM {table}"  # noqa: S608  our own tables

"""What we ask of the database beyond Django's defaults."""

import sqlite3
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


def use_every_variable(connection: BaseDatabaseWrapper, **signal: Any) -> None:
    """Let a statement on SQLite hold as many variables as this SQLite takes.

    Django assumes the 999 of old versions and cuts what is written at once into many statements.
    """
    if connection.vendor == "sqlite":
        limit = connection.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)
        connection.features.max_query_params = limit

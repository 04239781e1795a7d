"""The database's own refusal to change an edition that has been published.

Written once for the migration that installs the triggers and for the tests that must empty
tables.  An edition is sealed from the moment it has a `published_at`.
"""

from collections.abc import Iterator, Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MESSAGE = "a published edition never changes: draft the next one"

# What may still change of a sealed edition is its status, its place in lists and its digest.
FIRST_SEALED_COLUMNS = (
    *("slug", "edition", "title", "summary", "kind", "published_at", "background_id", "role_id"),
    *("weeks", "hours_per_week", "credited_keys", "replaced_keys", "edition_note"),
)
SEALED_COLUMNS = (*FIRST_SEALED_COLUMNS, "description")

OF_MILESTONE = "(SELECT curriculum_id FROM curricula_milestone WHERE id = {row}.{column})"
# Each table below an edition, and how its rows find the edition.
TABLES = {
    "curricula_module": "{row}.curriculum_id",
    "curricula_milestone": "{row}.curriculum_id",
    "curricula_skilllevel": OF_MILESTONE.replace("{column}", "milestone_id"),
    "curricula_milestone_prerequisites": OF_MILESTONE.replace("{column}", "from_milestone_id"),
    "curricula_milestone_resources": OF_MILESTONE.replace("{column}", "milestone_id"),
}
EVENTS = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}


def triggers() -> Iterator[tuple[str, str]]:
    """Return the name and the table of every trigger."""
    for table in TABLES:
        for event in EVENTS:
            yield f"sealed_{table}_{event.lower()}", table
    yield "sealed_edition_update", "curricula_curriculum"
    yield "sealed_edition_delete", "curricula_curriculum"


def _is_sealed(edition: str) -> str:
    found = f"SELECT 1 FROM curricula_curriculum WHERE id = {edition}"  # noqa: S608  constants only
    return f"EXISTS ({found} AND published_at IS NOT NULL)"


def sqlite_statements(sealed_columns: Sequence[str] = SEALED_COLUMNS) -> Iterator[str]:
    refusal = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    for table, path in TABLES.items():
        for event, rows in EVENTS.items():
            name = f"sealed_{table}_{event.lower()}"
            when = " OR ".join(_is_sealed(path.format(row=row)) for row in rows)
            yield f"CREATE TRIGGER {name} BEFORE {event} ON {table} WHEN {when} {refusal}"
    columns = ", ".join(sealed_columns)
    for name, event in (("update", f"UPDATE OF {columns}"), ("delete", "DELETE")):
        yield (
            f"CREATE TRIGGER sealed_edition_{name} BEFORE {event} ON curricula_curriculum "
            f"WHEN OLD.published_at IS NOT NULL {refusal}"
        )


def postgresql_statements(sealed_columns: Sequence[str] = SEALED_COLUMNS) -> Iterator[str]:
    yield (
        "CREATE FUNCTION refuse_change_of_sealed_edition() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$"
    )
    refusal = "FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse_change_of_sealed_edition()"
    for table, path in TABLES.items():
        for event, rows in EVENTS.items():
            yield from _postgresql_trigger(table, path, event, rows)
    columns = ", ".join(sealed_columns)
    for name, event in (("update", f"UPDATE OF {columns}"), ("delete", "DELETE")):
        yield (
            f"CREATE TRIGGER sealed_edition_{name} BEFORE {event} ON curricula_curriculum "
            + refusal.format(when="OLD.published_at IS NOT NULL")
        )


def _postgresql_trigger(table: str, path: str, event: str, rows: tuple[str, ...]) -> Iterator[str]:
    # A trigger's WHEN may hold no query there, so each has a function that asks.
    name = f"sealed_{table}_{event.lower()}"
    when = " OR ".join(_is_sealed(path.format(row=row)) for row in rows)
    given_back = "OLD" if event == "DELETE" else "NEW"
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {when} THEN "
        f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
        f"RETURN {given_back}; END $$"
    )
    yield f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"


def seal(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Install the triggers, in the words of the database at hand."""
    _install(schema_editor, SEALED_COLUMNS)


def seal_at_first(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Install the triggers as they were before editions had descriptions."""
    _install(schema_editor, FIRST_SEALED_COLUMNS)


def _install(schema_editor: BaseDatabaseSchemaEditor, sealed_columns: Sequence[str]) -> None:
    statements = STATEMENTS[schema_editor.connection.vendor]
    for statement in statements(sealed_columns):
        schema_editor.execute(statement)


def unseal(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for name, table in triggers():
        on_table = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP TRIGGER {name}{on_table}")
        if on_table and table != "curricula_curriculum":
            schema_editor.execute(f"DROP FUNCTION {name}")
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION refuse_change_of_sealed_edition")


STATEMENTS = {"sqlite": sqlite_statements, "postgresql": postgresql_statements}

"""The database's own refusal to change or shorten the log of achievements.

A row stays as it was written for as long as its learner has an account.  Erasing an account is
the one thing that takes rows away, and the database does it itself: the learner's own rows go
with the account, and in the rows of others the name of who changed them is taken out.  So the
model's foreign keys do nothing on deletion, and nobody needs a way round the guard.

SQLite can rebuild no table that a trigger asks about, and forgets the triggers of those it has
rebuilt, as many a migration of `accounts_user` would: they go before every `migrate` and come
back after it.
"""

from collections.abc import Iterator
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.recorder import MigrationRecorder

MESSAGE = "the log of achievements only grows: undo a change to take it back"
MIGRATION = ("progress", "0005_guard_the_log")

LOG = "progress_achievementevent"
ACCOUNTS = "accounts_user"
# All but `changed_by_id`, which goes empty when that account is erased.
KEPT_COLUMNS = (
    *("id", "learner_id", "milestone_key", "before", "after"),
    *("happened_at", "source", "undoes_id"),
)
ACCOUNT_STANDS = f"EXISTS (SELECT 1 FROM {ACCOUNTS} WHERE id = OLD.{{column}})"  # noqa: S608
# Each refusal, by its trigger's name: on which event, and when.
REFUSALS = {
    "log_keeps_its_rows": ("DELETE", ACCOUNT_STANDS.format(column="learner_id")),
    "log_keeps_its_columns": (f"UPDATE OF {', '.join(KEPT_COLUMNS)}", "TRUE"),
    "log_keeps_who_changed_it": (
        "UPDATE OF changed_by_id",
        f"NEW.changed_by_id IS NOT NULL OR {ACCOUNT_STANDS.format(column='changed_by_id')}",
    ),
}
ERASURE = "log_goes_with_its_account"
ERASING = (
    f"DELETE FROM {LOG} WHERE learner_id = OLD.id",  # noqa: S608  constants only
    f"UPDATE {LOG} SET changed_by_id = NULL WHERE changed_by_id = OLD.id",  # noqa: S608
)
# INSERT OR REPLACE would put a row in another's place without any DELETE being seen.
REPLACING = f"SELECT 1 FROM {LOG} WHERE id = NEW.id OR undoes_id = NEW.undoes_id"  # noqa: S608


def triggers() -> Iterator[tuple[str, str]]:
    """Return the name and the table of every trigger on SQLite."""
    for name in (*REFUSALS, "log_replaces_nothing"):
        yield name, LOG
    yield ERASURE, ACCOUNTS


def sqlite_statements() -> Iterator[str]:
    """Return what installs the guard; harmless where it stands already."""
    refusal = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    refusals = {**REFUSALS, "log_replaces_nothing": ("INSERT", f"EXISTS ({REPLACING})")}
    for name, (event, when) in refusals.items():
        yield f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {LOG} WHEN {when} {refusal}"
    steps = "; ".join(ERASING)
    yield f"CREATE TRIGGER IF NOT EXISTS {ERASURE} AFTER DELETE ON {ACCOUNTS} BEGIN {steps}; END"


def postgresql_statements() -> Iterator[str]:
    # A trigger's WHEN may hold no query there, so each has a function that asks.
    for name, (event, when) in REFUSALS.items():
        given_back = "OLD" if event == "DELETE" else "NEW"
        body = (
            f"IF {when} THEN RAISE EXCEPTION '{MESSAGE}' "
            f"USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN {given_back};"
        )
        yield from _postgresql_trigger(name, f"BEFORE {event} ON {LOG}", body)
    body = "; ".join((*ERASING, "RETURN NULL;"))
    yield from _postgresql_trigger(ERASURE, f"AFTER DELETE ON {ACCOUNTS}", body)


def _postgresql_trigger(name: str, occasion: str, body: str) -> Iterator[str]:
    yield f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    yield f"CREATE TRIGGER {name} {occasion} FOR EACH ROW EXECUTE FUNCTION {name}()"


def guard(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Install the triggers, in the words of the database at hand."""
    for statement in STATEMENTS[schema_editor.connection.vendor]():
        schema_editor.execute(statement)


def unguard(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the triggers away, for a migration that has to change the log itself."""
    if schema_editor.connection.vendor == "sqlite":
        for name, _ in triggers():
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        return
    for name in (*REFUSALS, ERASURE):
        schema_editor.execute(f"DROP FUNCTION {name} CASCADE")


def lift(*, using: str, **_: Any) -> None:
    """Make way on SQLite for migrations that rebuild tables."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        unguard(None, connection.schema_editor())


def put_back(*, using: str, **_: Any) -> None:
    """Install again what was lifted."""
    connection = connections[using]
    if connection.vendor == "sqlite" and _is_guarded(connection):
        guard(None, connection.schema_editor())


def _is_guarded(connection: BaseDatabaseWrapper) -> bool:
    return MIGRATION in MigrationRecorder(connection).applied_migrations()


STATEMENTS = {"sqlite": sqlite_statements, "postgresql": postgresql_statements}

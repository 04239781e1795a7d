"""Moving the tests' database to a PostgreSQL server that may be stopped."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from bench.own_postgres import USER, OwnServer, programs


@contextmanager
def moved_to(server: OwnServer) -> Iterator[None]:
    """Let the default database be one on this server, with the same empty tables."""
    here = connection.settings_dict
    before = {key: here[key] for key in ("HOST", "PORT", "NAME", "USER")}
    _copy_tables(to=server.url)
    connection.close()
    here.update(HOST="127.0.0.1", PORT=server.port, NAME="postgres", USER=USER)
    try:
        yield
    finally:
        connection.close()
        here.update(before)


def _copy_tables(*, to: str) -> None:
    here = connection.settings_dict
    address = ["--host", here["HOST"], "--port", str(here["PORT"]), "--username", here["USER"]]
    dump = [str(programs() / "pg_dump"), "--schema-only", *address, here["NAME"]]
    environment = os.environ | {"PGPASSWORD": here["PASSWORD"]}
    tables = subprocess.run(dump, env=environment, check=True, capture_output=True).stdout  # noqa: S603
    load = [str(programs() / "psql"), "--quiet", "--no-psqlrc", "--dbname", to]
    subprocess.run(load, input=tables, check=True, stdout=subprocess.DEVNULL)  # noqa: S603

"""A PostgreSQL server of a test's own, which it may stop as it likes."""

import getpass
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from django.db import connection

from tests.running import free_port

USER = "milepost"


class OwnServer:
    """A server with an empty database, in a folder that goes away with it."""

    def __init__(self) -> None:
        self._folder = Path(mkdtemp(prefix="milepost-postgres-"))
        # PostgreSQL refuses to run as root, so root hands its part to the package's own user.
        self._user = "postgres" if getpass.getuser() == "root" else None
        if self._user:
            os.chown(self._folder, pwd.getpwnam(self._user).pw_uid, -1)
        self.port = free_port()
        self._run(
            "initdb", "--username", USER, "--auth", "trust", "--encoding", "UTF8", "--no-sync"
        )
        self.start()

    def start(self) -> None:
        options = f"-h 127.0.0.1 -p {self.port} -k {self._folder} -c fsync=off"
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--wait", "--silent", "--log", log, "--options", options)

    def stop(self) -> None:
        """Stop without a word to anybody; the next start recovers as from a crash."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--mode", "immediate")

    def close(self) -> None:
        if (self._folder / "data" / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self._folder)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(programs() / program), *arguments, "--pgdata", str(self._folder / "data")]
        subprocess.run(  # noqa: S603
            command,
            cwd=self._folder,
            user=self._user,
            check=True,
            stdout=subprocess.DEVNULL,
        )


def programs() -> Path:
    """Return where Debian or the PATH has the newest server's programs."""
    packaged = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    found = [path for path in (*sorted(packaged, key=_version), shutil.which("pg_ctl")) if path]
    return Path(found[0]).parent if found else Path()


def _version(path: Path) -> float:
    return -float(path.parts[-3])


def is_installed() -> bool:
    return (programs() / "pg_ctl").is_file()


@contextmanager
def moved_to(server: OwnServer) -> Iterator[None]:
    """Let the default database be one on this server, with the same empty tables."""
    here = connection.settings_dict
    before = {key: here[key] for key in ("HOST", "PORT", "NAME", "USER")}
    url = f"postgres://{USER}@127.0.0.1:{server.port}/postgres"
    _copy_tables(to=url)
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

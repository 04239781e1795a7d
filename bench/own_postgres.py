"""A PostgreSQL server of one's own, in a folder that goes away with it."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

USER = "milepost"


class OwnServer:
    """A server with an empty database `postgres`, running until it is closed."""

    def __init__(self, *, port: int, settings: Mapping[str, str]) -> None:
        self.port = port
        self._settings = settings
        self._folder = Path(mkdtemp(prefix="milepost-postgres-"))
        # PostgreSQL refuses to run as root, so root hands its part to the package's own user.
        self._user = "postgres" if getpass.getuser() == "root" else None
        if self._user:
            os.chown(self._folder, pwd.getpwnam(self._user).pw_uid, -1)
        locale = ("--encoding", "UTF8", "--locale", "C")
        self._run("initdb", "--username", USER, "--auth", "trust", "--no-sync", *locale)
        self.start()

    @property
    def url(self) -> str:
        return f"postgres://{USER}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        settings = " ".join(f"-c {name}={value}" for name, value in self._settings.items())
        options = f"-h 127.0.0.1 -p {self.port} -k {self._folder} {settings}"
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

"""A whole Milepost, brought up for a test as a user would."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent


class RunningMilepost:
    """`manage.py up` with a data directory of its own on a free port."""

    def __init__(
        self, *, var: Path, environment: Mapping[str, str], arguments: tuple[str, ...] = ()
    ):
        self.var = var
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = clean_environment() | {
            "DEBUG": "true",
            "MILEPOST_VAR": str(var),
            "PORT": str(self.port),
            **environment,
        }
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "manage.py", "up", *arguments],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def wait_until_ready(self) -> None:
        """Return when it says so; a start that fails brings all it said."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if line.startswith("Stop it with"):
                self._listener.start()
                return
        self.process.communicate()
        raise AssertionError("Milepost did not come up:\n" + "".join(self.said))

    def manage(self, *arguments: str) -> str:
        """Run a management command in the same environment; return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def stop(self) -> int:
        self.process.terminate()
        return self.wait()

    def wait(self) -> int:
        """Wait for the end, by whatever cause; then `said` is complete."""
        code = self.process.wait(timeout=60)
        if self._listener.ident:
            self._listener.join()
        return code

    def processes(self) -> list[int]:
        """Return every process of this run, found by its data directory (Linux only)."""
        mark = f"MILEPOST_VAR={self.var}".encode()
        return [pid for pid in all_processes() if mark in environment_of(pid)]

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            self.said.extend(output)


def clean_environment() -> dict[str, str]:
    """Return this environment without what would steer Milepost."""
    steering = {"SITE_URL", "ALLOWED_HOSTS", "EMAIL_URL", "REDIS_URL", "DATABASE_URL", "SECRET_KEY"}
    steering |= {"DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE", "PORT"}
    return {name: value for name, value in os.environ.items() if name not in steering}


@contextmanager
def private_database() -> Iterator[dict[str, str]]:
    """Yield DATABASE_URL and REDIS_URL for a run of its own on the servers the tests were given."""
    given = {
        name: os.environ[name] for name in ("REDIS_URL", "DATABASE_URL") if os.environ.get(name)
    }
    url = given.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        given.pop("DATABASE_URL", None)
        yield given
        return
    name = f"milepost_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield given | {"DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl()}
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def all_processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def environment_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""

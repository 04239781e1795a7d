"""What a sender did since it last told the database: a small file that survives kill -9.

Each line is one write to the file, so a process that dies leaves whole lines; the machine keeps
them.  The sender holds a lock on the file while it lives.  Whoever gets that lock knows that the
sender is dead, and reads on.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Self

from django.conf import settings


class Mark(StrEnum):
    WRITING = "w"  # its words are being put together
    CONTENT = "c"  # from here on the server may have it
    SENT = "s"
    LATER = "l"
    FAILED = "f"
    IN_DOUBT = "d"


class Note(NamedTuple):
    mark: Mark
    reason: str


def directory() -> Path:
    return Path(settings.VAR_DIR) / "outbox"


class Journal:
    """One sender's file, locked for as long as this object is open."""

    def __init__(self) -> None:
        self.owner = f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(6)}"
        directory().mkdir(parents=True, exist_ok=True)
        self._path = path_of(self.owner)
        self._file = _locked_new_file(self._path)

    def note(self, delivery_id: int, mark: Mark, reason: str = "") -> None:
        words = f" {_flat(reason)}" if reason else ""
        line = f"{mark.value} {delivery_id}{words}\n"
        os.write(self._file, line.encode("utf-8", "replace"))

    def close(self) -> None:
        """Let go of the file for good: the database knows all that is in it."""
        self._path.unlink(missing_ok=True)
        os.close(self._file)

    def abandon(self) -> None:
        """Let go of the lock and leave the file to the sweep, as if this process had died."""
        os.close(self._file)


def path_of(owner: str) -> Path:
    return directory() / f"{owner}.journal"


def _flat(reason: str) -> str:
    return " ".join(reason.split())[:400]


def _locked_new_file(path: Path) -> int:
    """Create and lock; again when a sweep took the file for a dead sender's in between."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.stat(path).st_ino == os.fstat(file).st_ino:
                return file
        os.close(file)


class DeadJournal:
    """The file of a sender that is no more; ours to read and to throw away."""

    def __init__(self, path: Path, file: int) -> None:
        self.owner = path.stem
        self._path, self._file = path, file

    def last_notes(self) -> dict[int, Note]:
        """Return the last thing noted about each delivery."""
        # By the file we hold: its name goes when a sender that was alive after all has closed it.
        said = os.pread(self._file, os.fstat(self._file).st_size, 0).decode(errors="replace")
        notes: dict[int, Note] = {}
        latest = None
        for line in said.split("\n")[:-1]:
            mark, _, rest = line.partition(" ")
            delivery_id, _, reason = rest.partition(" ")
            latest = int(delivery_id)
            notes[latest] = Note(Mark(mark), reason)
        # Whoever went on to something else had come to the end of writing.
        return {pk: note for pk, note in notes.items() if pk == latest or note.mark != Mark.WRITING}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._file)

    def throw_away(self) -> None:
        self._path.unlink(missing_ok=True)


def dead_journals() -> Iterator[DeadJournal]:
    """Return the journals whose senders have died, each locked until its `with` block ends."""
    for path in sorted(directory().glob("*.journal")):
        file = _lock_of_the_dead(path)
        if file is not None:
            yield DeadJournal(path, file)


def _lock_of_the_dead(path: Path) -> int | None:
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        return None
    return file


def is_here(owner: str) -> bool:
    """Say whether this machine has the journal of that sender, dead or alive."""
    return path_of(owner).exists()

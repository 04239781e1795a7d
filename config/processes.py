"""Start several processes, watch them together and end them together."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
TROUBLE = re.compile(r"\b(WARNING|ERROR|CRITICAL)\b|^Traceback|^\w*(Error|Exception)\b")
PATIENCE_SECONDS = 10


class CannotStart(Exception):
    """Something keeps Milepost from starting or running; the message names it and the mend."""


class Child:
    """One process in a group of its own; a log file keeps its output, `tail` the last lines."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        show: re.Pattern[str] | None,
        environment: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
    ) -> None:
        self.name = name
        self.log = log
        self.tail: deque[str] = deque(maxlen=15)
        self._show = show
        self._process = subprocess.Popen(  # noqa: S603
            command,
            cwd=ROOT,
            env=environment,
            pass_fds=pass_fds,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Ctrl-C must reach the supervisor alone, which then ends its children in order.
            start_new_session=True,
        )
        self.group = self._process.pid
        self._pump = threading.Thread(target=self._copy_output, daemon=True)
        self._pump.start()

    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        code = self._process.wait()
        self._pump.join(timeout=1)
        return code

    def stop(self) -> None:
        """End politely; a process that has not gone in time is killed with all its children."""
        self._send(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE_SECONDS)
        self.kill()

    def kill(self) -> None:
        self._send(signal.SIGKILL)
        self.wait()

    def _send(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, number)

    def last_words(self) -> str:
        self._pump.join(timeout=1)
        return "".join(f"    {line}\n" for line in self.tail) + f"    (all of it: {self.log})"

    def _copy_output(self) -> None:
        assert self._process.stdout is not None  # noqa: S101
        with self._process.stdout as output, self.log.open("w") as log:
            for line in output:
                log.write(line)
                log.flush()
                self._note(line.rstrip())

    def _note(self, line: str) -> None:
        self.tail.append(line)
        if self._show and self._show.search(line):
            # A reader that has gone (`up | head`) must not stall the child.
            with suppress(OSError):
                sys.stdout.write(f"{self.name:>8} | {line}\n")
                sys.stdout.flush()


class Children:
    """The processes of one run; leaving the `with` block ends them, last started first.

    `run_dir` is a short-lived directory that nobody else can enter.
    """

    def __init__(
        self,
        log_dir: Path | None = None,
        *,
        is_verbose: bool = False,
        lock_fd: int | None = None,
    ) -> None:
        self._temporary = TemporaryDirectory(prefix="milepost-")
        self.run_dir = Path(self._temporary.name)
        self._log_dir = log_dir or self.run_dir
        self._log_dir.mkdir(parents=True, exist_ok=True)
        self._show = re.compile("") if is_verbose else TROUBLE
        self._children: list[Child] = []
        self._watchdog = subprocess.Popen(  # noqa: S603
            [sys.executable, str(ROOT / "config" / "watchdog.py"), str(self.run_dir)],
            stdin=subprocess.PIPE,
            text=True,
            # The lock of the data directory lives until the last child has gone.
            pass_fds=() if lock_fd is None else (lock_fd,),
            start_new_session=True,
        )

    def start(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
        is_silent: bool = False,
    ) -> Child:
        child = Child(
            name,
            command,
            log=self._log_dir / f"{name}.log",
            show=None if is_silent else self._show,
            environment=environment,
            pass_fds=pass_fds,
        )
        self._children.append(child)
        self._tell_watchdog(child)
        return child

    def run(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run one step to its end; a step that fails ends the start."""
        child = self.start(name, command, environment=environment)
        code = child.wait()
        self._children.remove(child)
        if code:
            raise CannotStart(f"{name} failed with exit code {code}:\n{child.last_words()}")

    def watch(self) -> None:
        """Return when nothing is wrong; raise as soon as one process has ended by itself."""
        for child in self._children:
            if not child.is_running():
                code = child.wait()
                raise CannotStart(f"{child.name} ended with code {code}:\n{child.last_words()}")

    def watch_for_ever(self) -> None:
        while True:
            self.watch()
            time.sleep(0.3)

    def stop(self) -> None:
        for child in reversed(self._children):
            child.stop()

    def kill(self) -> None:
        for child in self._children:
            child.kill()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.stop()
        except KeyboardInterrupt:
            self.kill()
        self._watchdog.kill()
        self._watchdog.communicate()
        self._temporary.cleanup()

    def _tell_watchdog(self, child: Child) -> None:
        assert self._watchdog.stdin is not None  # noqa: S101
        self._watchdog.stdin.write(f"{child.group}\n")
        self._watchdog.stdin.flush()

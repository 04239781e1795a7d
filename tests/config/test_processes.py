"""Processes that start, fail and end together."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.processes import CannotStart, Children
from tests.running import environment_of

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


def test_leaving_ends_every_process(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        started = [children.start("one", SLEEP), children.start("two", SLEEP)]
        children.watch()

    assert not any(child.is_running() for child in started)


def test_one_that_ends_is_named_with_its_last_words(tmp_path: Path) -> None:
    with Children(tmp_path) as children:
        child = children.start("web", [sys.executable, "-c", "print('out of paper'); exit(3)"])
        child.wait()

        with pytest.raises(CannotStart, match=r"web ended with code 3:\n +out of paper"):
            children.watch()


def test_a_step_that_fails_is_named(tmp_path: Path) -> None:
    with Children(tmp_path) as children, pytest.raises(CannotStart, match="migrate failed"):
        children.run("migrate", [sys.executable, "-c", "exit(1)"], {})


def test_only_trouble_is_shown(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = "print('12:00 INFO all is well'); print('12:01 ERROR no paper')"
    with Children(tmp_path) as children:
        children.start("web", [sys.executable, "-c", script]).wait()

    assert capfd.readouterr().out == "     web | 12:01 ERROR no paper\n"
    assert "all is well" in (tmp_path / "web.log").read_text()


def test_verbose_shows_everything(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Children(tmp_path, is_verbose=True) as children:
        children.start("web", [sys.executable, "-c", "print('all is well')"]).wait()

    assert "all is well" in capfd.readouterr().out


@pytest.mark.slow
def test_a_process_deaf_to_politeness_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.processes.PATIENCE_SECONDS", 0.2)
    deaf = "import signal as s, time; s.signal(s.SIGTERM, s.SIG_IGN); print(flush=True)"
    deaf += "; time.sleep(600)"
    with Children(tmp_path) as children:
        child = children.start("deaf", [sys.executable, "-c", deaf])
        while not child.tail:
            time.sleep(0.01)

    assert not child.is_running()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for the process in /proc")
def test_nothing_survives_a_killed_parent(tmp_path: Path) -> None:
    parent = f"""
import pathlib, time
from config.processes import Children
children = Children(pathlib.Path({str(tmp_path)!r}))
print(children.start("child", {SLEEP!r}).group, flush=True)
time.sleep(600)
"""
    command = [sys.executable, "-c", parent]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        group = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)

    deadline = time.monotonic() + 30
    while environment_of(group):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.05)

"""`manage.py up`, for real: every process, on servers of its own."""

import os
import signal
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import supervisor
from config.processes import CannotStart
from tests.running import RunningMilepost

ONLY_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture(scope="class")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Name a folder that the first to come up fills and the others find, however it was left."""
    return tmp_path_factory.mktemp("up") / "var"


@pytest.fixture
def running(data: Path) -> Iterator[RunningMilepost]:
    """Bring Milepost up on the embedded default, whatever servers the run was given."""
    up = RunningMilepost(var=data, environment={}, arguments=("--no-demo",))
    try:
        up.wait_until_ready()
        yield up
    finally:
        up.process.kill()
        up.wait()
        wait_until_gone(up)


def wait_until_gone(up: RunningMilepost) -> None:
    deadline = time.monotonic() + 30
    while sys.platform == "linux" and up.processes():
        assert time.monotonic() < deadline, "processes were left behind"
        time.sleep(0.1)


def worker_of(up: RunningMilepost) -> int:
    """Return the worker's first process; those it forked come later."""
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in up.processes()}
    return min(pid for pid, command in commands.items() if b"celery" in command)


def get(url: str) -> str:
    with urllib.request.urlopen(url) as response:  # noqa: S310
        return str(response.read().decode())


@pytest.mark.slow
class TestUp:
    @ONLY_LINUX
    def test_it_answers_and_sigterm_ends_every_process(self, running: RunningMilepost) -> None:
        assert get(f"{running.url}/healthz") == "ok"
        assert "No mail yet" in get(f"{running.url}/mail/")
        assert f"Milepost is ready:  {running.url}/\n" in running.said

        assert running.stop() == 0
        assert running.processes() == []

    @ONLY_LINUX
    def test_kill_9_leaves_nothing_behind(self, running: RunningMilepost) -> None:
        running.process.send_signal(signal.SIGKILL)
        running.wait()

        wait_until_gone(running)

    def test_a_second_one_on_the_same_data_is_refused(self, running: RunningMilepost) -> None:
        second = RunningMilepost(var=running.var, environment={})
        said, _ = second.process.communicate()

        assert second.process.returncode == 1
        assert said.startswith("Milepost is already running on the data in ")
        assert said.count("\n") == 1

    def test_a_taken_port_is_named_with_the_mend(
        self, running: RunningMilepost, tmp_path: Path
    ) -> None:
        taken = {"PORT": str(running.port)}
        second = RunningMilepost(var=tmp_path / "other", environment=taken)
        said, _ = second.process.communicate()

        assert second.process.returncode == 1
        assert said.startswith(f"PORT: {running.port} is taken by another program: ")
        assert said.count("\n") == 1

    @ONLY_LINUX
    def test_one_process_that_dies_takes_the_others_along(self, running: RunningMilepost) -> None:
        os.kill(worker_of(running), signal.SIGKILL)

        assert running.wait() == 1
        assert any(line.startswith("worker ended with code -9") for line in running.said)
        assert running.processes() == []


@pytest.mark.slow
def test_it_stands_on_the_servers_it_was_given(milepost: RunningMilepost) -> None:
    """The `milepost` fixture passes DATABASE_URL and REDIS_URL on, where the run has them."""
    manage = "from django.db import connection as c; print(c.vendor)"
    url = milepost.environment.get("DATABASE_URL", "sqlite")

    assert url.startswith(milepost.manage("shell", "--no-imports", "--command", manage).strip()[:8])
    assert any(line == "Running make_demo.\n" for line in milepost.said)


# --- the choices, one by one ------------------------------------------------------------------


@pytest.fixture
def no_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)


def test_a_taken_default_port_means_the_next_free_one(
    no_port: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with supervisor.listen("127.0.0.1", 0) as other:
        port = other.getsockname()[1]
        monkeypatch.setattr(supervisor, "DEFAULT_PORT", port)
        with supervisor.listening_socket("127.0.0.1") as ours:
            assert ours.getsockname()[1] > port

    assert f"Port {port} is taken by another program" in capsys.readouterr().out


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "8000.0"])
def test_a_port_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)

    with pytest.raises(CannotStart, match=r"PORT: .* is not a port number"):
        supervisor.listening_socket("127.0.0.1")


def test_a_host_that_is_not_ours_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8000")

    with pytest.raises(CannotStart, match=r"--host: cannot listen on '192\.0\.2\.1'"):
        supervisor.listening_socket("192.0.2.1")


def test_the_sites_address_follows_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITE_URL", raising=False)
    with supervisor.listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]

        assert supervisor.addresses(listener, "127.0.0.1")["SITE_URL"] == f"http://127.0.0.1:{port}"
        assert supervisor.addresses(listener, "0.0.0.0")["SITE_URL"] == f"http://localhost:{port}"  # noqa: S104

        monkeypatch.setenv("SITE_URL", "https://milepost.example")
        assert "SITE_URL" not in supervisor.addresses(listener, "127.0.0.1")

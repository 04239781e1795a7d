"""Which Redis is run when REDIS_URL names none."""

import os
from pathlib import Path

import pytest
import redis

from config import embedded
from config.embedded import Server
from config.processes import CannotStart, Children


def stand_in(folder: Path, name: str, version: str) -> None:
    binary = folder / name
    binary.write_text(f"#!/bin/sh\necho 'Server v={version} sha=0'\n")
    binary.chmod(0o700)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make an empty folder the first and only place where programs are looked for."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder)]))
    return folder


def test_the_python_packages_bring_a_server_that_runs_here(path: Path) -> None:
    server = embedded.find_server()

    assert server.origin == "bundled-valkey"
    assert server.version >= embedded.OLDEST


def test_the_systems_own_server_comes_first(path: Path) -> None:
    stand_in(path, "redis-server", "7.0.15")
    assert str(embedded.find_server()) == "redis-server 7.0"

    stand_in(path, "valkey-server", "8.1.0")
    assert str(embedded.find_server()) == "valkey-server 8.1"


def test_a_server_too_old_is_passed_over(path: Path) -> None:
    stand_in(path, "redis-server", "6.0.16")

    assert embedded.find_server().origin == "bundled-valkey"


def test_no_server_at_all_is_said_with_the_mend(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "bundled_binary", lambda: None)

    with pytest.raises(CannotStart, match="install redis-server"):
        embedded.find_server()


def found_here() -> list[Server]:
    return [Server(path, embedded.version_of(path), name) for path, name in embedded.candidates()]


@pytest.mark.slow
@pytest.mark.parametrize("server", found_here(), ids=str)
def test_what_redis_was_told_survives_a_restart(server: Server, tmp_path: Path) -> None:
    for expected in (None, b"kept"):
        with Children(tmp_path / "log") as children:
            url = embedded.start_redis(
                children,
                server=server,
                data_dir=tmp_path / "data",
            )
            with redis.Redis.from_url(url) as client:
                assert client.get("word") == expected
                client.set("word", "kept")
        assert not embedded.answers(url)


@pytest.mark.slow
def test_a_redis_that_cannot_start_says_why(tmp_path: Path) -> None:
    server = embedded.find_server()
    (tmp_path / str(server).replace(" ", "-") / "appendonlydir").mkdir(parents=True)
    (
        tmp_path / str(server).replace(" ", "-") / "appendonlydir" / "appendonly.aof.manifest"
    ).write_text("?")

    with Children() as children, pytest.raises(CannotStart, match="redis did not start"):
        embedded.start_redis(children, server=server, data_dir=tmp_path)

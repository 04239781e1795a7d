"""manage.py's own set-up, before anything is installed."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import bootstrap
from tests.running import ROOT


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the bootstrap work on an empty clone."""
    for lock in (bootstrap.RUNTIME, bootstrap.DEVELOPMENT):
        (tmp_path / lock).write_text(f"# {lock}\n")
    venv = tmp_path / ".venv"
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", venv / "bin" / "python")
    return tmp_path


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, clone: Path) -> list[str]:
    """Note what would be installed, and make .venv look as if it was."""
    done: list[str] = []

    def install(lock: str) -> bool:
        done.append(lock)
        site = clone / ".venv" / "lib" / f"python{bootstrap.PYTHON_VERSION}" / "site-packages"
        site.mkdir(parents=True, exist_ok=True)
        (clone / ".venv" / "bin").mkdir(exist_ok=True)
        (clone / ".venv" / "bin" / "python").touch()
        return True

    monkeypatch.setattr(bootstrap, "install_with_uv", install)
    monkeypatch.setattr(os, "execv", lambda *_: None)
    return done


def test_manage_py_can_be_read_by_an_old_python() -> None:
    ast.parse((ROOT / "manage.py").read_text(), feature_version=(3, 8))


def test_the_bootstrap_needs_the_standard_library_alone() -> None:
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        "import sys; sys.path.append('.'); import config.bootstrap",
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)  # noqa: S603

    assert done.returncode == 0, done.stderr


def test_a_second_run_installs_nothing(installed: list[str]) -> None:
    bootstrap.enter_environment(bootstrap.RUNTIME, [])
    bootstrap.enter_environment(bootstrap.RUNTIME, [])

    assert installed == [bootstrap.RUNTIME]


def test_a_changed_lock_file_is_installed(clone: Path, installed: list[str]) -> None:
    bootstrap.enter_environment(bootstrap.RUNTIME, [])
    (clone / bootstrap.RUNTIME).write_text("django==99\n")

    bootstrap.enter_environment(bootstrap.RUNTIME, [])

    assert installed == [bootstrap.RUNTIME] * 2


def test_a_development_environment_serves_up_as_well(installed: list[str]) -> None:
    bootstrap.enter_environment(bootstrap.DEVELOPMENT, [])
    bootstrap.enter_environment(bootstrap.RUNTIME, [])

    assert installed == [bootstrap.DEVELOPMENT]


def test_another_python_makes_another_environment(
    installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap.enter_environment(bootstrap.RUNTIME, [])
    monkeypatch.setattr(bootstrap, "PYTHON_VERSION", "3.99")

    bootstrap.enter_environment(bootstrap.RUNTIME, [])

    assert installed == [bootstrap.RUNTIME] * 2


def test_a_missing_venv_module_is_named_with_the_line_to_run(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "is_installed", lambda _: False)
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    with pytest.raises(SystemExit, match=r"sudo apt-get install python3\.\d+-venv"):
        bootstrap.ensure_venv_module()


def test_a_failed_step_is_one_line_with_its_reason(clone: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('ERROR: no such package\\nnoise')"]

    with pytest.raises(SystemExit) as stop:
        bootstrap.must(command, "install requirements.txt")

    line = str(stop.value)
    assert line.startswith("Could not install requirements.txt (ERROR: no such package): ")
    assert "\n" not in line


@pytest.mark.parametrize(
    ("given", "chosen"),
    [({}, "true"), ({"SECRET_KEY": "x"}, None), ({"DEBUG": "false"}, "false")],
)
def test_an_environment_that_says_nothing_is_development(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], chosen: str | None
) -> None:
    for name in ("DEBUG", "SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    bootstrap.choose_development()

    assert os.environ.get("DEBUG") == chosen
    monkeypatch.setenv("DEBUG", "true")  # so that the monkeypatch puts the old value back

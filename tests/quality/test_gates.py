"""The tools' verdicts, each a test."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import ROOT

BIN = Path(sys.executable).parent
# `manage.py` with everything but the tools' own settings taken from the environment.
DEVELOPMENT = {"DEBUG": "true", "DJANGO_SETTINGS_MODULE": "config.settings"}


def passes(*command: str, **variables: str) -> None:
    done = subprocess.run(  # noqa: S603
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        env=os.environ | DEVELOPMENT | variables,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def test_code_is_formatted() -> None:
    passes("ruff", "format", "--check", ".")


def test_code_is_linted() -> None:
    passes("ruff", "check", ".")


def test_types_hold() -> None:
    passes("mypy")


def test_imports_keep_to_the_arrows() -> None:
    passes("lint-imports")


def test_no_migration_is_missing() -> None:
    passes("python", "manage.py", "makemigrations", "--check", "--dry-run")


def test_templates_are_linted() -> None:
    passes("djlint", "--lint", "templates")


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
@pytest.mark.slow
def test_compiling_the_lock_file_again_changes_nothing(lock: str, tmp_path: Path) -> None:
    """Compile with the present pins kept, as docs/operating.md, "Dependencies", says."""
    again = tmp_path / lock
    again.write_bytes((ROOT / lock).read_bytes())
    source = lock.replace(".txt", ".in")
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate"]
    passes(
        *["uv", "pip", "compile", "--quiet", *options, source, "--output-file", str(again)],
        UV_PYTHON_DOWNLOADS="never",
        UV_CUSTOM_COMPILE_COMMAND="see docs/operating.md",
    )
    assert again.read_text() == (ROOT / lock).read_text()

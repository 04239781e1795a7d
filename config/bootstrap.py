"""Prepare the environment, then run a command in it.

Runs before anything is installed, so it imports the standard library alone at the top.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
RUNTIME = "requirements.txt"
DEVELOPMENT = "requirements-dev.txt"
PYTHON_VERSION = "{}.{}".format(*sys.version_info)


def main(argv: Sequence[str]) -> None:
    """Run one command line: `up`, `test` or a Django command."""
    if sys.platform == "win32":
        sys.exit("Milepost runs on Linux and macOS: on Windows, run it inside WSL.")
    choose_development()
    name = argv[1] if len(argv) > 1 else "help"
    if name in {"up", "test"} or not is_installed("django"):
        enter_environment(DEVELOPMENT if name == "test" else RUNTIME, argv)
    run(name, argv)


def run(name: str, argv: Sequence[str]) -> None:
    from django.core.exceptions import ImproperlyConfigured

    doors = {"up": bring_up, "test": run_tests}
    try:
        doors.get(name, run_django_command)(argv)
    except ImproperlyConfigured as error:
        fail(f"Milepost cannot start. {error}")


def bring_up(argv: Sequence[str]) -> None:
    from config import supervisor

    sys.exit(supervisor.main(argv[2:]))


def run_tests(argv: Sequence[str]) -> None:
    from config import testing

    sys.exit(testing.main(argv[2:]))


def run_django_command(argv: Sequence[str]) -> None:
    from django.core.management import execute_from_command_line

    from config import celery  # noqa: F401  without it a command that rings a task rings nobody

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(list(argv))


def choose_development() -> None:
    """Take an environment that says nothing about production for a developer's own machine."""
    if "DEBUG" not in os.environ and "SECRET_KEY" not in os.environ:
        os.environ["DEBUG"] = "true"


# --- the environment in .venv -----------------------------------------------------------------


def enter_environment(lock: str, argv: Sequence[str]) -> None:
    """Go on inside .venv with everything in the lock file installed."""
    if not is_prepared(lock):
        prepare(lock)
    if Path(sys.prefix).resolve() != VENV.resolve():
        sys.stdout.flush()
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), *argv])


def prepare(lock: str) -> None:
    print(f"Installing {lock} into .venv; the first time takes up to a minute.", flush=True)
    if not install_with_uv(lock):
        install_with_pip(lock)
    stamp(lock)
    if lock == DEVELOPMENT:
        stamp(RUNTIME)  # the development lock holds every line of the other


def is_prepared(lock: str) -> bool:
    mark = stamp_file(lock)
    return venv_fits() and mark.is_file() and mark.read_text() == fingerprint(lock)


def venv_fits() -> bool:
    """Whether .venv is there and was made by this version of Python."""
    packages = VENV / "lib" / f"python{PYTHON_VERSION}" / "site-packages"
    return packages.is_dir() and VENV_PYTHON.exists()


def stamp(lock: str) -> None:
    stamp_file(lock).write_text(fingerprint(lock))


def stamp_file(lock: str) -> Path:
    return VENV / f"installed-{lock}"


def fingerprint(lock: str) -> str:
    return f"{PYTHON_VERSION} {hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()}\n"


def base_python() -> str:
    """Return the interpreter outside any virtual environment: .venv cannot rebuild itself."""
    return getattr(sys, "_base_executable", None) or sys.executable


# --- the two installers -----------------------------------------------------------------------


def install_with_uv(lock: str) -> bool:
    """Install with uv if there is a working one; pip also knows pip.conf, so it gets a try next."""
    if not succeeds(["uv", "--version"]):
        return False
    if not venv_fits() and not succeeds(["uv", "venv", "--clear", "-p", base_python(), str(VENV)]):
        return False
    install = ["uv", "pip", "install", "--python", str(VENV_PYTHON), "--require-hashes", "-r", lock]
    return succeeds(install)


def succeeds(command: Sequence[str]) -> bool:
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    try:
        return not subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True
        ).returncode
    except OSError:
        return False


def install_with_pip(lock: str) -> None:
    if not has_pip():
        ensure_venv_module()
        must([base_python(), "-m", "venv", "--clear", str(VENV)], "make the environment .venv")
    pip = [str(VENV_PYTHON), "-m", "pip", "--disable-pip-version-check", "install"]
    must([*pip, "--quiet", "--require-hashes", "-r", lock], f"install {lock}")


def has_pip() -> bool:
    return venv_fits() and succeeds([str(VENV_PYTHON), "-m", "pip", "--version"])


def ensure_venv_module() -> None:
    """Bring Debian's missing half of the venv module, or say how."""
    if is_installed("ensurepip"):
        return
    package = f"python{PYTHON_VERSION}-venv"
    if not shutil.which("apt-get"):
        fail(f"This Python has no venv module: install your system's {package} and run this again.")
    if os.geteuid() != 0:
        fail(f"This Python has no venv module: run `sudo apt-get install {package}` and try again.")
    print(f"Installing {package} with apt-get.", flush=True)
    must(["apt-get", "update", "-qq"], "refresh apt's package lists")
    must(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
        "install " + package,
    )


def must(command: Sequence[str], purpose: str) -> None:
    """Run one step; a failure ends everything with its last words and the mend."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        return
    lines = (done.stderr or done.stdout).strip().splitlines() or ["no message"]
    reason = next((line for line in lines if line.startswith("ERROR")), lines[-1])
    fail(f"Could not {purpose} ({reason}): check the network and free disk space, then run again.")


def is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def fail(line: str) -> NoReturn:
    sys.exit(line)

"""`manage.py test`: all tests and quality gates, with a Redis of their own."""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from config import embedded
from config.processes import ROOT, CannotStart, Children

WORKERS = "2"


def main(arguments: Sequence[str]) -> int:
    """Run pytest and return its exit code; what the parser does not know is for pytest."""
    options, rest = read_options(arguments)
    try:
        return run_fast(rest) if options.fast else run_all(rest)
    except CannotStart as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def read_options(arguments: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    parser = argparse.ArgumentParser(
        prog="manage.py test", description="Run all tests and quality gates.", allow_abbrev=False
    )
    parser.add_argument(
        "--fast", action="store_true", help="leave out the browser, real servers and slow tests"
    )
    return parser.parse_known_args(arguments)


def run_fast(rest: Sequence[str]) -> int:
    announce(redis=None)
    return pytest(["-m", "not journey and not slow", *rest])


def run_all(rest: Sequence[str]) -> int:
    if os.environ.get("REDIS_URL"):
        announce(redis="REDIS_URL")
        return pytest(rest)
    with Children() as children:
        server = embedded.find_server()
        os.environ["REDIS_URL"] = embedded.start_redis(
            children, server=server, data_dir=children.run_dir
        )
        announce(redis=str(server))
        return pytest(rest)


def announce(*, redis: str | None) -> None:
    database = urlsplit(os.environ.get("DATABASE_URL", "sqlite")).scheme or "SQLite"
    sys.stdout.write(f"Database: {database}.  Redis: {redis or 'none, in-process stand-ins'}.\n")
    sys.stdout.flush()


def pytest(arguments: Sequence[str]) -> int:
    command = [sys.executable, "-m", "pytest", "-n", WORKERS, *arguments]
    return subprocess.run(command, cwd=ROOT).returncode  # noqa: S603

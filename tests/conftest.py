"""What every test may use.  The cast and its data come from tests/factories."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db.backends.sqlite3.base import DatabaseWrapper
from pytest_django import Settings

from tests.running import RunningMilepost, private_database
from tracker.curricula import sealing
from tracker.progress import log_guard

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# A browser that neither calls home nor needs a graphics card.
BROWSER_FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("journey") or "milepost" in getattr(item, "fixturenames", ()):
            # One whole Milepost at a time is enough for two cores.
            item.add_marker(pytest.mark.xdist_group("milepost"))


@pytest.fixture(autouse=True)
def own_cache(settings: Settings) -> None:
    """Give each test an empty cache: its own key prefix works on every backend."""
    prefix = {"KEY_PREFIX": uuid4().hex}
    settings.CACHES = {name: cache | prefix for name, cache in settings.CACHES.items()}


@pytest.fixture(autouse=True)
def own_mailbox(settings: Settings, tmp_path: Path) -> None:
    settings.MAILBOX_DIR = tmp_path / "mail"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stop the time on a Monday morning; `clock.move_to` and `clock.shift` go elsewhere."""
    with time_machine.travel(MONDAY_MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True, scope="session")
def unsealed_for_emptying() -> Iterator[None]:
    """Let tests empty the tables on SQLite, whose triggers guard editions and the log there too.

    PostgreSQL truncates, which no row's trigger sees.
    """
    operations: Any = DatabaseWrapper.ops_class
    flush = operations.sql_flush

    def sql_flush(self: Any, *args: Any, **options: Any) -> list[str]:
        emptying: list[str] = flush(self, *args, **options)
        guards = (sealing, log_guard)
        drops = [f"DROP TRIGGER IF EXISTS {name}" for each in guards for name, _ in each.triggers()]
        again = [statement for each in guards for statement in each.sqlite_statements()]
        return [*drops, *emptying, *again] if emptying else emptying

    monkey = pytest.MonkeyPatch()
    monkey.setattr(operations, "sql_flush", sql_flush)
    yield
    monkey.undo()


# --- a real browser and a real Milepost -------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    # From here on Playwright's event loop runs in this thread, for the rest of the session;
    # without this Django would refuse every query, also of later tests.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    flags = [*BROWSER_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return browser_type_launch_args | {"executable_path": find_browser(), "args": flags}


def find_browser() -> str:
    named = os.environ.get("CHROMIUM")
    found = next(filter(None, map(shutil.which, [named, *BROWSERS] if named else BROWSERS)), None)
    if found:
        return found
    reason = "NO BROWSER: install chromium, or name one in CHROMIUM"
    return pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


@pytest.fixture(scope="session")
def milepost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMilepost]:
    """Bring up the whole product, on the database and Redis that the run was given."""
    with private_database() as environment:
        running = RunningMilepost(var=tmp_path_factory.mktemp("var"), environment=environment)
        running.wait_until_ready()
        yield running
        running.stop()

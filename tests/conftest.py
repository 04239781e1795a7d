"""What every test may use.  The cast and its data come from tests/factories."""

import gc
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import hypothesis
import pytest
import time_machine
from django.test import TransactionTestCase
from pytest_django import Settings

from tests.emptying import empty_tables
from tests.running import RunningMilepost, private_database
from tests.spreading import CrowdOnOneWorker

# Of properties only the truth is asked, not how fast a busy machine finds it.
hypothesis.settings.register_profile("patient", parent=hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("patient")

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> CrowdOnOneWorker:
    return CrowdOnOneWorker(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=turn)


def pytest_collection_finish() -> None:
    # What is loaded by now stays: the garbage collector need not walk through it time and again.
    gc.collect()
    gc.freeze()


def turn(item: pytest.Item) -> int:
    """Put the journeys first, and what they wait for last: the time between is not idle."""
    if item.get_closest_marker("awaited"):
        return 2
    return 0 if item.get_closest_marker("journey") else 1


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
def quick_emptying() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as monkey:
        monkey.setattr(TransactionTestCase, "_fixture_teardown", empty_tables)
        yield


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

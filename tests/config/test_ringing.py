"""Whoever rings for a task rings at the broker that the settings name."""

import subprocess
import sys

import pytest

from tests.running import ROOT, clean_environment

BROKER = "redis://127.0.0.1:1/0"
TELL = "from studyplans.reminders.tasks import dispatch_due as t; print(t.app.conf.broker_url)"
SITE = f"import config.wsgi; {TELL}"


@pytest.mark.parametrize(
    "command",
    [["-c", SITE], ["manage.py", "shell", "--no-imports", "-c", TELL]],
    ids=["site", "command"],
)
def test_it_knows_the_broker(command: list[str]) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, *command],
        cwd=ROOT,
        env=clean_environment() | {"DEBUG": "true", "REDIS_URL": BROKER},
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split()[-1] == BROKER

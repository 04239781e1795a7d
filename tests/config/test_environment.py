"""A wrong environment variable stops the start and is named."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment
from tests.running import ROOT, clean_environment

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "a-long-random-value-of-more-than-fifty-characters-a1b2c3d4e5",
    "SITE_URL": "https://milepost.example",
    "REDIS_URL": "redis://localhost:6379/0",
}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    bare = {k: v for k, v in clean_environment().items() if k not in {"DEBUG", "TIME_ZONE"}}
    return subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=bare | variables,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_URL", "REDIS_URL"])
def test_production_names_what_is_missing(name: str) -> None:
    without = {key: value for key, value in PRODUCTION.items() if key != name}

    done = run("check", **without)

    assert done.returncode == 1
    assert done.stderr.startswith(f"Milepost cannot start. {name}: is not set")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "perhaps"),
        ("SITE_URL", "milepost.example"),
        ("SITE_URL", "https://milepost.example/app"),
        ("DATABASE_URL", "mongo://localhost/milepost"),
        ("REDIS_URL", "http://localhost"),
        ("EMAIL_URL", "pigeon://loft"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("VAPID_PRIVATE_KEY", "too-short"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    done = run("check", **(PRODUCTION | {name: value}))

    assert done.returncode == 1
    assert done.stderr.startswith(f"Milepost cannot start. {name}: ")
    assert done.stderr.count("\n") == 1


def test_up_stops_at_a_wrong_value_too() -> None:
    done = run("up", DEBUG="true", TIME_ZONE="Mars/Olympus")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Milepost cannot start. TIME_ZONE: ")


@pytest.mark.parametrize(("value", "meaning"), [("1", True), ("Yes", True), ("off", False)])
def test_a_boolean_has_several_words(
    monkeypatch: pytest.MonkeyPatch, value: str, meaning: bool
) -> None:
    monkeypatch.setitem(os.environ, "DEBUG", value)

    assert environment.boolean("DEBUG", default=not meaning) is meaning


def test_an_empty_value_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SECRET_KEY", "  ")

    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        environment.text("SECRET_KEY")


@pytest.mark.slow
def test_production_settings_pass_djangos_own_deployment_check() -> None:
    done = run("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout

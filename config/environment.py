"""Read settings from the environment; a wrong value stops the start and names the variable."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key

from common import vapid

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}


def wrong(name: str, reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}: {reason}")


def text(name: str, default: str | None = None) -> str:
    value = os.environ.get(name, "").strip() or default
    if value is None:
        raise wrong(name, "is not set; production needs it, see README.md, Configuration.")
    return value


def boolean(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in YES:
        return True
    if value.lower() in NO:
        return False
    raise wrong(name, f"{value!r} is neither true nor false.")


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or int(value) < least:
        raise wrong(name, f"{value!r} is not a whole number of {least} or more.")
    return int(value)


def prefixed(prefix: str) -> dict[str, str]:
    """Return every variable whose name begins so, without the beginning."""
    return {
        name.removeprefix(prefix): value
        for name, value in os.environ.items()
        if name.startswith(prefix)
    }


def names(name: str, default: str) -> list[str]:
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    if value not in available_timezones():
        raise wrong(name, f"{value!r} is not an IANA time zone such as Europe/Berlin.")
    return value


def site_url(name: str, default: str | None) -> str:
    value = text(name, default).rstrip("/")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path:
        raise wrong(name, f"{value!r} is not an address such as https://milepost.example.")
    return value


def redis_url(name: str, default: str | None) -> str:
    value = text(name, default)
    if urlsplit(value).scheme not in {"", "redis", "rediss", "unix"}:
        raise wrong(name, "must start with redis://, rediss:// or unix://.")
    return value


def database(name: str, default: str) -> dict[str, Any]:
    """Return Django's settings of one database; SQLite gets WAL and immediate transactions."""
    settings = parsed(name, text(name, default), environ.Env.db_url_config)
    if settings["ENGINE"] == "django.db.backends.sqlite3":
        settings["OPTIONS"] = SQLITE_OPTIONS
    return settings


# Without IMMEDIATE two writers that both began with a read fail with "database is locked".
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;",
}


def email(name: str, default: str) -> dict[str, Any]:
    return parsed(name, text(name, default), environ.Env.email_url_config)


def parsed(name: str, value: str, parse: Callable[[str], Any]) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = dict(parse(value))
    except Exception as error:
        raise wrong(name, f"cannot be read as an address: {error}") from error
    backend = settings.get("ENGINE") or settings.get("EMAIL_BACKEND") or ""
    if "." not in backend:
        raise wrong(name, f"{urlsplit(value).scheme!r} is not a known kind of address.")
    return settings


def secret_key(name: str, *, development_file: Path, is_development: bool) -> str:
    """Return the secret key; development makes one for itself and keeps it."""
    if not is_development or os.environ.get(name):
        return text(name)
    return kept(development_file, get_random_secret_key)


def vapid_key(name: str, *, development_file: Path, is_development: bool) -> str:
    """Return the key that signs web pushes, empty without one; development makes its own."""
    value = text(name, "")
    if is_development and not value:
        value = kept(development_file, vapid.new_key)
    if value and not vapid.is_key(value):
        raise wrong(name, "is no key such as `manage.py make_vapid_key` prints.")
    return value


def kept(file: Path, make: Callable[[], str]) -> str:
    """Return a secret that this machine made for itself."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(make())
    return file.read_text()

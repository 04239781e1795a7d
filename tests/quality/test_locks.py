"""The lock files, read without a network."""

import re
from collections import Counter

import pytest

from tests.running import ROOT

PIN = re.compile(r"^([a-z0-9-]+)==(\S+)((?: ;[^\\]*)?) \\\n((?:    --hash=\S+(?: \\)?\n)+)", re.M)
NAME = re.compile(r"^[A-Za-z0-9._-]+")
PAIRS = [("requirements.in", "requirements.txt"), ("requirements-dev.in", "requirements-dev.txt")]


def pins(lock: str) -> dict[str, str]:
    """Return name and version of every entry; a name that comes twice fails."""
    found = PIN.findall((ROOT / lock).read_text())
    twice = [name for name, count in Counter(pin[0] for pin in found).items() if count > 1]
    assert twice == []
    return {name: version for name, version, *_ in found}


def asked_for(source: str) -> set[str]:
    """Return the names in an .in file, as package indexes write them."""
    lines = (ROOT / source).read_text().splitlines()
    names = (NAME.match(line) for line in lines)
    return {re.sub(r"[._-]+", "-", name[0]).lower() for name in names if name and name[0][0] != "-"}


@pytest.mark.parametrize(("source", "lock"), PAIRS)
def test_everything_asked_for_is_pinned(source: str, lock: str) -> None:
    assert asked_for(source) - pins(lock).keys() == set()


@pytest.mark.parametrize("lock", [lock for _, lock in PAIRS])
def test_every_entry_is_pinned_with_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = [line for line in text.splitlines() if line[:1] not in {"#", " ", ""}]

    assert len(entries) == len(pins(lock))


@pytest.mark.parametrize("lock", [lock for _, lock in PAIRS])
def test_a_lock_file_names_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert "://" not in text
    assert "-index" not in text
    assert "--find-links" not in text


def test_development_holds_every_runtime_pin() -> None:
    assert pins("requirements.txt").items() <= pins("requirements-dev.txt").items()

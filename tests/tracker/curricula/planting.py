"""Break a catalogue in one place and see that the fault is named there."""

import json
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from django.core.management import CommandError, call_command

from tests.tracker.curricula.small_catalogue import change


class Planted(NamedTuple):
    file: str
    old: str
    new: str
    message: str
    mend: str
    later: int = 0  # lines between what is replaced and the place named


def faults_of(folder: Path) -> list[dict[str, str]]:
    out = StringIO()
    try:
        call_command("validate_catalogue", str(folder), "--format", "json", stdout=out)
    except CommandError:
        assert json.loads(out.getvalue())
    faults: list[dict[str, str]] = json.loads(out.getvalue())
    return faults


def assert_named(folder: Path, planted: Planted) -> None:
    line = change(folder, planted.file, planted.old, planted.new) + planted.later

    faults = faults_of(folder)

    assert [
        fault
        for fault in faults
        if fault["place"] == f"{planted.file}:{line}"
        and planted.message in fault["message"]
        and planted.mend in fault["mend"]
    ], faults

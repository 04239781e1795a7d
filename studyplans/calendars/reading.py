"""Read what others wrote as a calendar, within bounds."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from studyplans.calendars.occupancy import Horizon, NotACalendar, Occupancy

MOST_BYTES = 2 * 1024 * 1024
TOO_LARGE = "It is larger than 2 MB. Export a shorter span of time, or fewer calendars at once."
TOO_LONG = (
    "Reading it takes too long, most likely because of an event that repeats without end. "
    "Remove that event, or export a shorter span of time."
)
SECONDS = 10
REFUSED = 2
ROOT = Path(__file__).resolve().parents[2]


def read_calendar(
    ics: bytes, horizon: Horizon, *, blocks_all_day: bool, seconds: int = SECONDS
) -> Occupancy:
    """Return when a calendar says its owner is busy; raises NotACalendar.

    It is read by a process of its own, which is stopped when it takes too long or too much.
    """
    if len(ics) > MOST_BYTES:
        raise NotACalendar(TOO_LARGE)
    try:
        done = subprocess.run(  # noqa: S603
            _command(horizon, blocks_all_day=blocks_all_day, seconds=seconds),
            cwd=ROOT,
            input=ics,
            capture_output=True,
            timeout=2 * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotACalendar(TOO_LONG) from error
    if done.returncode == REFUSED:
        raise NotACalendar(json.loads(done.stdout)["problem"])
    if done.returncode:
        raise NotACalendar(TOO_LONG)
    answer = json.loads(done.stdout)
    times = [(datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in answer["intervals"]]
    return Occupancy(tuple(times), answer["left_out"])


def _command(horizon: Horizon, *, blocks_all_day: bool, seconds: int) -> list[str]:
    return [
        *[sys.executable, "-m", "studyplans.calendars", horizon.zone.key],
        *[horizon.begins_at.isoformat(), horizon.ends_at.isoformat()],
        *["yes" if blocks_all_day else "no", str(seconds)],
    ]

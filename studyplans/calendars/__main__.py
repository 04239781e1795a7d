"""Read a calendar in a process of its own: `python -m studyplans.calendars < their.ics`.

A rule can be written that no library ever finishes.  A process can be stopped, a thread cannot.
"""

import json
import sys
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from studyplans.calendars.occupancy import Horizon, NotACalendar, occupancy_of

MOST_MEMORY_BYTES = 1_000_000_000
REFUSED = 2


def main(zone: str, begins_at: str, ends_at: str, blocks_all_day: str, seconds: str) -> int:
    _bound(int(seconds))
    horizon = Horizon(
        ZoneInfo(zone), datetime.fromisoformat(begins_at), datetime.fromisoformat(ends_at)
    )
    try:
        read = occupancy_of(
            sys.stdin.buffer.read(), horizon, blocks_all_day=blocks_all_day == "yes"
        )
    except NotACalendar as problem:
        json.dump({"problem": str(problem)}, sys.stdout)
        return REFUSED
    times = [[begin.isoformat(), end.isoformat()] for begin, end in read.intervals]
    json.dump({"intervals": times, "left_out": read.left_out}, sys.stdout)
    return 0


def _bound(seconds: int) -> None:
    """Have the system stop this process, should it never end or grow without end."""
    with suppress(ImportError, OSError, ValueError):
        import resource  # not on every system; the caller's clock stops us there

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

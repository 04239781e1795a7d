"""A beat that rings every half second, and may die by kill -9 around its second ring.

Run as `python -m tests.studyplans.reminders.beat FILE [before|after]`: FILE is its memory of what
it rang when; `before` and `after` say on which side of handing the ring to the broker it dies.
"""

import os
import signal
import sys
from typing import Any

from celery.beat import Scheduler

from config.celery import app

RING = "studyplans.reminders.tasks.dispatch_due"
DIES_AT_RING = 2


def die_around_ring(side: str) -> None:
    scheduler: Any = Scheduler
    real = scheduler.apply_async
    rings = 0

    def dying(*arguments: Any, **options: Any) -> Any:
        nonlocal rings
        rings += 1
        if rings == DIES_AT_RING and side == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments, **options)
        if rings == DIES_AT_RING:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    scheduler.apply_async = dying


if __name__ == "__main__":
    if sys.argv[2:]:
        die_around_ring(sys.argv[2])
    app.conf.beat_schedule = {"ring": {"task": RING, "schedule": 0.5}}
    app.start(["beat", "-s", sys.argv[1], "--pidfile=", "--max-interval", "1"])

"""Measure the nightly insight: `python -m bench.insight [ACHIEVEMENTS]`.

The floor is what no count can do without: read the columns it needs of every achievement once,
as a stream.  The figure to compare is the ratio of the two; rows a second differ from machine to
machine.  It works in a test database, made and dropped where DATABASE_URL points.
"""

import os
import random
import resource
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: E402

from tracker.accounts.models import User  # noqa: E402
from tracker.progress import insight  # noqa: E402
from tracker.progress.models import Achievement  # noqa: E402

ACHIEVEMENTS = 1_000_000
A_LEARNER = 500
MILESTONES = 20_000
NOW = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
STATES = [state.value for state in Achievement.State]


@contextmanager
def own_database() -> Iterator[None]:
    kept = connection.settings_dict["NAME"]
    setup_test_environment(debug=False)  # else Django remembers every query
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)
        teardown_test_environment()


def fill(amount: int) -> None:
    """Write so many achievements, learner by learner; some milestones are met by most."""
    chance = random.Random(amount)  # noqa: S311  repeatable, not secret
    learners = User.objects.bulk_create(
        User(email=f"learner{number}@example.org") for number in range(amount // A_LEARNER)
    )
    for learner in learners:
        keys = {int(chance.triangular(0, MILESTONES, 0)) for _ in range(A_LEARNER)}
        Achievement.objects.bulk_create(achievement(learner, key, chance) for key in keys)


def achievement(learner: User, key: int, chance: random.Random) -> Achievement:
    return Achievement(
        learner=learner,
        milestone_key=f"bench.area{key % 12}.m{key:05}",
        state=chance.choice(STATES),
        minutes_spent=chance.choice([0, chance.randrange(1, 600)]),
        changed_at=NOW - timedelta(days=chance.randrange(90)),
    )


def floor() -> None:
    columns = ("milestone_key", "state", "minutes_spent", "changed_at")
    deque(Achievement.objects.values_list(*columns).iterator(), maxlen=0)


def count() -> None:
    insight.compute_insight(at=NOW)


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    with own_database():
        fill(int(sys.argv[1]) if len(sys.argv) > 1 else ACHIEVEMENTS)
        rows = Achievement.objects.count()
        least = min(seconds(floor) for _ in range(3))
        before = peak_mib()
        full = min(seconds(count) for _ in range(3))
        print(f"{rows:,} achievements, {MILESTONES:,} milestones, {connection.vendor}")
        print(f"floor   {rows / least:>12,.0f} rows/s")
        print(f"insight {rows / full:>12,.0f} rows/s")
        print(f"insight/floor {full / least:.2f}, memory peak +{peak_mib() - before:.0f} MiB")


if __name__ == "__main__":
    main()

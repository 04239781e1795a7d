"""Measure readiness: `python -m bench.readiness [ACHIEVEMENTS]`.

The floor is what no score can do without: read the rows it rests on, the library's and the
learner's, in the same number of queries.  The ratios are what to compare; milliseconds differ
from machine to machine.  It works in a test database, made and dropped where DATABASE_URL points.
"""

import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_test_environment,
    teardown_test_environment,
)

from tracker.accounts.models import User  # noqa: E402
from tracker.assessments.models import Attempt, Invitation, Work  # noqa: E402
from tracker.curricula.models import Milestone, RoleProfile  # noqa: E402
from tracker.progress.models import Achievement  # noqa: E402
from tracker.readiness import selectors  # noqa: E402
from tracker.readiness.catalogue import read_catalogue  # noqa: E402
from tracker.readiness.evidence import certificate_evidence, records_of  # noqa: E402

ACHIEVEMENTS = 1_000
NOW = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
ROUNDS = 9
LINK = "https://example.org/work"
MOST_QUERIES = 9


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


def make_learner(amount: int) -> User:
    """Make a learner with so many achievements: the library's milestones, then unknown keys."""
    chance = random.Random(amount)  # noqa: S311  repeatable, not secret
    learner = User.objects.create_user("ada@example.org", None, time_zone="Europe/Berlin")
    known = sorted(set(Milestone.objects.values_list("key", flat=True)))
    unknown = [f"bench.m{number}" for number in range(max(0, amount - len(known)))]
    Achievement.objects.bulk_create(
        Achievement(
            learner=learner,
            milestone_key=key,
            state=chance.choice(["done", "done", "credited", "learning"]),
            evidence_url=chance.choice(["", "", LINK]),
            is_tested=number % 5 == 0,
            changed_at=NOW - timedelta(days=chance.randrange(90)),
        )
        for number, key in enumerate([*known, *unknown][:amount])
    )
    show(learner, known[:amount:5])
    return learner


def show(learner: User, keys: list[str]) -> None:
    """Give a learner a passed check and judged work for each key, and every other a mentor."""
    Attempt.objects.bulk_create(
        Attempt(
            **{"learner": learner, "scope": "milestone", "about": key, "number": 1},
            **{"question_keys": ["q"], "milestone_keys": [key]},
            answers=[{"question": "q", "choice": "a", "is_right": True, "of": 4}] * 3,
            **{"right_count": 3, "asked_count": 3, "has_passed": True},
            **{"started_at": NOW, "finished_at": NOW},
        )
        for key in keys
    )
    works = Work.objects.bulk_create(
        Work(
            **{"learner": learner, "milestone_key": key, "url": LINK, "changed_at": NOW},
            marks=[{"criterion": "It runs.", "mark": "yes"}],
        )
        for key in keys
    )
    Invitation.objects.bulk_create(
        Invitation(
            **{"work": work, "email": "ben@example.org", "verdict": "confirmed"},
            **{"invited_at": NOW, "answered_at": NOW, "expires_at": NOW + timedelta(days=14)},
        )
        for work in works[::2]
    )


def floor(learner: User) -> None:
    """Read all that the scores rest on, and work nothing out."""
    catalogue = read_catalogue()
    records_of(learner)
    certificate_evidence(learner, catalogue.library, on=NOW.date())
    list(Attempt.objects.of(learner).proofs())
    list(Work.objects.of(learner).with_verdicts())


def median_ms(work: Callable[[], object]) -> float:
    def once() -> float:
        begin = time.process_time()
        work()
        return time.process_time() - begin

    return 1_000 * statistics.median(once() for _ in range(ROUNDS))


def main() -> None:
    amount = int(sys.argv[1]) if len(sys.argv) > 1 else ACHIEVEMENTS
    with own_database():
        call_command("load_catalogue", verbosity=0, stdout=open(os.devnull, "w"))  # noqa: SIM115
        learner = make_learner(amount)
        with CaptureQueriesContext(connection) as queries:
            selectors.scores_of(learner, on=NOW.date())
        least = median_ms(lambda: floor(learner))
        scores = median_ms(lambda: selectors.scores_of(learner, on=NOW.date()))
        page = median_ms(lambda: selectors.readiness_view(learner, on=NOW.date()))
        print(f"{RoleProfile.objects.count()} roles, {amount:,} achievements")
        print(f"queries {len(queries):4}, at most {MOST_QUERIES} are allowed")
        print(f"floor  {least:7.1f} ms")
        print(f"scores {scores:7.1f} ms, {scores / least:.2f} times the floor")
        print(f"page   {page:7.1f} ms, {page / least:.2f} times the floor")


if __name__ == "__main__":
    main()

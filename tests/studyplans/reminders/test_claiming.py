import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from studyplans.reminders import claiming
from studyplans.reminders.actions import set_reminder_schedule
from studyplans.reminders.models import Delivery, ReminderSchedule
from studyplans.reminders.names import KindName
from tests.factories import make_learner
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, SUNDAY, outcomes
from tracker.accounts.models import User

MONDAY = "2026-03-02"


@pytest.fixture(autouse=True)
def monday_at_eight(clock: time_machine.Traveller) -> None:
    clock.move_to(MONDAY_AT_EIGHT)


def with_digest(email: str, *, zone: str, hour: time, **choices: Any) -> User:
    learner = make_learner(email, time_zone=zone)
    choices = {"weekdays": range(7), **choices}
    set_reminder_schedule(
        learner=learner, kind=KindName.DIGEST, is_on=True, local_time=hour, at=SUNDAY, **choices
    )
    return learner


def next_run(learner: User) -> datetime | None:
    return learner.reminder_schedules.get().next_run_at


@contextmanager
def beside(work: Callable[[], None]) -> Iterator[threading.Thread]:
    """Work on a connection of its own while this one's transaction is open."""
    problems: list[Exception] = []

    def run() -> None:
        try:
            work()
        except Exception as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    with ExitStack() as afterwards:
        thread = threading.Thread(target=run)
        afterwards.callback(thread.join)
        with transaction.atomic():
            yield thread
    assert problems == []


def wait_for_lock() -> None:
    """Wait until another connection waits for this one."""
    waiting = """
        SELECT EXISTS (
            SELECT FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND datname = current_database()
        )
    """
    for _ in range(1000):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone() == (True,):
                return
            cursor.execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.01)")
    raise TimeoutError("nobody waits")


def test_one_claim_gives_every_learner_their_own_date_and_hour(transactional_db: None) -> None:
    ada = with_digest("ada@example.org", zone="Europe/Berlin", hour=time(8))
    ben = with_digest("ben@example.org", zone="Pacific/Auckland", hour=time(5, 30))
    dan = with_digest("dan@example.org", zone="Europe/Berlin", hour=time(8), weekdays=[0, 3])
    cleo = with_digest("cleo@example.org", zone="Europe/Berlin", hour=time(8, 1))
    tuesday_there = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)

    assert claiming.claim_due(at=tuesday_there) == 4

    assert {each.email: outcomes(each) for each in (ada, ben, dan, cleo)} == {
        "ada@example.org": [(MONDAY, "pending", "")],
        "ben@example.org": [(MONDAY, "skipped", claiming.TOO_LATE), ("2026-03-03", "pending", "")],
        "dan@example.org": [(MONDAY, "pending", "")],
        "cleo@example.org": [(MONDAY, "pending", "")],
    }
    assert next_run(ada) == MONDAY_AT_EIGHT + timedelta(days=1)
    assert next_run(ben) == tuesday_there + timedelta(days=1)
    assert next_run(dan) == MONDAY_AT_EIGHT + timedelta(days=3)
    assert next_run(cleo) == MONDAY_AT_EIGHT + timedelta(days=1, minutes=1)


def test_a_claim_takes_the_longest_due_first(transactional_db: None) -> None:
    late = [
        with_digest(f"{number}@example.org", zone="UTC", hour=time(7 - number))
        for number in range(3)
    ]

    assert claiming.claim_due(at=MONDAY_AT_EIGHT, limit=2) == 2
    assert [outcomes(learner) for learner in late] == [
        [],
        [(MONDAY, "pending", "")],
        [(MONDAY, "pending", "")],
    ]


def test_a_claim_of_digests_reads_no_account(planned_ada: User) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert claiming.claim_due(at=MONDAY_AT_EIGHT) == 1

    assert [query["sql"] for query in queries if User._meta.db_table in query["sql"]] == []


def test_claims_at_once_take_different_schedules(transactional_db: None) -> None:
    for number in range(4):
        with_digest(f"{number}@example.org", zone="UTC", hour=time(7))
    taken = []

    def claim() -> None:
        taken.append(claiming.claim_due(at=MONDAY_AT_EIGHT, limit=2))

    with beside(claim) as other:
        taken.append(claiming.claim_due(at=MONDAY_AT_EIGHT, limit=2))
        other.start()
        if connection.vendor == "postgresql":
            other.join(timeout=20)
            assert not other.is_alive()  # it waits for nobody

    assert taken == [2, 2]
    assert Delivery.objects.count() == 4


# SQLite has no moment at which both are under way.
@pytest.mark.skipif(connection.vendor != "postgresql", reason="one writes at a time there")
def test_an_account_goes_after_the_claim_under_way(planned_ada: User) -> None:
    def delete() -> None:
        User.objects.get(pk=planned_ada.pk).delete()

    with beside(delete) as other:
        claiming.claim_all_due(at=MONDAY_AT_EIGHT)
        other.start()
        # It has read what there is to delete, and waits for the schedule.
        wait_for_lock()

    assert not User.objects.exists()
    assert not Delivery.objects.exists()


def test_an_account_takes_its_reminders_along(planned_ada: User, cleo: User) -> None:
    claiming.claim_all_due(at=MONDAY_AT_EIGHT)
    planned_ada.delete()

    assert not ReminderSchedule.objects.exists()
    assert not Delivery.objects.exists()

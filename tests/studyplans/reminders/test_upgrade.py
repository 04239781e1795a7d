"""A database of an earlier release takes the migrations since, with what it holds."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from studyplans.reminders.models import Delivery, ReminderSchedule
from tests.factories import make_learner
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT

ROOM = "reminders"
# Releases have had these: whoever renames one stops every database that knows it.
RELEASED = [
    *["0001_initial", "0002_outbox_protocol", "0003_every_kind", "0004_channels"],
    *["0006_html_and_used_links", "0007_several_destinations"],
    *["0008_text_alone", "0009_claims_read_no_account"],
]


@pytest.fixture
def tables_of(transactional_db: None) -> Iterator[Callable[[str], Any]]:
    """Take the tables back to a release, and bring them to today's in the end."""

    def take_back(release: str) -> Any:
        executor = MigrationExecutor(connection)
        return executor.migrate([(ROOM, release)]).apps

    yield take_back
    to_today()


def to_today() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes(ROOM))


def test_released_migrations_keep_their_names() -> None:
    known = MigrationExecutor(None).loader.disk_migrations
    assert {(ROOM, name) for name in RELEASED} <= known.keys()


@pytest.mark.parametrize("release", RELEASED[3:-1])
def test_reminders_of_an_earlier_release_are_all_still_there(
    tables_of: Callable[[str], Any], release: str
) -> None:
    ada = make_learner("ada@example.org")
    ReminderSchedule.objects.all().delete()
    old = tables_of(release)
    schedule = {"learner_id": ada.pk, "kind": "digest", "next_run_at": MONDAY_AT_EIGHT}
    old.get_model(ROOM, "ReminderSchedule").objects.create(**schedule)
    delivery = old.get_model(ROOM, "Delivery").objects.create(
        learner_id=ada.pk,
        kind="digest",
        occurrence="2026-03-02",
        due_at=MONDAY_AT_EIGHT,
        stale_at=MONDAY_AT_EIGHT + timedelta(hours=16),
        status="sent",
    )
    old.get_model(ROOM, "DeliveryText").objects.create(
        delivery=delivery, subject="Today", text="An hour of maths.", sent_at=MONDAY_AT_EIGHT
    )

    to_today()

    [kept] = ReminderSchedule.objects.filter(**schedule)
    assert kept.time_zone == ada.time_zone
    [sent] = Delivery.objects.filter(learner=ada)
    assert (sent.status, sent.channel, sent.destination_number) == ("sent", "email", 1)
    assert sent.wording.text == "An hour of maths."
    ada.delete()
    assert not Delivery.objects.exists()

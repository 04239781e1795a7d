"""Which commits wait for the disk: those that must not be lost, and no others."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studyplans.reminders import claiming, leasing, settling
from studyplans.reminders.models import Delivery
from studyplans.reminders.settling import Settlement
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tracker.accounts.models import User


@pytest.fixture
def waits(transactional_db: None, planned_ada: User) -> Callable[[Callable[[], object]], bool]:
    """Say whether what a step commits is on the disk when it returns."""
    if connection.vendor != "postgresql":
        pytest.skip("every commit waits there")

    def look(step: Callable[[], object]) -> bool:
        with CaptureQueriesContext(connection) as queries:
            step()
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            assert cursor.fetchone() == ("on",)  # for whatever comes next
        return not any("synchronous_commit = off" in query["sql"] for query in queries)

    return look


def test_only_what_can_be_done_again_is_left_to_the_next_commit(
    waits: Callable[[Callable[[], object]], bool],
) -> None:
    assert not waits(lambda: claiming.claim_due(at=MONDAY_AT_EIGHT))
    assert waits(lambda: leasing.lease(owner="a sender", at=MONDAY_AT_EIGHT))

    settlement = Settlement(owner="a sender")
    [delivery] = Delivery.objects.leased_by("a sender")
    settlement.add(delivery.pk, settling.SENT)
    assert not waits(lambda: settlement.write_soon(at=MONDAY_AT_EIGHT))
    assert waits(lambda: settlement.write(at=MONDAY_AT_EIGHT))
    delivery.refresh_from_db()
    assert delivery.status == "sent"

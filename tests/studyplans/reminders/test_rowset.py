"""Many rows at once come and go as they would one by one, on either database."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
import time_machine
from django.db import DataError, connection

from studyplans.reminders import claiming, leasing
from studyplans.reminders.models import AddressState, Delivery
from studyplans.reminders.rowset import insert_new, loaded, rows_of
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tracker.accounts.models import User

COLUMNS = ("address_hash", "trouble", "reason", "since")
AWKWARD = ['say "no"', "back\\slash", "{a,b}", "it's", "NULL", "", "\n", "ä €"]


@pytest.fixture(autouse=True)
def monday_at_eight(clock: time_machine.Traveller) -> None:
    clock.move_to(MONDAY_AT_EIGHT)


def keep(*rows: tuple[str, str]) -> None:
    """Keep trouble with addresses: their hash, and the reason."""
    since = connection.ops.adapt_datetimefield_value(MONDAY_AT_EIGHT)
    insert_new(AddressState, COLUMNS, [(key, "bounced", reason, since) for key, reason in rows])


def kept(*keys: str) -> Sequence[tuple[Any, ...]]:
    found = AddressState.objects.filter(address_hash__among=keys)
    return sorted(found.values_list("address_hash", "reason", "since"))


@pytest.mark.django_db
def test_whatever_a_text_holds_it_is_kept_and_found() -> None:
    keep(*((text, text) for text in AWKWARD))

    assert kept(*AWKWARD) == sorted((text, text, MONDAY_AT_EIGHT) for text in AWKWARD)
    assert kept("a", "b", "say", "back") == []


@pytest.mark.django_db
def test_no_keys_find_nothing_and_no_rows_change_nothing() -> None:
    keep()
    keep(("one", "first"))

    assert kept() == []
    assert not Delivery.objects.of_ids([]).exists()
    assert AddressState.objects.count() == 1


@pytest.mark.django_db
def test_what_is_there_already_stays_as_it_is() -> None:
    keep(("one", "first"))
    keep(("one", "second"), ("two", "second"))

    assert kept("one", "two") == [
        ("one", "first", MONDAY_AT_EIGHT),
        ("two", "second", MONDAY_AT_EIGHT),
    ]


@pytest.mark.django_db
def test_a_text_too_long_for_its_column_is_not_cut_in_silence() -> None:
    is_strict = connection.vendor == "postgresql"
    outcome: AbstractContextManager[object] = (
        pytest.raises(DataError) if is_strict else nullcontext()
    )
    with outcome:
        keep(("one", "a" * 301))

    if not is_strict:
        assert kept("one") == [("one", "a" * 301, MONDAY_AT_EIGHT)]


def test_rows_are_read_as_the_database_layer_reads_them(planned_ada: User) -> None:
    claiming.claim_all_due(at=MONDAY_AT_EIGHT)
    found = Delivery.objects.values_list("due_at", "settled_at", "has_slot", "kind", "learner")

    [row] = rows_of(found)
    assert row == found.get() == (MONDAY_AT_EIGHT, None, False, "digest", planned_ada.pk)
    assert row[0].tzinfo is found.get()[0].tzinfo


def test_a_loaded_row_is_the_row_itself(planned_ada: User) -> None:
    claiming.claim_all_due(at=MONDAY_AT_EIGHT)
    [delivery] = [
        loaded(Delivery, ("id", "reason"), row)
        for row in rows_of(Delivery.objects.values_list("id", "reason"))
    ]

    delivery.reason = "changed"
    delivery.save(update_fields=["reason"])
    assert delivery == Delivery.objects.get(reason="changed")
    assert delivery.kind == "digest"  # read only now


def test_a_lease_brings_all_that_a_sender_asks_of_a_learner(
    planned_ada: User, django_assert_num_queries: Any
) -> None:
    claiming.claim_all_due(at=MONDAY_AT_EIGHT)
    with django_assert_num_queries(2):
        [delivery] = leasing.lease(owner="a sender", at=MONDAY_AT_EIGHT)
        learner = delivery.learner
        known = (learner.email, str(learner.zone), learner.day_starts_at, learner.is_active)

    assert known == ("ada@example.org", "Europe/Berlin", planned_ada.day_starts_at, True)
    assert (delivery.due_at, delivery.status) == (MONDAY_AT_EIGHT, "leased")
    assert delivery.lease_until == MONDAY_AT_EIGHT + leasing.LEASE

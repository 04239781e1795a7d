"""Take deliveries for a while.  A lease has an owner and an end; no transaction outlives it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from studyplans.reminders.models import EMAIL, Delivery
from studyplans.reminders.rowset import loaded, rows_of
from tracker.accounts.models import User

LEASED_AT_ONCE = 500
LEASE = timedelta(minutes=15)
# A letter begun later than this before the lease ends might outlive it.
LAST_START_BEFORE_END = timedelta(minutes=7)
# Each moment read takes its time.
UNREAD = {"lease_until", "password", "last_login", "date_joined"}
DELIVERY, LEARNER = (
    [field.attname for field in model._meta.concrete_fields if field.name not in UNREAD]
    for model in (Delivery, User)
)
# WITH, because a subquery in the WHERE may be asked again and again, and then takes more.
TAKE = """
    WITH taken AS MATERIALIZED (
        SELECT id FROM {table} WHERE status = %s AND due_at <= %s AND channel = %s
        ORDER BY due_at LIMIT %s {lock}
    )
    UPDATE {table} SET status = %s, lease_owner = %s, lease_until = %s
    WHERE id IN (SELECT id FROM taken)
    RETURNING id
"""


def lease(
    *, owner: str, at: datetime, limit: int = LEASED_AT_ONCE, channel: str = EMAIL
) -> list[Delivery]:
    """Take due deliveries, the longest due first, and return them with their learners."""
    lock = "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
    due = (Delivery.Status.PENDING, _moment(at), channel, limit)
    taken = (Delivery.Status.LEASED, owner, _moment(at + LEASE))
    with connection.cursor() as cursor:
        cursor.execute(TAKE.format(table=Delivery._meta.db_table, lock=lock), (*due, *taken))
        own = Delivery.objects.of_ids([pk for (pk,) in cursor.fetchall()])
    columns = (*DELIVERY, *(f"learner__{name}" for name in LEARNER))
    rows = rows_of(own.order_by("due_at", "pk").values_list(*columns))
    return [_with_learner(row) for row in rows]


def _with_learner(row: Sequence[object]) -> Delivery:
    delivery = loaded(Delivery, DELIVERY, row[: len(DELIVERY)])
    delivery.learner = loaded(User, LEARNER, row[len(DELIVERY) :])
    return delivery


def _moment(at: datetime) -> str | None:
    return connection.ops.adapt_datetimefield_value(at)


def lease_one(delivery_id: int, *, owner: str, at: datetime) -> list[Delivery]:
    """Take this delivery, or nothing when it is not due or another has it."""
    free = Delivery.objects.due(at).filter(pk=delivery_id)
    taken = free.update(status=Delivery.Status.LEASED, lease_owner=owner, lease_until=at + LEASE)
    return list(Delivery.objects.of_ids([delivery_id]).select_related("learner")) if taken else []


def give_back(*, owner: str, reason: str) -> None:
    """Return untouched what the owner still has."""
    Delivery.objects.leased_by(owner).update(
        status=Delivery.Status.PENDING, lease_owner="", lease_until=None, reason=reason[:300]
    )

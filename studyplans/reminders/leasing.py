"""Take deliveries for a while.  A lease has an owner and an end; no transaction outlives it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from studyplans.reminders.models import Delivery

LEASED_AT_ONCE = 200
LEASE = timedelta(minutes=15)
# A letter begun later than this before the lease ends might outlive it.
LAST_START_BEFORE_END = timedelta(minutes=7)


def lease(*, owner: str, at: datetime, limit: int = LEASED_AT_ONCE) -> list[Delivery]:
    """Take due deliveries, the longest due first, with their learners."""
    taken = _take(owner=owner, at=at, limit=limit)
    return list(Delivery.objects.of_ids(taken).select_related("learner").order_by("due_at", "pk"))


@transaction.atomic
def _take(*, owner: str, at: datetime, limit: int) -> list[int]:
    due = Delivery.objects.due(at).order_by("due_at").select_for_update(skip_locked=True)
    ids = list(due.values_list("pk", flat=True)[:limit])
    Delivery.objects.due(at).of_ids(ids).update(
        status=Delivery.Status.LEASED, lease_owner=owner, lease_until=at + LEASE
    )
    return ids


def lease_one(delivery_id: int, *, owner: str, at: datetime) -> list[Delivery]:
    """Take this delivery, or nothing when it is not due or another has it."""
    free = Delivery.objects.due(at).filter(pk=delivery_id)
    taken = free.update(status=Delivery.Status.LEASED, lease_owner=owner, lease_until=at + LEASE)
    return list(Delivery.objects.of_ids([delivery_id]).select_related("learner")) if taken else []


def give_back(ids: Collection[int], *, owner: str, reason: str) -> None:
    """Return leased deliveries untouched."""
    Delivery.objects.leased_by(owner).of_ids(ids).update(
        status=Delivery.Status.PENDING, lease_owner="", lease_until=None, reason=reason[:300]
    )

"""Rate limits: each mail gets the moment from which on it may go.

A limit is a row that remembers when its next mail may go, so all workers together keep to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from studyplans.reminders.models import Delivery, Pace

EVERYONE = "*"


def slots_for(deliveries: Sequence[Delivery], *, at: datetime) -> dict[int, datetime]:
    """Return by delivery the moment from which on it may go; one that had a slot may go now."""
    slots = {delivery.pk: at for delivery in deliveries}
    asking = [delivery for delivery in deliveries if not delivery.has_slot]
    for name, interval, those in _limits_on(asking):
        for delivery, slot in zip(those, _reserved(name, len(those), interval, at=at), strict=True):
            slots[delivery.pk] = max(slots[delivery.pk], slot)
    return slots


def _limits_on(
    deliveries: Sequence[Delivery],
) -> list[tuple[str, timedelta, list[Delivery]]]:
    """Return name, interval and members of each limit that these deliveries fall under."""
    found = []
    if settings.REMINDERS_PER_SECOND and deliveries:
        interval = timedelta(seconds=1 / settings.REMINDERS_PER_SECOND)
        found.append((EVERYONE, interval, list(deliveries)))
    if settings.REMINDERS_PER_MINUTE_AND_DOMAIN:
        interval = timedelta(minutes=1 / settings.REMINDERS_PER_MINUTE_AND_DOMAIN)
        found += [(name, interval, those) for name, those in _by_domain(deliveries).items()]
    return found


def _by_domain(deliveries: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    domains: dict[str, list[Delivery]] = defaultdict(list)
    for delivery in deliveries:
        domains[delivery.learner.email.rpartition("@")[2].lower()].append(delivery)
    return dict(sorted(domains.items()))


@transaction.atomic
def _reserved(name: str, count: int, interval: timedelta, *, at: datetime) -> list[datetime]:
    pace, _ = Pace.objects.select_for_update().get_or_create(name=name, defaults={"free_at": at})
    first = max(pace.free_at, at)
    pace.free_at = first + count * interval
    pace.save(update_fields=["free_at"])
    return [first + number * interval for number in range(count)]

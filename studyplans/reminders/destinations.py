"""Where reminders go besides e-mail: who has such a destination, and what its failures lead to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F

from studyplans.reminders.kinds import SCHEDULED
from studyplans.reminders.models import Delivery, Destination

FAILURES_TO_SWITCH_OFF = 5
LONGEST_REASON = 300
COPIED = ("learner_id", "kind", "occurrence", "due_at", "stale_at")


def copy_to_channels(learners: Collection[int]) -> None:
    """Let what waits to be mailed to these learners go by their other channels as well.

    Inside the transaction that wrote it, so that no sender has taken it yet.
    """
    wanted = Destination.objects.on()
    # Hardly anyone has one, and asking for some hundred learners takes longer than asking for any.
    if not wanted.exists():
        return
    places: dict[int, list[tuple[str, int]]] = defaultdict(list)
    own = wanted.filter(learner__in=learners)
    for learner, channel, number in own.values_list("learner", "channel", "number"):
        places[learner].append((channel, number))
    waiting = Delivery.objects.by_mail().filter(
        learner__in=places, kind__in=[*SCHEDULED], status=Delivery.Status.PENDING
    )
    copies = [
        Delivery(channel=channel, destination_number=number, **row)
        for row in waiting.values(*COPIED)
        for channel, number in places[row["learner_id"]]
    ]
    Delivery.objects.bulk_create(copies, ignore_conflicts=True)


def destinations_of(deliveries: Iterable[Delivery]) -> dict[tuple[int, str, int], Destination]:
    """Return by learner, channel and number where deliveries go; one query."""
    learners = {delivery.learner_id for delivery in deliveries}
    own = Destination.objects.on().filter(learner__in=learners, learner__is_active=True)
    return {(each.learner_id, each.channel, each.number): each for each in own}


def note_success(destination: Destination) -> None:
    Destination.objects.filter(pk=destination.pk, failures__gt=0).update(failures=0)


def note_failure(destination: Destination, *, reason: str, is_gone: bool, at: datetime) -> None:
    """Count a delivery that failed for good, and switch off what fails time and again."""
    own = Destination.objects.on().filter(pk=destination.pk, address=destination.address)
    own.update(failures=F("failures") + 1)
    if not is_gone:
        own = own.filter(failures__gte=FAILURES_TO_SWITCH_OFF)
    own.update(off_since=at, off_reason=reason[:LONGEST_REASON])


def forget(destination: Destination) -> None:
    """Remove what is gone for ever, unless its owner has given it another address since."""
    Destination.objects.filter(pk=destination.pk, address=destination.address).delete()

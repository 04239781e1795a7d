"""Bring deliveries of the channels besides e-mail to their destinations.

Lease, decide, post, settle: the steps are those of the sender of mail.  Some posts are under way
side by side, as each waits for a server of its own.  A sender that dies leaves its deliveries
pending, and they go out again under the same id: who receives them can tell.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import salted_hmac

from studyplans.reminders import leasing, settling
from studyplans.reminders.channels.answer import Answer, Verdict
from studyplans.reminders.channels.channel import Channel, Message
from studyplans.reminders.channels.registry import channels
from studyplans.reminders.deciding import decided, not_now, outcomes_of
from studyplans.reminders.destinations import (
    destinations_of,
    forget,
    note_failure,
    note_success,
)
from studyplans.reminders.journal import Journal
from studyplans.reminders.models import Delivery, Destination
from studyplans.reminders.selectors import Decision, place_of
from studyplans.reminders.settling import Outcome, Settlement

logger = logging.getLogger(__name__)

SALT = "studyplans.reminders.posting"
LEASED_AT_ONCE = 50
SIDE_BY_SIDE = 8
NO_DESTINATION = "there is no address for it, or it is switched off"

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message ready to go, and where to."""

    decision: Decision
    message: Message
    destination: Destination


def post_due(*, now: Clock, seconds: float | None = None) -> None:
    """Post what is due by every channel until nothing is, or for about so long."""
    end = None if seconds is None else time.monotonic() + seconds
    waiting = Delivery.objects.due(now()).by_other_channels().values_list("channel", flat=True)
    for name in set(waiting) & channels().keys():
        with Poster(channels()[name], now=now) as poster:
            poster.post_until(end)


def post_one(delivery: Delivery, *, now: Clock) -> None:
    """Post one due delivery at once, or write down why not."""
    with Poster(channels()[delivery.channel], now=now) as poster:
        poster.post(leasing.lease_one(delivery.pk, owner=poster.owner, at=now()))


class Poster:
    """One process at work on one channel's deliveries.

    Leaving by an exception leaves the journal behind: the sweep then gives its leases back.
    """

    def __init__(self, channel: Channel, *, now: Clock) -> None:
        self._channel = channel
        self._now = now
        self._journal = Journal()
        self.owner = self._journal.owner
        self._settlement = Settlement(owner=self.owner)

    def __enter__(self) -> Poster:
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        if error is None:
            self._journal.close()
        else:
            self._journal.abandon()

    def post_until(self, end: float | None) -> None:
        while end is None or time.monotonic() < end:
            batch = leasing.lease(
                owner=self.owner, at=self._now(), limit=LEASED_AT_ONCE, channel=self._channel.name
            )
            if not batch:
                break
            self.post(batch)

    def post(self, batch: Sequence[Delivery]) -> None:
        """Bring each delivery of a fresh lease to its outcome."""
        parcels = self._parcels(batch, at=self._now())
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            for parcel, answer in zip(parcels, pool.map(self._posted, parcels), strict=True):
                self._take_answer(parcel, answer)
        self._settlement.write(at=self._now())

    def _parcels(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[Parcel]:
        """Settle what is not to go now, and pack the rest."""
        destinations = destinations_of(deliveries)
        parcels = []
        batch = decided(deliveries, at=at)
        for delivery, failure in batch.broken:
            self._settlement.add(delivery.pk, failure)
        for decision in batch.decisions:
            delivery = decision.delivery
            destination = destinations.get(place_of(delivery))
            if outcome := not_now(decision):
                self._settlement.add(delivery.pk, outcome)
            elif destination is None:
                self._settle(decision, settling.skipped(delivery, NO_DESTINATION))
            else:
                parcels.append(Parcel(decision, message_for(decision, at=at), destination))
        return parcels

    def _posted(self, parcel: Parcel) -> Answer:
        """Post one message, in a thread of its own: no database from here on."""
        try:
            return self._channel.send(parcel.message, parcel.destination)
        except Exception as error:
            logger.exception("Message %s could not be posted.", parcel.message.id)
            return Answer(Verdict.REFUSED, f"it could not be posted: {error!r}")

    def _take_answer(self, parcel: Parcel, answer: Answer) -> None:
        at = self._now()
        outcomes = list(outcomes_of(parcel.decision, answer, at=at))
        for delivery, outcome in outcomes:
            self._settlement.add(delivery.pk, outcome)
        match outcomes[0][1].status:
            case Delivery.Status.SENT:
                note_success(parcel.destination)
            case Delivery.Status.FAILED:
                self._note_failure(parcel.destination, answer, at=at)

    def _note_failure(self, destination: Destination, answer: Answer, *, at: datetime) -> None:
        if answer.is_mailbox_dead and self._channel.is_subscription:
            forget(destination)
            return
        note_failure(destination, reason=answer.reason, is_gone=answer.is_mailbox_dead, at=at)

    def _settle(self, decision: Decision, outcome: Outcome) -> None:
        for delivery in decision.aboard:
            self._settlement.add(delivery.pk, outcome)


def message_for(decision: Decision, *, at: datetime) -> Message:
    delivery = decision.delivery
    return Message(
        id=message_id(delivery),
        kind=delivery.kind,
        occurrence=delivery.occurrence,
        briefs=(decision.news.brief, *decision.also),
        written_at=at,
        stale_at=delivery.stale_at,
    )


def message_id(delivery: Delivery) -> str:
    """Name the message by what makes its delivery unique, and tell nothing by it."""
    place = f"{delivery.channel} {delivery.destination_number}"
    key = f"{delivery.learner_id} {delivery.kind} {delivery.occurrence} {place}"
    return f"msg_{salted_hmac(SALT, key, algorithm='sha256').hexdigest()[:32]}"

"""What a sender of any channel does with a batch's decisions and with the answers it gets."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import DatabaseError

from studyplans.reminders import settling
from studyplans.reminders.channels.answer import Answer, Verdict
from studyplans.reminders.models import Delivery
from studyplans.reminders.selectors import Decision, decisions_on
from studyplans.reminders.settling import Outcome

logger = logging.getLogger(__name__)


class Batch(NamedTuple):
    """A lease decided on; of some deliveries not even that could be read."""

    leased_at: datetime
    decisions: list[Decision]
    broken: list[tuple[Delivery, Outcome]]
    size: int = 0


def decided(deliveries: Sequence[Delivery], *, at: datetime) -> Batch:
    """Decide on all at once; where that fails, one by one, to find whose data is broken."""
    if not deliveries:
        return Batch(at, [], [])
    try:
        return Batch(at, decisions_on(deliveries, at=at), [], len(deliveries))
    except DatabaseError:
        raise
    except Exception:
        if len(deliveries) == 1:
            [delivery] = deliveries
            return Batch(at, [], [(delivery, unwritable(delivery))], 1)
        return _together([decided([one], at=at) for one in deliveries], at=at)


def _together(batches: Sequence[Batch], *, at: datetime) -> Batch:
    decisions = [each for batch in batches for each in batch.decisions]
    broken = [each for batch in batches for each in batch.broken]
    return Batch(at, decisions, broken, sum(batch.size for batch in batches))


def unwritable(delivery: Delivery) -> Outcome:
    """Return what the error now being handled means for a delivery, and log it."""
    logger.exception("Delivery %s could not be written.", delivery.pk)
    return settling.failed(f"it could not be written: {sys.exc_info()[1]!r}")


def not_now(decision: Decision) -> Outcome | None:
    """Return what becomes of a delivery that is not to be sent now; None when it is."""
    if decision.reason:
        return settling.skipped(decision.delivery, decision.reason)
    if decision.wait_until:
        return settling.not_before(decision.wait_until, has_slot=False)
    return None


def outcomes_of(
    decision: Decision, answer: Answer, *, at: datetime
) -> Iterator[tuple[Delivery, Outcome]]:
    """Return what an answer means for a delivery and for those that it carried along."""
    carrier = decision.delivery
    yield carrier, outcome_of(carrier, answer, at=at)
    for rider in decision.riders:
        yield rider.delivery, riding(outcome_of(rider.delivery, answer, at=at), carrier)


def outcome_of(delivery: Delivery, answer: Answer, *, at: datetime) -> Outcome:
    match answer.verdict:
        case Verdict.TAKEN:
            return settling.SENT
        case Verdict.REFUSED:
            return settling.failed(answer.reason)
        case Verdict.LATER:
            return settling.later(delivery, answer.reason, at=at)
        case Verdict.UNKNOWN:
            return settling.in_doubt(delivery, answer.reason, at=at)


def riding(outcome: Outcome, carrier: Delivery) -> Outcome:
    """Return what a rider is settled by: its carrier's outcome, and in which mail it was."""
    if outcome != settling.SENT:
        return outcome
    return outcome._replace(reason=f"in the {carrier.title} of the same hour")

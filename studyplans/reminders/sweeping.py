"""Bring to an end what dead senders have left, and what has waited in vain."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Concat, Left

from studyplans.reminders import settling
from studyplans.reminders.claiming import TOO_LATE
from studyplans.reminders.journal import DeadJournal, Mark, Note, dead_journals, is_here
from studyplans.reminders.models import Delivery, DeliveryText
from studyplans.reminders.settling import LONGEST_REASON, Outcome, settle

logger = logging.getLogger(__name__)

# How long another machine may take to come back with its journals.
WAIT_FOR_JOURNAL = timedelta(hours=1)
TEXTS_KEPT = timedelta(days=30)
# A letter under whose writing so many senders died is poison.
MOST_DEATHS = 5
SENDER_DIED = "its sender stopped before the mail server answered"


def sweep(*, at: datetime) -> int:
    """Settle the leases of dead senders and what is stale; return how many came in doubt."""
    in_doubt = sum(_resolve(journal, at=at) for journal in dead_journals())
    in_doubt += _resolve_lost(at=at)
    _skip_stale(at=at)
    if in_doubt:
        logger.warning("%d deliveries are in doubt: their senders stopped half-way.", in_doubt)
    return in_doubt


def forget_old_texts(*, at: datetime) -> int:
    """Delete what mails said a month ago; that they were sent is kept."""
    deleted, _ = DeliveryText.objects.filter(sent_at__lt=at - TEXTS_KEPT).delete()
    return deleted


def _resolve(journal: DeadJournal, *, at: datetime) -> int:
    with journal:
        notes = journal.last_notes()
        outcomes = {
            delivery.pk: outcome_by(notes.get(delivery.pk), delivery, at=at)
            for delivery in Delivery.objects.leased_by(journal.owner)
        }
        with transaction.atomic():
            settle(outcomes, owner=journal.owner, at=at)
        journal.throw_away()
    return _doubts(outcomes)


def outcome_by(note: Note | None, delivery: Delivery, *, at: datetime) -> Outcome:
    """Say what a dead sender's last note about a delivery means for it."""
    match note:
        case Note(Mark.SENT):
            return settling.SENT
        case Note(Mark.LATER, reason):
            return settling.later(delivery, reason, at=at)
        case Note(Mark.FAILED, reason):
            return settling.failed(reason)
        case Note(Mark.IN_DOUBT, reason):
            return settling.in_doubt(delivery, reason, at=at)
        case Note(Mark.CONTENT):
            return settling.in_doubt(delivery, SENDER_DIED, at=at)
        case Note(Mark.WRITING):
            return _after_death(delivery, at=at)
    return settling.not_before(delivery.due_at, has_slot=delivery.has_slot, reason=delivery.reason)


def _after_death(delivery: Delivery, *, at: datetime) -> Outcome:
    if delivery.attempts + 1 >= MOST_DEATHS:
        return settling.failed("its sender died several times while writing it")
    return settling.later(delivery, "its sender died while writing it", at=at)


def _resolve_lost(*, at: datetime) -> int:
    """Settle leases of machines that never came back: nobody knows what became of those."""
    lost: dict[str, dict[int, Outcome]] = {}
    for delivery in Delivery.objects.overdue_leases(at - WAIT_FOR_JOURNAL):
        if not is_here(delivery.lease_owner):
            outcome = settling.in_doubt(delivery, SENDER_DIED, at=at)
            lost.setdefault(delivery.lease_owner, {})[delivery.pk] = outcome
    for owner, outcomes in lost.items():
        settle(outcomes, owner=owner, at=at)
    return sum(map(_doubts, lost.values()))


def _doubts(outcomes: dict[int, Outcome]) -> int:
    return sum(outcome.doubts for outcome in outcomes.values())


def _skip_stale(*, at: datetime) -> None:
    """Settle what waited until it was too late, and say what kept it."""
    stale = Delivery.objects.stale(at)
    over = {"settled_at": at, "has_slot": False}
    stale.filter(reason="").update(status=Delivery.Status.SKIPPED, reason=TOO_LATE, **over)
    said = Left(Concat(Value(f"{TOO_LATE}; before, "), "reason"), LONGEST_REASON)
    stale.update(status=Delivery.Status.SKIPPED, reason=said, **over)

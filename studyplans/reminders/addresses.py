"""What the world outside says about addresses: bounces and complaints.

An address in trouble gets no reminder; mail that keeps an account safe goes its own way.  Kept by
the hash of the address, so that trouble outlives an account and names nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from studyplans.reminders.models import AddressEvent, AddressState, Delivery
from tracker.accounts.models import User

SOFT_BOUNCES = 3
SOFT_BOUNCES_WITHIN = timedelta(days=14)
LONGEST_REASON = 300


def hash_of(address: str) -> str:
    return hashlib.sha256(address.strip().lower().encode("utf-8", "replace")).hexdigest()


def troubles_of(learners: Iterable[User]) -> dict[int, AddressState]:
    """Return by learner what stands against mailing them; one query."""
    hashes = {hash_of(learner.email): learner.pk for learner in learners}
    states = AddressState.objects.filter(address_hash__among=hashes)
    return {hashes[state.address_hash]: state for state in states}


def trust_again(address: str) -> None:
    """Take the learner's word that mail arrives there."""
    with transaction.atomic():
        AddressState.objects.filter(address_hash=hash_of(address)).delete()
        AddressEvent.objects.filter(address_hash=hash_of(address)).delete()


def note_dead_mailbox(delivery: Delivery, *, reason: str, at: datetime) -> None:
    """Write down that the mail server knows no such mailbox."""
    note_event(
        address=delivery.learner.email,
        sort=AddressEvent.Sort.HARD,
        reference=f"smtp:{delivery.pk}:{delivery.attempts}",
        detail=reason,
        at=at,
    )


@transaction.atomic
def note_event(*, address: str, sort: str, reference: str, detail: str, at: datetime) -> bool:
    """Write down news about an address and draw the conclusion; False when it is old news."""
    address_hash = hash_of(address)
    _, is_new = AddressEvent.objects.get_or_create(
        reference=reference[:200],
        defaults={
            "address_hash": address_hash,
            "sort": sort,
            "detail": detail[:LONGEST_REASON],
            "heard_at": at,
        },
    )
    trouble = _trouble_after(sort, address_hash, at=at) if is_new else None
    if trouble:
        defaults = {"trouble": trouble, "reason": detail[:LONGEST_REASON], "since": at}
        AddressState.objects.update_or_create(address_hash=address_hash, defaults=defaults)
    return is_new


def _trouble_after(sort: str, address_hash: str, *, at: datetime) -> str | None:
    if sort == AddressEvent.Sort.COMPLAINT:
        return AddressState.Trouble.COMPLAINED
    if sort == AddressEvent.Sort.HARD:
        return AddressState.Trouble.BOUNCED
    soft = AddressEvent.objects.filter(
        address_hash=address_hash,
        sort=AddressEvent.Sort.SOFT,
        heard_at__gt=at - SOFT_BOUNCES_WITHIN,
    )
    return AddressState.Trouble.BOUNCED if soft.count() >= SOFT_BOUNCES else None

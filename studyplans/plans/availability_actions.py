"""Try out another availability."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from studyplans.plans.actions import change_availability
from studyplans.plans.availability import Availability
from studyplans.plans.availability_selectors import latest_receipt
from studyplans.plans.models import Receipt
from tracker.accounts.models import User


def rehearse_availability(
    *, learner: User, availability: Availability, at: datetime
) -> Receipt | None:
    """Return the receipt that changing availability would give; nothing is stored.

    It is done and taken back, as whatever else stands in a plan - pinned sessions, booked
    exams, reviews, a pause - has to weigh exactly as much as it will on saving.
    """
    with transaction.atomic():
        change_availability(learner=learner, availability=availability, at=at)
        receipt = latest_receipt(learner, at=at)
        transaction.set_rollback(True)
    return receipt

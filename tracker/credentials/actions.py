"""Everything that changes which certificates a learner holds."""

from __future__ import annotations

from datetime import date, datetime

from tracker.accounts.models import User
from tracker.credentials.models import HeldCertification
from tracker.curricula.models import Certification


def add_certification(
    *,
    learner: User,
    certification: Certification,
    earned_on: date,
    expires_on: date | None = None,
    proof_url: str = "",
    at: datetime,
) -> HeldCertification:
    """Note a certificate, or correct the one noted as earned on that day.

    Without a day of expiry it is counted from the certification's validity, if that is known.
    """
    facts = {"expires_on": expires_on, "proof_url": proof_url}
    held, is_new = HeldCertification.objects.get_or_create(
        learner=learner,
        certification=certification,
        earned_on=earned_on,
        defaults={**facts, "noted_at": at},
    )
    if not is_new:
        given = {name: value for name, value in facts.items() if value}
        for name, value in given.items():
            setattr(held, name, value)
        held.save(update_fields=list(given))
    return held


def remove_certification(*, held: HeldCertification) -> None:
    held.delete()

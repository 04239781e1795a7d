"""Everything that changes which certificates a learner holds."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from common.kept_files import GivenFile
from tracker.accounts.models import User
from tracker.credentials.models import CertificateProof, HeldCertification
from tracker.curricula.models import Certification


@transaction.atomic
def add_certification(
    *,
    learner: User,
    certification: Certification,
    earned_on: date,
    expires_on: date | None = None,
    proof_url: str = "",
    proof_file: GivenFile | None = None,
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
    if proof_file:
        keep_proof(held=held, file=proof_file, at=at)
    return held


def keep_proof(*, held: HeldCertification, file: GivenFile, at: datetime) -> None:
    """Keep this file in place of an earlier one."""
    facts = {"kind": file.kind, "content": file.content, "added_at": at}
    CertificateProof.objects.update_or_create(held=held, defaults=facts)


def remove_proof(*, held: HeldCertification) -> None:
    CertificateProof.objects.filter(held=held).delete()


def remove_certification(*, held: HeldCertification) -> None:
    held.delete()

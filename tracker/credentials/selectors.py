"""Questions asked of the certificates a learner holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tracker.accounts.models import User
from tracker.credentials.models import EXPIRED, CertificateProof, HeldCertification


@dataclass(frozen=True, slots=True)
class HeldOn:
    """A held certificate seen from a day."""

    held: HeldCertification
    on: date
    has_file: bool = False

    @property
    def notice(self) -> int | str | None:
        return self.held.expiry_notice(self.on)

    @property
    def is_expired(self) -> bool:
        return self.notice == EXPIRED

    @property
    def in_words(self) -> str:
        left = self.held.days_left(self.on)
        if left is None:
            return "No expiry known"
        if self.is_expired:
            return "Expired"
        if self.notice is None:
            return "Valid"
        return {0: "Expires today", 1: "Expires tomorrow"}.get(left, f"Expires in {left} days")


def held_by(learner: User, *, on: date) -> list[HeldOn]:
    """Return what a learner holds, the next to expire first, the expired last."""
    found = HeldCertification.objects.of(learner).select_related("certification__successor")
    with_file = set(CertificateProof.objects.of(learner).values_list("held_id", flat=True))
    seen = [HeldOn(held, on, held.pk in with_file) for held in found]
    return sorted(seen, key=lambda each: each.is_expired)

"""Everything that changes which advertisements a learner has saved."""

from __future__ import annotations

import hashlib
from datetime import datetime

from tracker.accounts.models import User
from tracker.adverts.models import Advert


def save_advert(*, learner: User, title: str, text: str, at: datetime) -> Advert:
    """Save the plain text of an advertisement, or give back the one with this very text."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    advert, _ = Advert.objects.get_or_create(
        learner=learner,
        text_digest=digest,
        defaults={"title": title, "text": text, "saved_at": at},
    )
    return advert


def delete_advert(*, advert: Advert) -> None:
    advert.delete()

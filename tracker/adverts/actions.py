"""Everything that changes a learner's advertisements and the paths made of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from tracker.accounts.models import User
from tracker.adverts.models import Advert
from tracker.curricula.actions import create_personal_path
from tracker.curricula.models import Milestone
from tracker.progress.actions import enrol_learner, leave_enrolment
from tracker.progress.models import Enrolment

SUMMARY = "The short way to what “{}” asks for, from where you stood when you made it."


def save_advert(*, learner: User, title: str, text: str, at: datetime) -> Advert:
    """Save the plain text of an advertisement, or give back the one with this very text.

    One that was put away comes back.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()
    advert, _ = Advert.objects.get_or_create(
        learner=learner,
        text_digest=digest,
        defaults={"title": title, "text": text, "saved_at": at},
    )
    bring_back_advert(advert=advert)
    return advert


def archive_advert(*, advert: Advert, at: datetime) -> None:
    """Put an advertisement away; archiving it again keeps the first time."""
    if advert.archived_at is None:
        advert.archived_at = at
        advert.save(update_fields=["archived_at"])


def bring_back_advert(*, advert: Advert) -> None:
    if advert.archived_at is not None:
        advert.archived_at = None
        advert.save(update_fields=["archived_at"])


def delete_advert(*, advert: Advert) -> None:
    """Delete the text; a path made of it stays."""
    advert.delete()


@transaction.atomic
def make_path(
    *,
    advert: Advert,
    milestones: Sequence[Milestone],
    started_on: date,
    target_date: date | None,
    at: datetime,
) -> Enrolment:
    """Make the way to an advertisement a path of its learner's own, and enrol in it.

    While that path is followed, asking again gives it back; once left, a new one is made.
    """
    locked = Advert.objects.select_for_update(of=["self"]).select_related("learner")
    advert = locked.get(pk=advert.pk)
    followed = Enrolment.objects.of(advert.learner).current().filter(curriculum__advert=advert)
    enrolment = followed.select_related("curriculum").first()
    if enrolment is not None:
        return enrolment
    advert.path = create_personal_path(
        owner=advert.learner,
        title=advert.title,
        summary=SUMMARY.format(advert.title),
        milestones=milestones,
    )
    advert.save(update_fields=["path"])
    return enrol_learner(
        learner=advert.learner,
        curriculum=advert.path,
        started_on=started_on,
        target_date=target_date,
        at=at,
    )


def remove_path(*, enrolment: Enrolment, at: datetime) -> None:
    """Take a personal path out of the plan and the lists; what was done in it stays done."""
    leave_enrolment(enrolment=enrolment, at=at)


def bring_back_path(*, enrolment: Enrolment, at: datetime) -> Enrolment:
    """Follow a removed path again, with the dates it had."""
    return enrol_learner(
        learner=enrolment.learner,
        curriculum=enrolment.curriculum,
        started_on=enrolment.started_on,
        target_date=enrolment.target_date,
        at=at,
    )

"""Showing work: its link or file, its author's own judgement, and mentors who look at it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from common.inlining import inlined
from common.kept_files import GivenFile
from tracker.accounts.models import User
from tracker.assessments.models import Invitation, Work, WorkFile
from tracker.curricula.models import Milestone
from tracker.progress.actions import change_achievement
from tracker.progress.models import Achievement

logger = logging.getLogger(__name__)

SALT = "tracker.assessments.invitation"
OPEN_FOR = timedelta(days=14)
# Enough for any review, too few for a mailing.
MOST_INVITATIONS = 3
MOST_INVITATIONS_A_DAY = 10


class TooManyInvitations(ValueError):
    """The learner has invited as many people as we write to."""


class NoSuchInvitation(LookupError):
    """The link was not made by us, has expired, or was revoked."""


@transaction.atomic
def show_work(
    *,
    learner: User,
    milestone: Milestone,
    url: str = "",
    file: GivenFile | None = None,
    text: str,
    marks: Sequence[dict[str, str]],
    is_finished: bool,
    at: datetime,
) -> Work:
    """Keep the work and its author's marks; its link becomes the milestone's evidence.

    Without a file the one that is there stays.
    """
    linked = Work.objects.of(learner).filter(milestone_key=milestone.key).exclude(url="").exists()
    work = _kept(learner, milestone, file, at=at, url=url, text=text, marks=list(marks))
    # A link noted with the milestone itself is not this page's to take away.
    changes: dict[str, Any] = {"evidence_url": url} if url or linked else {}
    if is_finished:
        changes["state"] = Achievement.State.DONE
    change_achievement(learner=learner, milestone_key=milestone.key, at=at, **changes)
    return work


def _kept(
    learner: User, milestone: Milestone, file: GivenFile | None, *, at: datetime, **shown: Any
) -> Work:
    """Keep what is shown; the same again leaves a mentor's word about it standing."""
    work, _ = Work.objects.select_for_update().get_or_create(
        learner=learner, milestone_key=milestone.key, defaults={**shown, "changed_at": at}
    )
    has_changed = any(getattr(work, field) != value for field, value in shown.items())
    if _keep_file(work, file, at) or has_changed:
        for field, value in {**shown, "changed_at": at}.items():
            setattr(work, field, value)
        work.save()
    return work


def _keep_file(work: Work, file: GivenFile | None, at: datetime) -> bool:
    """Keep a file in place of an earlier one; say whether it is another than that."""
    if file is None or WorkFile.objects.filter(work=work, content=file.content).exists():
        return False
    facts = {"kind": file.kind, "content": file.content, "added_at": at}
    WorkFile.objects.update_or_create(work=work, defaults=facts)
    return True


@transaction.atomic
def remove_file(*, work: Work, at: datetime) -> None:
    """Take the file away; what a mentor said of it is about an earlier version then."""
    removed, _ = WorkFile.objects.filter(work=work).delete()
    if removed:
        Work.objects.filter(pk=work.pk).update(changed_at=at)


# --- mentors ----------------------------------------------------------------------------------


@transaction.atomic
def invite_mentor(*, work: Work, email: str, title: str, at: datetime) -> Invitation:
    """Write to a mentor; who is invited already gets the same link again, for longer.

    Raises TooManyInvitations.
    """
    learner = User.objects.select_for_update().get(pk=work.learner_id)
    invitation = work.invitations.filter(email__iexact=email, revoked_at=None).first()
    if invitation is None:
        _refuse_too_many(work, learner, at)
        invitation = Invitation(work=work, email=email, invited_at=at)
    invitation.expires_at = at + OPEN_FOR
    invitation.save()
    transaction.on_commit(partial(_send, invitation, learner, title, at))
    return invitation


def _refuse_too_many(work: Work, learner: User, at: datetime) -> None:
    today = Invitation.objects.of(learner).filter(invited_at__gt=at - timedelta(days=1))
    if work.invitations.usable(at).count() >= MOST_INVITATIONS:
        raise TooManyInvitations(work.pk)
    if today.count() >= MOST_INVITATIONS_A_DAY:
        raise TooManyInvitations(learner.pk)


def _send(invitation: Invitation, learner: User, title: str, at: datetime) -> None:
    """Send the mail now; where that fails the page says so and offers to try again."""
    context = {
        # A name is the learner's own words: on one line, and short, it cannot be a letter.
        "name": " ".join(learner.name.split())[:40] or "A learner",
        "title": title,
        "invitation": invitation,
        "link": f"{settings.SITE_URL}{reverse('shown', args=[token_for(invitation)])}",
        "current_site": {"domain": settings.SITE_HOST},
    }
    room = "emails/assessments/invitation"
    mail = EmailMultiAlternatives(
        subject=f"{context['name']} asks you to look at their work",
        body=render_to_string(f"{room}.txt", context),
        to=[invitation.email],
    )
    mail.attach_alternative(inlined(render_to_string(f"{room}.html", context)), "text/html")
    try:
        mail.send()
    except (OSError, SMTPException):
        logger.exception("Invitation %s was not sent.", invitation.pk)
        return
    invitation.sent_at = at
    invitation.save(update_fields=["sent_at"])


def revoke_invitation(*, invitation: Invitation, at: datetime) -> None:
    """Close the link for good; what its mentor said already stays."""
    Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=at)


def judge_work(*, invitation: Invitation, verdict: str, comment: str, at: datetime) -> None:
    """Note what a mentor says; they may say otherwise while the link is open."""
    invitation.verdict, invitation.comment, invitation.answered_at = verdict, comment, at
    invitation.save(update_fields=["verdict", "comment", "answered_at"])


def token_for(invitation: Invitation) -> str:
    return signing.dumps(invitation.pk, salt=SALT)


def find_invitation(token: str, *, at: datetime) -> Invitation:
    """Return the open invitation of a link; raises NoSuchInvitation, whatever the reason."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise NoSuchInvitation(token) from error
    usable = Invitation.objects.usable(at).select_related("work__learner")
    found = usable.filter(pk=pk).first()
    if found is None:
        raise NoSuchInvitation(token)
    return found

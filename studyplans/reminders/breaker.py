"""Notice a dead mail server, leave it alone for a while, and notice when it is back.

Closed: everyone sends.  After some failures in a row it opens: nothing is leased.  When its pause
is over one sender gets to probe with a single letter; success closes it, failure makes the pause
longer.  The state is a row, so every worker of every machine obeys it and operators see it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from enum import Enum

from django.db import transaction

from studyplans.reminders.models import MailServer

logger = logging.getLogger(__name__)

FAILURES_TO_OPEN = 3
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_REASON = 300


class Leave(Enum):
    """What a sender may do now."""

    SEND = "send"
    PROBE = "send one letter and see"
    WAIT = "leave the server alone"


def leave_to_send(*, at: datetime) -> Leave:
    """Say what the caller may do; of many only one is told to probe."""
    server = _row()
    if server is None or server.opened_at is None:
        return Leave.SEND
    waiting = MailServer.objects.filter(pk=MailServer.ONLY, probe_at__lte=at)
    is_ours = waiting.update(probe_at=at + pause_after(server.failures))
    return Leave.PROBE if is_ours else Leave.WAIT


def pause_after(failures: int) -> timedelta:
    """Return how long to wait: 30 s, doubled with each failed probe, at most five minutes."""
    doublings = min(max(failures - FAILURES_TO_OPEN, 0), 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


@transaction.atomic
def note_failure(*, reason: str, at: datetime) -> bool:
    """Count a failure and return whether the breaker is open now."""
    server, _ = MailServer.objects.select_for_update().get_or_create(pk=MailServer.ONLY)
    server.failures += 1
    server.reason = reason[:LONGEST_REASON]
    if server.failures >= FAILURES_TO_OPEN:
        if server.opened_at is None:
            server.opened_at = at
            logger.error("The mail server is left alone for a while: %s", reason)
        server.probe_at = at + pause_after(server.failures)
    server.save()
    return server.opened_at is not None


def note_success() -> None:
    """Close the breaker and forget the failures before."""
    troubled = MailServer.objects.filter(pk=MailServer.ONLY, failures__gt=0)
    if troubled.update(failures=0, opened_at=None, probe_at=None, reason=""):
        logger.warning("The mail server takes mail again.")


def _row() -> MailServer | None:
    return MailServer.objects.filter(pk=MailServer.ONLY).first()

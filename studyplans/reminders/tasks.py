import logging
import math
from typing import Any

from celery import shared_task
from django.conf import settings
from kombu.exceptions import OperationalError

from common import clock
from studyplans.reminders import actions, claiming, posting, sending, sweeping
from studyplans.reminders.leasing import LEASED_AT_ONCE
from studyplans.reminders.models import Delivery

logger = logging.getLogger(__name__)

# A sender ends before the next minute's bell, so that no other task waits long for its worker.
SECONDS_A_BELL = 50


@shared_task
def dispatch_due() -> None:
    """Turn due schedules into deliveries and ring for senders; beat calls this each minute."""
    at = clock.now()
    sweeping.sweep(at=at)
    senders = settings.REMINDERS_SENDERS
    if claiming.claim_due(at=at) == claiming.SCHEDULES_AT_ONCE:
        # All but one, as they may find too little and end before the rest is claimed.
        senders -= _ring_for(send_due, times=senders - 1)
        claiming.claim_all_due(at=at)
    due = Delivery.objects.due(at)
    batches = math.ceil(due.by_mail().count() / LEASED_AT_ONCE)
    _ring_for(send_due, times=min(batches, senders))
    _ring_for(post_due, times=int(due.by_other_channels().exists()))


def _ring_for(task: Any, *, times: int) -> int:
    """Ring so often, or until the broker does not answer; return how often it did."""
    rung = 0
    try:
        while rung < times:
            task.apply_async(expires=SECONDS_A_BELL)
            rung += 1
    except OperationalError:
        logger.warning("The broker does not answer. Deliveries wait for the next minute's ring.")
    return rung


@shared_task
def send_due() -> None:
    sending.send_due(now=clock.now, seconds=SECONDS_A_BELL)


@shared_task
def post_due() -> None:
    posting.post_due(now=clock.now, seconds=SECONDS_A_BELL)


@shared_task
def recount_schedules() -> None:
    """Follow new zone rules, and offer new kinds; beat calls this once a day."""
    moved = actions.recount_schedules()
    if moved:
        logger.info("%d reminder schedules moved with new zone rules.", moved)
    while actions.offer_missing_kinds(at=clock.now()):
        continue


@shared_task
def forget_old_texts() -> None:
    sweeping.forget_old_texts(at=clock.now())

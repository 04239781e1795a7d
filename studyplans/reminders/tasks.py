import logging
import math

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
    claiming.claim_all_due(at=at)
    sweeping.sweep(at=at)
    due = Delivery.objects.due(at)
    try:
        for _ in range(senders_wanted(due.by_mail().count())):
            send_due.apply_async(expires=SECONDS_A_BELL)
        if due.by_other_channels().exists():
            post_due.apply_async(expires=SECONDS_A_BELL)
    except OperationalError:
        logger.warning("The broker does not answer. Deliveries wait for the next minute's ring.")


def senders_wanted(waiting: int) -> int:
    return min(math.ceil(waiting / LEASED_AT_ONCE), settings.REMINDERS_SENDERS)


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

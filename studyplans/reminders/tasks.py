import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from common import clock
from studyplans.reminders import actions
from studyplans.reminders.models import Delivery

logger = logging.getLogger(__name__)

# More would only wait in Redis; what is left over is rung for in the next minute.
RINGS_A_MINUTE = 5000


@shared_task
def dispatch_due() -> None:
    """Turn due schedules into deliveries and hand each to a worker; beat calls this each minute."""
    at = clock.now()
    actions.claim_all_due(at=at)
    actions.sweep_stuck(at=at)
    due = Delivery.objects.due(at).order_by("due_at").values_list("pk", flat=True)
    try:
        for delivery_id in due[:RINGS_A_MINUTE]:
            send_delivery.delay(delivery_id)
    except OperationalError:
        logger.warning("The broker does not answer. Deliveries wait for the next minute's ring.")


@shared_task
def send_delivery(delivery_id: int) -> None:
    actions.send_delivery(delivery_id=delivery_id, at=clock.now())

import logging

from celery import shared_task
from kombu.exceptions import OperationalError

from common import clock
from studyplans.calendars import actions
from studyplans.calendars.models import BusyCalendar

logger = logging.getLogger(__name__)

# More would only wait in Redis; what is left over is rung for the next time.
RINGS_AT_ONCE = 5000


@shared_task
def refresh_due_calendars() -> None:
    """Hand every calendar that is due to a worker; beat calls this every few minutes."""
    due = BusyCalendar.objects.due(clock.now()).order_by("tried_at")
    for calendar_id in due.values_list("pk", flat=True)[:RINGS_AT_ONCE]:
        if not ring(calendar_id):
            return


@shared_task
def refresh_calendar(calendar_id: int) -> None:
    actions.refresh_calendar(calendar_id=calendar_id, at=clock.now())


def ring(calendar_id: int) -> bool:
    """Ask a worker to read a calendar that is due; False when the broker does not answer."""
    try:
        refresh_calendar.delay(calendar_id)
    except OperationalError:
        logger.warning("The broker does not answer. Calendars wait for the next ring.")
        return False
    return True

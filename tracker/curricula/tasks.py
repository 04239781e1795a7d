import logging

from celery import shared_task

from common import clock
from tracker.curricula import actions
from tracker.curricula.link_visits import Offline

logger = logging.getLogger(__name__)

# At the default pace this takes well under an hour, even where every link asks for two requests.
LINKS_A_RUN = 1500


@shared_task
def check_links() -> None:
    """Visit the links that were not visited for longest; beat calls this once a week."""
    visitor = actions.link_visitor()
    try:
        receipt = actions.check_links(visitor=visitor, at=clock.now(), limit=LINKS_A_RUN)
    except actions.AlreadyChecking:
        logger.info("Links are being checked already.")
    except Offline as error:
        logger.warning("%s Is this machine online? Nothing was recorded.", error)
    else:
        logger.info("Links checked: %d, dead: %d.", receipt.verdicts.total(), len(receipt.dead))

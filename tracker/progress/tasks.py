import logging

from celery import shared_task

from common import clock
from tracker.progress import insight

logger = logging.getLogger(__name__)


@shared_task
def compute_insight() -> None:
    """Count for authors what learners made of each milestone; beat calls this each night."""
    receipt = insight.compute_insight(at=clock.now())
    logger.info("Insight into %d milestones, gone from %d.", receipt.stored, receipt.removed)

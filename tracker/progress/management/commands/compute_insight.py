from typing import Any

from django.core.management.base import BaseCommand

from common import clock
from tracker.progress import insight


class Command(BaseCommand):
    help = "Count for authors what learners made of each milestone, as is done each night."

    def handle(self, *_: Any, **__: Any) -> None:
        receipt = insight.compute_insight(at=clock.now())
        least = insight.LEAST_LEARNERS
        self.stdout.write(
            f"Milestones with insight, each from {least} learners or more: {receipt.stored}.\n"
            f"Milestones that had it before and have it no more: {receipt.removed}."
        )

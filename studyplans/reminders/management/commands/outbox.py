from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand

from common import clock
from studyplans.reminders.selectors import Standing, standing


class Command(BaseCommand):
    help = "Say how the outbox and the mail server are doing."

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        now = standing(at=at)
        self.stdout.write(f"Waiting: {now.waiting}{_age(now, at=at)}. Being sent: {now.leased}.")
        counts = f"{now.sent} sent, {now.failed} failed, {now.in_doubt} in doubt"
        self.stdout.write(f"Last 24 hours: {counts}.")
        self.stdout.write(f"Mail server: {_server(now)}.")


def _age(now: Standing, *, at: datetime) -> str:
    if now.oldest_due_at is None:
        return ""
    return f", the longest for {int((at - now.oldest_due_at).total_seconds())} s"


def _server(now: Standing) -> str:
    if now.server is None or not now.is_server_down:
        return "working"
    return f"left alone since {now.server.opened_at:%Y-%m-%d %H:%M} UTC, {now.server.reason}"

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime

from common import clock
from studyplans.reminders import claiming, posting, selectors, sending, sweeping
from studyplans.reminders.models import Delivery


class Command(BaseCommand):
    help = "Send every reminder that is due, here and now, without a worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--at", metavar="ISO", help="Act as if it were this time, such as 2027-01-04T07:00Z."
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Only say who would get what, and why not."
        )

    def handle(self, *args: Any, at: str | None, dry_run: bool, **options: Any) -> None:
        moment = _moment(at) if at else clock.now()
        if dry_run:
            self._rehearse(moment)
        else:
            self._dispatch(moment)

    def _rehearse(self, at: datetime) -> None:
        for decision in selectors.rehearsal(at=at):
            self.stdout.write(_line(decision))
        if more := selectors.unrehearsed_count(at=at):
            self.stdout.write(f"{more:,} more are due; a dry run looks at the longest due.")

    def _dispatch(self, at: datetime) -> None:
        claiming.claim_all_due(at=at)
        sweeping.sweep(at=at)
        due = list(Delivery.objects.due(at).values_list("pk", flat=True))
        sending.send_due(now=lambda: at)
        posting.post_due(now=lambda: at)
        sent = Delivery.objects.filter(pk__in=due, status=Delivery.Status.SENT).count()
        self.stdout.write(f"{len(due)} due, {sent} sent.")


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError as error:
        raise CommandError(f"--at: {error}") from error
    if moment is None:
        raise CommandError(f"--at: {text!r} is not a time such as 2027-01-04T07:00Z.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _line(decision: selectors.Decision) -> str:
    delivery = decision.delivery
    what = f"{delivery.learner.email}: {delivery.title} of {delivery.occurrence}"
    if decision.reason:
        return f"{what}: not sent, {decision.reason}"
    if decision.wait_until:
        return f"{what}: from {decision.wait_until:%H:%M} UTC on, {decision.news.in_words}"
    riders = "".join(f", with {rider.delivery.title}" for rider in decision.riders)
    return f"{what}: {decision.news.in_words}{riders}"

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from tracker.curricula import actions
from tracker.curricula.link_check import Verdict
from tracker.curricula.link_pace import PER_MINUTE
from tracker.curricula.link_visits import Offline


class Command(BaseCommand):
    help = "Look at the links of resources, those first that were not checked for longest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--per-minute",
            type=_at_least_one,
            default=PER_MINUTE,
            metavar="N",
            help=f"Send no more than so many requests a minute (default: {PER_MINUTE}).",
        )
        parser.add_argument(
            "--limit", type=_at_least_one, metavar="N", help="Check no more than so many links."
        )

    def handle(self, *_: Any, per_minute: int, limit: int | None, **__: Any) -> None:
        visitor = actions.link_visitor(per_minute=per_minute)
        try:
            receipt = actions.check_links(visitor=visitor, at=clock.now(), limit=limit)
        except actions.AlreadyChecking:
            raise CommandError("Another run is checking links. Wait until it has ended.") from None
        except Offline as error:
            raise CommandError(f"{error} Is this machine online? Nothing was recorded.") from None
        self.report(receipt)

    def report(self, receipt: actions.LinksReceipt) -> None:
        for check in receipt.moved:
            self.stdout.write(f"moved: {check.resource.key}: {check.url} to {check.moved_to}")
        for check in receipt.dead:
            since = f"{check.dead_since:%Y-%m-%d}"
            self.stdout.write(
                f"dead since {since}: {check.resource.key}: {check.url} {check.reason}"
            )
        counts = ", ".join(f"{receipt.verdicts[each]} {each.value}" for each in Verdict)
        self.stdout.write(f"{receipt.verdicts.total()} links checked: {counts}.")


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)

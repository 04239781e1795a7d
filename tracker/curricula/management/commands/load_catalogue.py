from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from tracker.curricula.actions import CannotLoad, load_catalogue
from tracker.curricula.catalogue_files import SHIPPED
from tracker.curricula.loader import LoadReceipt
from tracker.curricula.upserts import Tally


class Command(BaseCommand):
    help = "Load a folder of catalogue files; one with faults changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED, metavar="DIR")

    def handle(self, *_: Any, folder: Path, **__: Any) -> None:
        try:
            receipt = load_catalogue(folder=folder, at=clock.now())
        except CannotLoad as error:
            for fault in error.faults:
                self.stderr.write(str(fault))
            raise CommandError(f"Nothing was loaded: faults to mend: {len(error.faults)}") from None
        self.report(receipt)

    def report(self, receipt: LoadReceipt) -> None:
        for name, tally in receipt.tallies.items():
            if tally.created or tally.updated:
                self.stdout.write(f"{name}: {_in_words(tally)}")
        if not receipt.created and not receipt.updated:
            self.stdout.write(f"Nothing changed: {receipt.unchanged} entries are up to date.")


def _in_words(tally: Tally) -> str:
    counts = [f"{len(tally.created)} created"] if tally.created else []
    if tally.updated:
        counts.append(f"{len(tally.updated)} updated ({', '.join(tally.updated)})")
    return ", ".join([*counts, f"{tally.unchanged} unchanged"])

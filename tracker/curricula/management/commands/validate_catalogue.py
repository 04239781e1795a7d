import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.curricula.catalogue_files import SHIPPED, read_catalogue
from tracker.curricula.catalogue_validation import faults_in_catalogue
from tracker.curricula.outline import Fault


class Command(BaseCommand):
    help = "Check a folder of catalogue files, without the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED, metavar="DIR")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *_: Any, folder: Path, format: str, **__: Any) -> None:
        faults = faults_in_catalogue(read_catalogue(folder))
        self.report(faults, as_json=format == "json")
        if faults:
            raise CommandError(f"Faults to mend: {len(faults)}")

    def report(self, faults: list[Fault], *, as_json: bool) -> None:
        if as_json:
            listed = [fault.as_dict() for fault in faults]
            self.stdout.write(json.dumps(listed, ensure_ascii=False, indent=2))
        else:
            lines = [str(fault) for fault in faults] or ["The catalogue is fit to load."]
            self.stdout.write("\n".join(lines))

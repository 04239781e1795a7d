from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tracker.curricula.catalogue_files import SHIPPED
from tracker.curricula.schemas import as_text, schemas


class Command(BaseCommand):
    help = "Write the JSON Schemas of the catalogue's files, which editors check them by."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED, metavar="DIR")

    def handle(self, *_: Any, folder: Path, **__: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in schemas().items():
            (folder / name).write_text(as_text(schema), encoding="utf-8", newline="\n")
            self.stdout.write(name)

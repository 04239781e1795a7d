from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.curricula.curriculum_export import as_yaml, strays_in
from tracker.curricula.models import Curriculum
from tracker.curricula.outline import Fault


class Command(BaseCommand):
    help = "Write a curriculum as the YAML file it can be loaded from again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--output", type=Path, metavar="FILE", help="left out: the screen")

        parser.add_argument(
            "--edition", type=int, help="left out: the published one, or else the newest"
        )

    def handle(
        self, *_: Any, slug: str, output: Path | None, edition: int | None, **__: Any
    ) -> None:
        curriculum = edition_to_export(slug, edition)
        if curriculum is None:
            raise CommandError(f"There is no curriculum “{slug}”: its address ends with the slug.")
        homeless, edited = strays_in(curriculum)
        self.warn([*homeless, *edited])
        if homeless:
            raise CommandError(f"Nothing was exported: milestones without a home: {len(homeless)}")
        self.put(as_yaml(curriculum), output)

    def warn(self, strays: list[Fault]) -> None:
        for stray in strays:
            self.stderr.write(str(stray))

    def put(self, text: str, output: Path | None) -> None:
        if output is None:
            self.stdout.write(text, ending="")
            return
        try:
            output.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            message = f"{output} cannot be written: {error.strerror}. Name a file in a folder."
            raise CommandError(message) from None


def edition_to_export(slug: str, number: int | None) -> Curriculum | None:
    editions = Curriculum.objects.filter(slug=slug).order_by("-edition")
    if number is not None:
        return editions.filter(edition=number).first()
    return editions.published().first() or editions.first()

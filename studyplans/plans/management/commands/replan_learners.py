from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from studyplans.plans import replan_runs, tasks
from tracker.curricula.models import Curriculum


class Command(BaseCommand):
    help = (
        "Compute the plans of many learners again, as tasks in batches.  The run and how far it"
        " has come stand in the admin; one that is cut off goes on by itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--following", metavar="SLUG", default="", help="only who follows this")
        parser.add_argument("--reason", default="Planned again by the operator")
        parser.add_argument("--here", action="store_true", help="in this process, without workers")

    def handle(self, *args: Any, following: str, reason: str, here: bool, **options: Any) -> None:
        if following and not Curriculum.objects.filter(slug=following).exists():
            raise CommandError(f'No curriculum has the slug "{following}".')
        run = replan_runs.begin_run(reason=reason, curriculum_slug=following, at=clock.now())
        if not here:
            tasks.go_on_with_replan_run.delay(run.pk)
            self.stdout.write(f"{run.total} plans are computed again; see the admin for progress.")
            return
        while replan_runs.go_on(run.pk, at=clock.now()):
            run.refresh_from_db()
            self.stdout.write(f"{run.replanned + run.failed} of {run.total}")
        run.refresh_from_db()
        self.stdout.write(f"Done: {run.replanned} computed again, {run.failed} failed.")

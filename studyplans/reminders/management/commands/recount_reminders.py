from typing import Any

from django.core.management.base import BaseCommand

from studyplans.reminders import actions


class Command(BaseCommand):
    help = "Bring every reminder's next moment in step with new time zone rules."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{actions.recount_schedules()} moved.")

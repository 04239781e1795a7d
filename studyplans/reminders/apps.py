from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "studyplans.reminders"
    label = "reminders"

    def ready(self) -> None:
        from studyplans.reminders import receivers  # noqa: F401  the tracker's news is heard from here on

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "studyplans.calendars"
    label = "calendars"

    def ready(self) -> None:
        from studyplans.calendars import receivers  # noqa: F401  the tracker's news is heard from here on

from django.apps import AppConfig


class ProgressConfig(AppConfig):
    name = "tracker.progress"
    label = "progress"

    def ready(self) -> None:
        from tracker.progress import receivers  # noqa: F401  the catalogue's questions are heard

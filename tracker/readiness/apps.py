from django.apps import AppConfig


class ReadinessConfig(AppConfig):
    name = "tracker.readiness"
    label = "readiness"

    def ready(self) -> None:
        from tracker.readiness import receivers  # noqa: F401  check-offs are heard from here on

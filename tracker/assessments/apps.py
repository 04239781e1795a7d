from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "tracker.assessments"
    label = "assessments"

    def ready(self) -> None:
        from tracker.assessments import receivers  # noqa: F401  readiness asks for what was passed

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "studyplans.plans"
    label = "plans"

    def ready(self) -> None:
        from studyplans.plans import receivers  # noqa: F401  the tracker's news is heard from here on

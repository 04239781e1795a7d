from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "studyplans.reviews"
    label = "reviews"

    def ready(self) -> None:
        from studyplans.reviews import receivers  # noqa: F401  the tracker's news is heard from here on

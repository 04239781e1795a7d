from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ProgressConfig(AppConfig):
    name = "tracker.progress"
    label = "progress"

    def ready(self) -> None:
        from tracker.progress import log_guard, receivers  # noqa: F401  the catalogue's questions

        pre_migrate.connect(log_guard.lift, sender=self)
        post_migrate.connect(log_guard.put_back, sender=self)

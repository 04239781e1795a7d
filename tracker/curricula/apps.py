from django.apps import AppConfig


class CurriculaConfig(AppConfig):
    name = "tracker.curricula"
    label = "curricula"

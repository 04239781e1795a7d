from django.apps import AppConfig


class AdvertsConfig(AppConfig):
    name = "tracker.adverts"
    label = "adverts"

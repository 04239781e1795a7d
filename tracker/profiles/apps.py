from django.apps import AppConfig


class ProfilesConfig(AppConfig):
    name = "tracker.profiles"
    label = "profiles"

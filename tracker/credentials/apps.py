from django.apps import AppConfig


class CredentialsConfig(AppConfig):
    name = "tracker.credentials"
    label = "credentials"

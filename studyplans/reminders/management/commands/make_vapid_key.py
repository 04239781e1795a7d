from typing import Any

from django.core.management.base import BaseCommand

from common import vapid


class Command(BaseCommand):
    help = "Print a new key for VAPID_PRIVATE_KEY, which lets browsers show notifications of ours."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(vapid.new_key())

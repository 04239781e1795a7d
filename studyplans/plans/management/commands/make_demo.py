import json
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common import clock
from studyplans.plans.demo import give_history
from tracker.accounts.actions import confirm_address
from tracker.accounts.models import User
from tracker.curricula.authors import make_publisher

LEARNER_EMAIL = "learner@milepost.example"
AUTHOR_EMAIL = "author@milepost.example"
TIME_ZONE = "Europe/Berlin"


class Command(BaseCommand):
    help = "Make a demo learner with three weeks of history, and a demo author. Development only."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("Demo accounts are for development: they need DEBUG=true.")
        if User.objects.filter(email=LEARNER_EMAIL).exists():
            self.stdout.write("The demo accounts are there already.")
            return
        passwords = {"demo learner": LEARNER_EMAIL, "demo author": AUTHOR_EMAIL}
        accounts = {
            who: {"email": email, "password": secrets.token_urlsafe(9)}
            for who, email in passwords.items()
        }
        _make(accounts)
        _keep(accounts, settings.VAR_DIR / "demo-accounts.json")
        self.stdout.write("Made the demo learner and the demo author.")


def _make(accounts: dict[str, dict[str, str]]) -> None:
    make_publisher(_open_account("Ines", **accounts["demo author"]))
    learner = _open_account("Mira", **accounts["demo learner"])
    give_history(learner, until=clock.now())


def _open_account(name: str, *, email: str, password: str) -> User:
    person = User.objects.create_user(email, password, name=name, time_zone=TIME_ZONE)
    confirm_address(learner=person)
    return person


def _keep(accounts: dict[str, dict[str, str]], file: Path) -> None:
    file.touch(mode=0o600)
    file.write_text(json.dumps(accounts, indent=2))

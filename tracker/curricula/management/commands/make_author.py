from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.accounts.models import User
from tracker.curricula.authors import make_author, make_publisher


class Command(BaseCommand):
    help = "Let a learner write curricula in the admin, and publish them too if you say so."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--publisher", action="store_true", help="May publish and retire, too.")

    def handle(self, *args: Any, email: str, publisher: bool, **options: Any) -> None:
        learner = User.objects.filter(email__iexact=email).first()
        if learner is None:
            raise CommandError(f"No account has the address {email}: sign up with it first.")
        admit, verbs = (
            (make_publisher, "write and publish") if publisher else (make_author, "write")
        )
        admit(learner)
        self.stdout.write(f"{learner.email} may now {verbs} curricula at /admin/.")

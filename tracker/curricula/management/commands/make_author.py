from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tracker.accounts.models import User
from tracker.curricula.authors import make_author


class Command(BaseCommand):
    help = "Let a learner write and publish curricula in the admin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        learner = User.objects.filter(email__iexact=email).first()
        if learner is None:
            raise CommandError(f"No account has the address {email}: sign up with it first.")
        make_author(learner)
        self.stdout.write(f"{learner.email} may now write curricula at /admin/.")

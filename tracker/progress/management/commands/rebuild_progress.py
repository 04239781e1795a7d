from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet

from tracker.accounts.models import User
from tracker.progress.rebuilding import (
    Difference,
    differences_of,
    rebuild_learner,
    suspects,
    with_a_record,
)


class Command(BaseCommand):
    help = "Rebuild every achievement from the log, and prove that both say the same."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--learner", metavar="EMAIL", help="only this one; everybody if left")
        parser.add_argument(
            "--check", action="store_true", help="change nothing; fail where something differs"
        )

    def handle(self, *_: Any, learner: str | None, check: bool, **__: Any) -> None:
        learners = with_a_record(self._asked(learner))
        wrong = sum(self._take(each, is_check=check) for each in suspects(learners))
        if wrong:
            left = "differ from" if check else "cannot be rebuilt from"
            raise CommandError(f"{wrong} of the achievements {left} the log.", returncode=1)
        self.stdout.write(f"Learners with progress: {learners.count()}. The log says the same.")

    def _asked(self, email: str | None) -> QuerySet[User]:
        if email is None:
            return User.objects.all()
        found = User.objects.filter(email__iexact=email)
        if not found:
            raise CommandError(f"Nobody here has the address {email}.")
        return found

    def _take(self, learner: User, *, is_check: bool) -> int:
        """Compare or rebuild one learner, tell it, and return how much is still wrong."""
        found = differences_of(learner)
        self._tell(learner, found)
        return len(found if is_check else rebuild_learner(learner=learner))

    def _tell(self, learner: User, found: list[Difference]) -> None:
        for difference in found:
            self.stdout.write(f"{learner.email} {difference}")

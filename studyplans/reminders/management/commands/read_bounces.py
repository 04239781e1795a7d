import mailbox
import sys
from contextlib import closing
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common import clock
from studyplans.reminders import actions


class Command(BaseCommand):
    help = (
        "Read returned mail and opt-outs: from a Maildir, an mbox file, or one from standard input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group()
        source.add_argument(
            "--maildir", metavar="DIR", help="Read, and then delete, what is there."
        )
        source.add_argument("--mbox", metavar="FILE", help="Read, and leave the file as it is.")

    def handle(self, *args: Any, maildir: str | None, mbox: str | None, **options: Any) -> None:
        if maildir:
            self._empty(_opened(maildir, is_folder=True))
        elif mbox:
            self._leave(_opened(mbox, is_folder=False))
        else:
            self._take_in(sys.stdin.buffer.read())

    def _leave(self, box: mailbox.Mailbox[Any]) -> None:
        with closing(box):
            for key in box.keys():  # noqa: SIM118  a mailbox is no dictionary
                self._take_in(box.get_bytes(key))

    def _empty(self, box: mailbox.Mailbox[Any]) -> None:
        for key in box.keys():  # noqa: SIM118
            self._take_in(box.get_bytes(key))
            box.discard(key)

    def _take_in(self, content: bytes) -> None:
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)  # noqa: S101  the policy makes nothing else
        said = actions.take_in_returned(message=message, at=clock.now())
        self.stdout.write(f"{message['Message-ID'] or 'a message without id'}: {said}")


def _opened(path: str, *, is_folder: bool) -> mailbox.Mailbox[Any]:
    if not Path(path).exists():
        raise CommandError(f"{path} does not exist.")
    if is_folder:
        return mailbox.Maildir(path, create=False)
    return mailbox.mbox(path, create=False)

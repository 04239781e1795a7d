"""Read the messages that the development SMTP server kept."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

NAME = re.compile(r"\d{8}T\d{6}-\d{6}-[0-9a-f]{8}")
MOST_SHOWN = 200


@dataclass(frozen=True)
class Letter:
    """One kept message under the name of its file."""

    name: str
    message: EmailMessage

    @property
    def sent_at(self) -> datetime:
        return datetime.strptime(self.name[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)

    @property
    def to(self) -> str:
        return ", ".join(self.message.get_all("Delivered-To") or [self.message.get("To", "")])

    @property
    def sender(self) -> str:
        return str(self.message.get("From", ""))

    @property
    def subject(self) -> str:
        return str(self.message.get("Subject", ""))

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.message.items()]

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, subtype: str) -> str:
        body = self.message.get_body(preferencelist=(subtype,))
        return str(body.get_content()) if body else ""


def newest(directory: Path) -> list[Letter]:
    """Return the headers of the newest messages, newest first."""
    files = sorted(directory.glob("*.eml"), reverse=True)[:MOST_SHOWN]
    parser = BytesHeaderParser(policy=policy.default)
    return [Letter(file.stem, parser.parsebytes(file.read_bytes())) for file in files]


def find(directory: Path, name: str) -> Letter | None:
    """Return one whole message; a name the server would not have given finds nothing."""
    if not NAME.fullmatch(name):
        return None
    file = directory / f"{name}.eml"
    if not file.is_file():
        return None
    parser = BytesParser(EmailMessage, policy=policy.default)
    return Letter(name, parser.parsebytes(file.read_bytes()))

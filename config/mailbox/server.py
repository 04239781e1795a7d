"""Take mail over SMTP on this machine and keep each message as a file."""

import asyncio
import secrets
import signal
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    """aiosmtpd's handler: one accepted message, one .eml file named by the time it came."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        keep(self._directory, received(envelope.rcpt_tos) + content, at=datetime.now(UTC))
        return "250 Kept"


def received(recipients: list[str]) -> bytes:
    """Return the header lines that say who the envelope, not the letter, was addressed to."""
    lines = (f"Delivered-To: {recipient}\r\n" for recipient in recipients)
    return "".join(lines).encode("ascii", "replace")


def keep(directory: Path, message: bytes, *, at: datetime) -> Path:
    """Write one message so that a reader sees all of it or nothing."""
    directory.mkdir(parents=True, exist_ok=True)
    name = f"{at:%Y%m%dT%H%M%S-%f}-{secrets.token_hex(4)}"
    unfinished = directory / f"{name}.part"
    unfinished.write_bytes(message)
    return unfinished.rename(directory / f"{name}.eml")


async def listen(*, port: int, directory: Path) -> asyncio.Server:
    keeper = Keeper(directory)
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: SMTP(keeper, hostname="localhost"), "127.0.0.1", port)


async def serve(*, port: int, directory: Path) -> None:
    """Take mail until SIGTERM."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with await listen(port=port, directory=directory):
        await stopped.wait()

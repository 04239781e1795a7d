"""A mail server in a process of its own that knows the truth: which messages it accepted.

It writes the Message-ID of each message it takes into a file before it says so, or `garbled` when
letter and envelope differ.  Its mode is one word: `plain` and `pipelining` behave; `pause` waits up
to 2 ms before each reply; `drop-before-dot`, `drop-after-dot`, `stall` and `busy` misbehave with
every tenth message; `unknown` refuses every tenth recipient; `refuse` lets nobody in.
"""

import asyncio
import random
import re
import socket
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

OWN_HEAD = re.compile(rb"Message-ID: <([^>]*)>\r\nTo: ([^\r]*)\r\n")
STALL_SECONDS = 60


class Server(SMTP):
    mode = "plain"
    seen = 0

    @property
    def misbehaves(self) -> bool:
        return Server.seen % 10 == 0

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        Server.seen += 1
        if self.mode == "busy" and self.misbehaves:
            await self.push("421 Too busy, closing")
            assert self.transport is not None
            self.transport.close()
        elif self.mode == "drop-before-dot" and self.misbehaves:
            await self.push("354 Go on")
            await self._reader.read(100)
            cut(self)
        else:
            await super().smtp_DATA(arg)


def cut(server: SMTP) -> None:
    """Close the line without another word."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


class Keeper:
    def __init__(self, file: Path, mode: str) -> None:
        self._file = file.open("ab", buffering=0)
        self._mode = mode
        self._chance = random.Random(1)  # noqa: S311
        self._recipients = 0

    async def handle_EHLO(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        if self._mode == "plain":
            return responses
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_RCPT(  # noqa: N802
        self, server: Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._recipients += 1
        if self._mode == "unknown" and self._recipients % 10 == 0:
            return "550 5.1.1 Nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 Yes"

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:  # noqa: N802
        found = OWN_HEAD.match(envelope.original_content or b"")
        is_whole = found and [found[2].decode()] == envelope.rcpt_tos
        self._file.write((found[1] if found and is_whole else b"garbled") + b"\n")
        if self._mode == "pause":
            await asyncio.sleep(self._chance.random() / 500)
        if self._mode == "drop-after-dot" and server.misbehaves:
            cut(server)
        if self._mode == "stall" and server.misbehaves:
            await asyncio.sleep(STALL_SECONDS)
        return "250 Taken"


class Closed(asyncio.Protocol):
    """Turn everybody away at the door."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"554 No mail here\r\n")
        transport.close()


async def serve(listener: socket.socket, file: Path, mode: str) -> None:
    Server.mode = mode
    keeper = Keeper(file, mode)

    def desk() -> asyncio.BaseProtocol:
        return Closed() if mode == "refuse" else Server(keeper, hostname="localhost")

    server = await asyncio.get_running_loop().create_server(desk, sock=listener)
    await server.serve_forever()

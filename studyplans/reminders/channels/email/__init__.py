"""Hand letters to the mail server over one kept connection, and understand its answers."""

from __future__ import annotations

import re
import smtplib
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

from studyplans.reminders.channels.answer import TAKEN, Answer, Verdict
from studyplans.reminders.letters import Letter, as_django_mail
from studyplans.reminders.mime import Stationery

MESSAGES_A_LINE = 500
# What TLS sends in one piece: after an error, all of the last piece or nothing of it counts.
BYTES_AT_ONCE = 16_000
ENHANCED_CODE = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
# "No such mailbox", "mailbox disabled" and "has moved", with and without an enhanced code.
DEAD_MAILBOX = re.compile(r"5\.1\.(?!8)\d+|5\.2\.1")
# The replies to an envelope that was taken.
ALL_WELL = re.compile(rb"250 [^\r\n]*\r\n250 [^\r\n]*\r\n354 [^\r\n]*\r\n")
DEAD_MAILBOX_CODES = {550, 551, 553}


class ServerAway(Exception):
    """The mail server cannot be reached or does not let us in; no letter is to blame."""


class Parcel(NamedTuple):
    """A letter as its line takes it."""

    letter: Letter
    content: bytes = b""


class Line(Protocol):
    """A way to the mail server.  `offer` hands a letter over, `answer` waits for the reply."""

    def pack(self, letter: Letter, stationery: Stationery) -> Parcel: ...

    def offer(
        self, parcel: Parcel, *, following: Parcel | None, note: Callable[[], None]
    ) -> Answer | None:
        """Return an early answer, or None when the content is with the server.

        `following` is the letter that will most likely be offered next.  `note` is called right
        before the first byte of the content.  Raises ServerAway.
        """

    def answer(self) -> Answer: ...

    def close(self) -> None: ...


def open_line() -> Line:
    backend = get_connection(timeout=settings.EMAIL_TIMEOUT)
    return SmtpLine(backend) if isinstance(backend, EmailBackend) else DjangoLine(backend)


class SmtpLine:
    """One kept SMTP connection, opened when needed and renewed after some hundred letters.

    Where the server offers PIPELINING (RFC 2920) an envelope goes out as one group, right behind
    the content of the letter before: each letter costs one round trip.
    """

    def __init__(self, backend: EmailBackend) -> None:
        self._backend = backend
        self._smtp: smtplib.SMTP | None = None
        self._letters = 0
        # The letter whose envelope went ahead; the replies to it are not read yet.
        self._announced: Letter | None = None

    def pack(self, letter: Letter, stationery: Stationery) -> Parcel:
        return Parcel(letter, stationery.packed(letter))

    def offer(
        self, parcel: Parcel, *, following: Parcel | None, note: Callable[[], None]
    ) -> Answer | None:
        letter, content = parcel
        smtp = self._open(letter)
        try:
            refusal = self._envelope(smtp, letter)
        except (smtplib.SMTPException, OSError) as error:
            return self._broken(Verdict.LATER, f"the mail server could not be used: {error}")
        if refusal:
            return refusal
        note()
        return self._content(smtp, content, self._announce(smtp, following))

    def _announce(self, smtp: smtplib.SMTP, following: Parcel | None) -> bytes:
        """Return the envelope that may go ahead, if one may."""
        if following is None or self._letters >= MESSAGES_A_LINE or not _pipelines(smtp):
            return b""
        self._announced = following.letter
        return _group(following.letter)

    def _content(self, smtp: smtplib.SMTP, content: bytes, envelope: bytes) -> Answer | None:
        """Send the content and the next envelope as one."""
        line, both, sent = _socket(smtp), memoryview(content + envelope), 0
        try:
            while sent < len(both):
                sent += line.send(both[sent : sent + BYTES_AT_ONCE])
        except OSError as error:
            if sent < len(content):
                # The server cannot have the final dot: it discards the rest.
                return self._broken(Verdict.LATER, f"the line broke during the content: {error}")
            # Otherwise the answer to the content will tell.
        return None

    def answer(self) -> Answer:
        smtp = self._smtp
        assert smtp is not None  # noqa: S101  an offer came before
        try:
            _socket(smtp).settimeout(settings.REMINDERS_FINAL_REPLY_SECONDS)
            code, words = smtp.getreply()
            _socket(smtp).settimeout(settings.EMAIL_TIMEOUT)
        except (smtplib.SMTPException, OSError):
            reason = "the mail server fell silent before it confirmed the mail"
            return self._broken(Verdict.UNKNOWN, reason)
        if code == 250:
            return TAKEN
        return self._refusal(code, words)

    def close(self) -> None:
        if self._smtp is not None:
            if self._announced is None:
                with suppress(smtplib.SMTPException, OSError):
                    self._smtp.quit()
            self._drop()

    def _open(self, letter: Letter) -> smtplib.SMTP:
        # A server that waits for the content of another letter can only be left.
        is_waiting_for_another = self._announced not in (None, letter)
        if self._letters >= MESSAGES_A_LINE or is_waiting_for_another:
            self.close()
        if self._smtp is None:
            self._smtp = self._connected()
        self._letters += 1
        return self._smtp

    def _connected(self) -> smtplib.SMTP:
        try:
            self._backend.open()
            smtp = self._backend.connection
            if smtp is None:
                raise ServerAway("it could not be opened")
            smtp.ehlo_or_helo_if_needed()
            # Two small writes in a row must not wait for each other's acknowledgement.
            _socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise ServerAway(f"the mail server could not be used: {error}") from error
        return smtp

    def _drop(self) -> None:
        if self._backend.connection is not None:
            self._backend.connection.close()
        self._backend.connection = self._smtp = self._announced = None
        self._letters = 0

    def _broken(self, verdict: Verdict, reason: str) -> Answer:
        self._drop()
        return Answer(verdict, reason, is_server_down=True)

    def _envelope(self, smtp: smtplib.SMTP, letter: Letter) -> Answer | None:
        """Say who it is from and for; return a refusal, or None when content may follow."""
        replies = self._replies(smtp, letter)
        wanted = (250, 250, 354)
        for step, (code, words) in enumerate(replies):
            if code // 100 != wanted[step] // 100:
                self._clear(smtp, replies)
                return self._refusal(code, words, is_recipient=step == 1)
        return None

    def _replies(self, smtp: smtplib.SMTP, letter: Letter) -> list[tuple[int, bytes]]:
        if not _pipelines(smtp):
            return _one_by_one(smtp, _envelope_of(letter))
        if self._announced is None:
            _socket(smtp).sendall(_group(letter))
        self._announced = None
        return _all_well(smtp) or [smtp.getreply() for _ in _envelope_of(letter)]

    def _clear(self, smtp: smtplib.SMTP, replies: list[tuple[int, bytes]]) -> None:
        """Make the line ready for the next letter after a refusal."""
        if replies[-1][0] == 354:
            # It asks for content although nobody is to get it (RFC 2920, 3.1): an empty one.
            _socket(smtp).sendall(b".\r\n")
            smtp.getreply()
        if all(code != 421 for code, _ in replies):
            smtp.rset()

    def _refusal(self, code: int, words: bytes, *, is_recipient: bool = False) -> Answer:
        text = words.decode("utf-8", "replace")
        reason = f"the mail server said: {code} {text}"
        if code == 421:
            return self._broken(Verdict.LATER, reason)
        if code < 500:
            return Answer(Verdict.LATER, reason)
        is_dead = _is_mailbox_dead(code, text, is_recipient=is_recipient)
        return Answer(Verdict.REFUSED, reason, is_mailbox_dead=is_dead)


def _is_mailbox_dead(code: int, text: str, *, is_recipient: bool) -> bool:
    """Tell "there is no such mailbox" from "I do not like this letter"."""
    enhanced = ENHANCED_CODE.search(text)
    if enhanced:
        return bool(DEAD_MAILBOX.fullmatch(enhanced[1]))
    return is_recipient and code in DEAD_MAILBOX_CODES


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the line is closed")
    return smtp.sock


def _envelope_of(letter: Letter) -> tuple[str, str, str]:
    return f"MAIL FROM:<{letter.return_path}>", f"RCPT TO:<{letter.recipient}>", "DATA"


def _group(letter: Letter) -> bytes:
    return "".join(f"{command}\r\n" for command in _envelope_of(letter)).encode("ascii")


def _pipelines(smtp: smtplib.SMTP) -> bool:
    return smtp.has_extn("pipelining")


def _all_well(smtp: smtplib.SMTP) -> list[tuple[int, bytes]]:
    """Return the replies to a group if they have come and all say yes, as nearly all do."""
    replies = smtp.file
    found = ALL_WELL.match(replies.peek()) if replies else None
    if replies is None or found is None:
        return []
    replies.read(found.end())
    return [(250, b""), (250, b""), (354, b"")]


def _one_by_one(smtp: smtplib.SMTP, commands: Sequence[str]) -> list[tuple[int, bytes]]:
    replies = []
    for command in commands:
        replies.append(smtp.docmd(command))
        if replies[-1][0] // 100 not in (2, 3):
            break
    return replies


class DjangoLine:
    """Any other mail backend: the console, a provider's HTTP API, the tests' own."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self._backend = backend
        self._answer = Answer(Verdict.UNKNOWN)

    def pack(self, letter: Letter, stationery: Stationery) -> Parcel:
        return Parcel(letter)

    def offer(
        self, parcel: Parcel, *, following: Parcel | None, note: Callable[[], None]
    ) -> Answer | None:
        note()
        try:
            self._backend.send_messages([as_django_mail(parcel.letter)])
        except OSError as error:
            reason = f"the mail service could not be used: {error}"
            return Answer(Verdict.LATER, reason, is_server_down=True)
        self._answer = TAKEN
        return None

    def answer(self) -> Answer:
        return self._answer

    def close(self) -> None:
        self._backend.close()

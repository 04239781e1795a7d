"""Letters as bytes, the fast way: constant headers once a batch, bodies as they are if they can be.

Python's own `email` classes take ten to fifty times as long.  What comes out is 7-bit, has CRLF
ends only, lines of at most 998 bytes, and parses back without a defect: the tests hold it to that.
"""

from __future__ import annotations

import secrets
from binascii import b2a_qp
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import NamedTuple

from django.conf import settings
from django.core.mail.message import sanitize_address

from studyplans.reminders.kinds.templates import Html
from studyplans.reminders.letters import Letter

# Longer subjects, and those that are not plain ASCII, go the way of RFC 2047.
LONGEST_PLAIN_SUBJECT = 68
PLAIN, QUOTED = ENCODINGS = ("7bit", "quoted-printable")
PLAIN_BYTES = bytes([*b"\t\r\n", *range(0x20, 0x7F)])
LONGEST_PLAIN_LINE = 990
LINE_END, FINAL_DOT = b"\r\n", b".\r\n"
# A dot that begins a line, and what SMTP makes of it.
DOT, DOTS = b"\r\n.", b"\r\n.."


class Part(NamedTuple):
    """A body as it goes into a message."""

    encoding: str
    content: bytes


class Stationery:
    """What all letters of one batch have in common."""

    def __init__(self, *, at: datetime) -> None:
        # Nobody can guess it, so no text has it in it.
        boundary = f"=_{secrets.token_hex(12)}"
        self._head = _head(boundary, at=at)
        self._text, self._html = (
            {encoding: _part_head(boundary, subtype, encoding) for encoding in ENCODINGS}
            for subtype in ("plain", "html")
        )
        self._end = f"--{boundary}--\r\n".encode("ascii")

    def write(self, letter: Letter) -> bytes:
        """Return the whole message, without SMTP's dots."""
        return self._whole(letter, _text(letter.text), _html(letter.html))

    def packed(self, letter: Letter) -> bytes:
        """Return the message as SMTP sends it: dots at line starts doubled, and the final dot."""
        text, html = _text(letter.text), _html(letter.html)
        if html.encoding == QUOTED:
            return with_dots(self._whole(letter, text, html))
        # HTML that goes as it is has no such dots, and takes long to look through.
        return self._whole(letter, _doubled(text), html) + FINAL_DOT

    def _whole(self, letter: Letter, text: Part, html: Part) -> bytes:
        return b"".join(
            (
                _own_head(letter),
                self._head,
                self._text[text.encoding],
                text.content,
                self._html[html.encoding],
                html.content,
                self._end,
            )
        )


def _head(boundary: str, *, at: datetime) -> bytes:
    sender = sanitize_address(settings.DEFAULT_FROM_EMAIL, "utf-8")
    lines = [
        f"From: {sender}",
        f"Date: {format_datetime(at)}",
        "Auto-Submitted: auto-generated",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"',
        "",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _part_head(boundary: str, subtype: str, encoding: str) -> bytes:
    lines = [
        f"--{boundary}",
        f"Content-Type: text/{subtype}; charset=utf-8",
        f"Content-Transfer-Encoding: {encoding}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _own_head(letter: Letter) -> bytes:
    web, mail = letter.list_unsubscribe
    lines = (
        f"Message-ID: {letter.message_id}",
        f"To: {letter.recipient}",
        f"Subject: {_subject(letter.subject)}",
        f"List-Id: {letter.list_id}",
        f"List-Unsubscribe: <{web}>,\r\n <{mail}>",
        "",
    )
    return "\r\n".join(lines).encode("ascii")


def _subject(subject: str) -> str:
    is_plain = subject.isascii() and len(subject) <= LONGEST_PLAIN_SUBJECT
    if is_plain and "=?" not in subject:
        return subject
    return Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _text(text: str) -> Part:
    """Return text as lines of mail, in the encoding that makes them fit."""
    # A lone half of a surrogate pair, from broken data, becomes a question mark.
    content = _lines(text).encode("utf-8", "replace")
    has_odd_bytes = content.translate(None, PLAIN_BYTES)
    return _quoted(content) if has_odd_bytes or _has_long_line(content) else Part(PLAIN, content)


def _lines(text: str) -> str:
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    ended = text if text.endswith("\n") else f"{text}\n"
    return ended.replace("\n", "\r\n")


def _html(html: Html) -> Part:
    content = html.encode("ascii")
    return _quoted(content) if _has_long_line(content) else Part(PLAIN, content)


def _quoted(content: bytes) -> Part:
    return Part(QUOTED, b2a_qp(content))


def _has_long_line(content: bytes) -> bool:
    """Leap from line end to line end, as far as one line may reach."""
    begin, farthest = 0, LONGEST_PLAIN_LINE + len(LINE_END)
    while len(content) - begin > farthest:
        begin = content.rfind(b"\n", begin, begin + farthest) + 1
        if not begin:
            return True
    return False


def with_dots(message: bytes) -> bytes:
    """Return the message as SMTP sends it: dots at line starts doubled, and the final dot."""
    return message.replace(DOT, DOTS) + FINAL_DOT


def _doubled(part: Part) -> Part:
    """Return a part with its dots doubled; it is what follows an empty line."""
    return Part(part.encoding, (LINE_END + part.content).replace(DOT, DOTS)[len(LINE_END) :])

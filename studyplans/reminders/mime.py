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

from django.conf import settings
from django.core.mail.message import sanitize_address

from studyplans.reminders.letters import Letter

# Longer subjects, and those that are not plain ASCII, go the way of RFC 2047.
LONGEST_PLAIN_SUBJECT = 68
PLAIN, QUOTED = ENCODINGS = ("7bit", "quoted-printable")
PLAIN_BYTES = bytes([*b"\t\r\n", *range(0x20, 0x7F)])
LONGEST_PLAIN_LINE = 990


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
        text_encoding, text = encoded(letter.text)
        # HTML can name any letter by number, and so go as it is.
        numbered = letter.html.encode("ascii", "xmlcharrefreplace").decode("ascii")
        html_encoding, html = encoded(numbered)
        return b"".join(
            (
                _own_head(letter),
                self._head,
                self._text[text_encoding],
                text,
                self._html[html_encoding],
                html,
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


def encoded(text: str) -> tuple[str, bytes]:
    """Return text as lines, the last of them ended, and the encoding that makes them fit."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    ended = lines if lines.endswith("\r\n") else f"{lines}\r\n"
    # A lone half of a surrogate pair, from broken data, becomes a question mark.
    content = ended.encode("utf-8", "replace")
    return (PLAIN, content) if _goes_as_it_is(content) else (QUOTED, b2a_qp(content))


def _goes_as_it_is(content: bytes) -> bool:
    has_odd_bytes = content.translate(None, PLAIN_BYTES)
    return not has_odd_bytes and not _has_long_line(content)


def _has_long_line(content: bytes) -> bool:
    """Leap from line end to line end, as far as one line may reach."""
    begin, farthest = 0, LONGEST_PLAIN_LINE + len(b"\r\n")
    while len(content) - begin > farthest:
        end = content.rfind(b"\r\n", begin, begin + farthest)
        if end < 0:
            return True
        begin = end + len(b"\r\n")
    return False


def with_dots(message: bytes) -> bytes:
    """Return the message as SMTP sends it: dots at line starts doubled, and the final dot."""
    content = message.replace(b"\r\n.", b"\r\n..")
    return content + b".\r\n"

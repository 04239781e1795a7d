"""Every message proven right by parsing it back."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from html import unescape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studyplans.reminders.kinds.templates import Html, as_html
from studyplans.reminders.letters import (
    LONGEST_SUBJECT,
    CannotAddress,
    Letter,
    as_django_mail,
    ascii_address,
    one_line,
)
from studyplans.reminders.mime import Stationery

AT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
NASTY = [
    "",
    ".",
    "..\n.\n\n.",
    "no end",
    "ends\n",
    "a\rb\r\nc\n",
    "=3D =_ --=_x-- \t \n trailing  \n",
    "From here\n>From there",
    "ä" * 3000,
    "x" * 3000,
    "." * 3000,
    "\x00\x07\x0b\x0c\x1b[31m",
    "🙂" * 200,
    "-- \nsignature",
]
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=300))


def letter(**parts: Any) -> Letter:
    return Letter(
        **{
            "delivery_id": 1,
            "return_path": "hello@localhost",
            "recipient": "ada@example.org",
            "subject": "Today: 1 session, 1 h",
            "text": "Text",
            "html": Html("<p>Text</p>\r\n"),
            "message_id": "<digest.2026-03-02.1.0123456789@localhost>",
            "list_id": "Milepost daily digest <digest.localhost>",
            "list_unsubscribe": ("http://localhost/x/" + "t" * 80 + "/", "mailto:a@b?subject=u"),
            **parts,
        }
    )


def parsed(message: bytes) -> EmailMessage:
    found = message_from_bytes(message, policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert [part.defects for part in found.walk()] == [[], [], []]
    return found


def shown(text: str) -> str:
    """Return what any reader shows: line ends are line ends, half a pair is none."""
    whole = text.encode("utf-8", "replace").decode()
    return whole.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")


def paragraph(text: str) -> Html:
    """Return HTML with a value in it, the way templates make it."""
    return Html(f"<p>\r\n {as_html(text)}</p>\r\n")


def body(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    assert part is not None
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode().replace("\r\n", "\n").rstrip("\n")


@settings(deadline=None, max_examples=300)
@given(subject=texts, text=texts, html=texts)
def test_what_goes_in_comes_out(subject: str, text: str, html: str) -> None:
    written = letter(subject=one_line(subject), text=text, html=paragraph(html))

    message = Stationery(at=AT).write(written)

    lines = message.split(b"\r\n")
    assert all(byte < 128 for byte in message)
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert max(map(len, lines)) <= 998
    back = parsed(message)
    assert body(back, "plain") == shown(text)
    assert body(back, "html") == paragraph(html).replace("\r\n", "\n").rstrip("\n")
    expected = one_line(subject).encode("utf-8", "replace").decode()
    assert str(back["Subject"]).split() == expected.split()


@settings(deadline=None, max_examples=100)
@given(text=texts, html=texts)
def test_the_server_sees_one_end(text: str, html: str) -> None:
    stationery, written = Stationery(at=AT), letter(text=text, html=paragraph(html))

    sent = stationery.packed(written)

    assert sent.index(b"\r\n.\r\n") == len(sent) - 5
    received = sent.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
    assert received == stationery.write(written)


@given(text=texts)
def test_a_value_in_html_is_one_line_of_ascii_and_says_the_same(text: str) -> None:
    line = as_html(text)

    assert line.isascii()
    assert line.isprintable()
    assert not set(line) & set("<>\"'")


@given(text=st.text(st.characters(exclude_categories=["Cc", "Cn", "Cs"])))
def test_a_value_in_html_says_what_it_said(text: str) -> None:
    assert unescape(as_html(text)) == text


@given(subject=texts)
def test_a_subject_is_one_line_of_a_sane_length(subject: str) -> None:
    line = one_line(subject + "\r\nBcc: everyone@example.org\r\n\r\nbody")

    assert not any(ord(sign) < 32 or sign in "\x7f\x85\u2028\u2029" for sign in line)
    assert len(line) <= LONGEST_SUBJECT


def test_an_injected_header_stays_in_the_subject() -> None:
    subject = one_line("Hello\r\nBcc: everyone@example.org")

    back = parsed(Stationery(at=AT).write(letter(subject=subject)))

    assert back["Bcc"] is None
    assert back["Subject"] == "Hello Bcc: everyone@example.org"


@pytest.mark.parametrize("subject", ["Today: 1 session, 1 h", "ä" * 140])
def test_it_says_what_djangos_own_message_says(subject: str) -> None:
    written = letter(subject=subject, text="Grüße\n", html=paragraph("Grüße"))

    fast = parsed(Stationery(at=AT).write(written))
    slow = parsed(as_django_mail(written).message().as_bytes())

    names = {"From", "To", "Subject", "Message-ID", "List-Id", "Auto-Submitted", "MIME-Version"}
    names |= {"List-Unsubscribe", "List-Unsubscribe-Post", "Date"}
    assert set(fast.keys()) == set(slow.keys()) == names | {"Content-Type"}
    for name in names - {"Date"}:
        assert "".join(str(fast[name]).split()) == "".join(str(slow[name]).split())
    for subtype in ("plain", "html"):
        assert body(fast, subtype) == body(slow, subtype)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Today\n", "7bit"),
        ("x" * 990, "7bit"),
        ("x" * 991, "quoted-printable"),
        ("Grüße\n", "quoted-printable"),
        ("\x00", "quoted-printable"),
    ],
)
def test_text_goes_as_it_is_where_every_server_takes_it(text: str, encoding: str) -> None:
    back = parsed(Stationery(at=AT).write(letter(text=text)))

    part = back.get_body(("plain",))
    assert part is not None
    assert part["Content-Transfer-Encoding"] == encoding


def test_a_subject_that_looks_encoded_is_shown_as_it_is() -> None:
    back = parsed(Stationery(at=AT).write(letter(subject="a =?utf-8?q?b?= c")))

    assert back["Subject"] == "a =?utf-8?q?b?= c"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ada@example.org", "ada@example.org"),
        ("o'neil+x@example.org", "o'neil+x@example.org"),
        ('"odd one"@example.org', '"odd one"@example.org'),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_addresses_mail_servers_understand(address: str, expected: str) -> None:
    assert ascii_address(address) == expected
    assert Address(addr_spec=expected).addr_spec == expected


@pytest.mark.parametrize(
    "address",
    [
        *["ada@example.org>\r\nRCPT TO:<cleo@example.org", "ada", "@example.org", "ada@"],
        *["a b@example.org", "ädä@example.org", "ada@exa mple.org", '"a"b"@example.org', "a@b@"],
    ],
)
def test_addresses_no_mail_server_understands(address: str) -> None:
    with pytest.raises(CannotAddress):
        ascii_address(address)

"""The pages of sent mail, and the SMTP server behind them."""

import asyncio
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from threading import Thread

import pytest
from django.test import Client
from pytest_django import Settings

from config.mailbox import server
from tests.running import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def development(settings: Settings) -> None:
    settings.DEBUG = True


@pytest.fixture
def mail(settings: Settings) -> Path:
    return Path(settings.MAILBOX_DIR)


def letter(subject: str = "Your week") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Milepost <hello@milepost.example>"
    message["To"] = "Ada <ada@example.org>"
    message["Subject"] = subject
    message.set_content("Plan: https://milepost.example/plan/ <b>not bold</b>")
    message.add_alternative("<html><head></head><body><h1>Plan</h1></body></html>", subtype="html")
    return message


def keep(mail: Path, message: EmailMessage, *, hour: int = 9) -> str:
    at = datetime(2026, 3, 2, hour, 0, tzinfo=UTC)
    return server.keep(mail, b"Delivered-To: ada@example.org\r\n" + bytes(message), at=at).stem


def test_an_empty_mailbox_says_so(client: Client) -> None:
    assert "No mail yet" in client.get("/mail/").text


def test_the_newest_mail_comes_first(client: Client, mail: Path) -> None:
    keep(mail, letter("Second"), hour=10)
    keep(mail, letter("First"), hour=9)

    page = client.get("/mail/").text

    assert page.index("Second") < page.index("First")
    assert "ada@example.org" in page
    assert "10:00" in page


def test_a_message_shows_its_text_with_links_and_frames_its_html(
    client: Client, mail: Path
) -> None:
    name = keep(mail, letter())

    page = client.get(f"/mail/{name}/").text

    assert 'href="https://milepost.example/plan/"' in page
    assert "&lt;b&gt;not bold" in page
    assert f'src="/mail/{name}/html/"' in page
    assert "Milepost &lt;hello@milepost.example&gt;" in page


def test_the_html_part_may_run_nothing(client: Client, mail: Path) -> None:
    response = client.get(f"/mail/{keep(mail, letter())}/html/")

    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "<h1>Plan</h1>" in response.text


@pytest.mark.parametrize(
    "name",
    ["../secret", "..%2Fsecret", "%2e%2e%2fsecret", "secret", "/etc/passwd", "20260302T090000"],
)
@pytest.mark.parametrize("ending", ["/", "/html/"])
def test_no_other_file_can_be_read(client: Client, mail: Path, name: str, ending: str) -> None:
    mail.mkdir(parents=True)
    for place in (mail.parent, mail):
        (place / "secret.eml").write_text("Subject: secret\n\nsecret words")

    response = client.get(f"/mail/{name}{ending}")

    assert response.status_code == 404


@pytest.mark.parametrize("ending", ["", "{name}/", "{name}/html/"])
def test_production_has_no_mail_pages(
    client: Client, mail: Path, settings: Settings, ending: str
) -> None:
    name = keep(mail, letter())
    settings.DEBUG = False

    assert client.get(f"/mail/{ending.format(name=name)}").status_code == 404


# --- the server -------------------------------------------------------------------------------


@pytest.fixture
def smtp_port(mail: Path) -> Iterator[int]:
    """Run the server's keeper on a loop of its own thread."""
    port = free_port()
    loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(server.listen(port=port, directory=mail))
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield port
    loop.call_soon_threadsafe(listening.close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_mail_sent_by_smtp_is_shown(client: Client, mail: Path, smtp_port: int) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_port) as smtp:
        smtp.send_message(letter("By wire"), to_addrs=["ben@example.org"])

    page = client.get("/mail/").text

    assert "By wire" in page
    assert "ben@example.org" in page
    assert [file.suffix for file in mail.iterdir()] == [".eml"]

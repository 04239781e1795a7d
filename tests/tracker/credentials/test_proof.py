"""The link and the file that show a certificate: whose they are, and what they may be."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.kept_files import MOST_BYTES
from tests.tracker.progress.pages import told, words
from tracker.accounts.models import User
from tracker.credentials import forms
from tracker.credentials.models import CertificateProof, HeldCertification
from tracker.curricula.models import Certification

HELD = "/certifications/held/"
PDF = b"%PDF-1.7\n..."

pytestmark = pytest.mark.usefixtures("clock", "kubernetes")


def add(browser: Client, content: bytes = b"", name: str = "scan of my id.pdf", **form: str) -> Any:
    facts: dict[str, Any] = {"certification": "cka", "earned_on": "2025-01-31", **form}
    if content:
        facts["proof_file"] = SimpleUploadedFile(name, content, "text/html")
    return browser.post(HELD, facts)


@pytest.mark.parametrize(
    ("start", "type_", "ending"),
    [
        (b"%PDF-1.7", "application/pdf", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg", "jpeg"),
    ],
)
def test_a_file_comes_back_to_its_owner_to_be_saved(
    ada_browser: Client, start: bytes, type_: str, ending: str
) -> None:
    content = start + b"<script>alert(1)</script>"
    add(ada_browser, content)

    page = ada_browser.get(HELD).content.decode()
    response = ada_browser.get(address())

    assert f'href="{address()}"' in page
    assert b"".join(response) == content
    assert response.headers["Content-Type"] == type_
    assert response.headers["Content-Disposition"] == f'attachment; filename="cka.{ending}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "no-store" in response.headers["Cache-Control"]


def address() -> str:
    return f"{HELD}{HeldCertification.objects.get().pk}/proof/"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<html><script>alert(1)</script>", "This is not a PDF, PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is not a PDF, PNG or JPEG"),
        (b"MZ\x90\x00", "This is not a PDF, PNG or JPEG"),
        (b" %PDF-1.7", "This is not a PDF, PNG or JPEG"),
        (PDF + b"0" * MOST_BYTES, "It is larger than 2 MB."),
    ],
)
def test_what_it_is_shows_inside_and_not_in_its_name(
    ada_browser: Client, content: bytes, said: str
) -> None:
    response = add(ada_browser, content)

    assert response.status_code == 422
    assert said in words(response)
    assert not HeldCertification.objects.exists()


def test_the_largest_file_is_two_megabytes(ada_browser: Client) -> None:
    assert add(ada_browser, PDF.ljust(MOST_BYTES, b"0")).status_code == 302


def test_nobody_else_gets_the_file(
    client: Client, ada_browser: Client, cleo_browser: Client
) -> None:
    add(ada_browser, PDF)
    User.objects.filter(email="cleo@example.org").update(is_staff=True, is_superuser=True)

    assert cleo_browser.get(address()).status_code == 404
    assert cleo_browser.post(f"{address()}remove/").status_code == 404
    assert client.get(address()).headers["Location"] == f"/accounts/login/?next={address()}"
    assert CertificateProof.objects.exists()


def test_a_second_file_takes_the_place_of_the_first(ada_browser: Client) -> None:
    add(ada_browser, PDF)
    add(ada_browser, PDF + b"better")
    add(ada_browser)  # none sent, none taken away

    assert b"".join(ada_browser.get(address())) == PDF + b"better"


def test_the_file_can_go_and_the_certificate_stay(ada_browser: Client) -> None:
    add(ada_browser, PDF)

    response = ada_browser.post(f"{address()}remove/")

    assert told(response)[-1] == "The file is removed."
    assert ada_browser.get(address()).status_code == 404
    assert HeldCertification.objects.exists()


def test_the_file_goes_with_its_certificate(ada_browser: Client) -> None:
    add(ada_browser, PDF)

    ada_browser.post(f"{HELD}{HeldCertification.objects.get().pk}/remove/")

    assert not CertificateProof.objects.exists()


def test_the_file_goes_with_the_account(ada_browser: Client, ada: User) -> None:
    add(ada_browser, PDF)

    User.objects.filter(pk=ada.pk).delete()

    assert not CertificateProof.objects.exists()


def test_there_is_an_end_to_the_files(ada_browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MOST_FILES", 1)
    add(ada_browser, PDF)

    response = add(ada_browser, PDF, earned_on="2025-02-28")

    assert "You keep 1 files. Remove one first." in words(response)
    assert CertificateProof.objects.count() == 1


# --- links ------------------------------------------------------------------------------------


@pytest.fixture
def no_look_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Refuse to look up any name, and count who asked."""
    asked: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *which, **_: asked.append(which))
    yield asked
    assert asked == []


@pytest.mark.usefixtures("no_look_up")
@pytest.mark.parametrize(
    "link",
    [
        *("http://127.0.0.1/badge", "https://10.1.2.3/", "http://192.168.1.1:8080/x"),
        *("http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://[fd00::7]/"),
        *("http://[::ffff:10.0.0.1]/", "http://localhost:8000/", "http://localhost./"),
        *("https://nas.local/", "https://wiki.internal/", "http://router.lan/"),
    ],
)
def test_a_link_into_a_private_network_is_refused_unopened(ada_browser: Client, link: str) -> None:
    response = add(ada_browser, proof_url=link)

    assert response.status_code == 422
    assert "Nobody outside your own network can open that." in words(response)
    assert not HeldCertification.objects.exists()


@pytest.mark.usefixtures("no_look_up")
def test_a_name_before_the_host_is_refused(ada_browser: Client) -> None:
    response = add(ada_browser, proof_url="https://credly.com@elsewhere.example.org/")

    assert "Leave out the name before the @." in words(response)


@pytest.mark.usefixtures("no_look_up")
@pytest.mark.parametrize(
    "link", ["https://example.org/7", "https://8.8.8.8/7", "http://locals.it/"]
)
def test_any_other_link_is_kept_unopened(ada_browser: Client, link: str) -> None:
    add(ada_browser, proof_url=link)

    assert HeldCertification.objects.get().proof_url == link


def test_the_certificate_of_a_retired_exam_can_be_noted(ada_browser: Client) -> None:
    Certification.objects.update(status="retired")

    assert add(ada_browser, PDF).status_code == 302

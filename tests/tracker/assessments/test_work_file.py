"""A file as shown work: whose it is, what it may be, and who may open it."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common import clock as wall
from common.kept_files import MOST_BYTES
from tests.factories import make_enrolment
from tests.tracker.assessments.desk import standing
from tests.tracker.assessments.test_evidence import judge, kinds
from tests.tracker.progress.pages import told, words, write
from tracker.accounts.models import User
from tracker.assessments import forms
from tracker.assessments.models import Invitation, Work, WorkFile
from tracker.assessments.showing import token_for
from tracker.curricula.models import Curriculum
from tracker.progress.models import Achievement
from tracker.readiness.proof import Kind

pytestmark = pytest.mark.usefixtures("maths")

WORK = "/milestones/math.fit/work/"
FILE = f"{WORK}file/"
LINK = "https://example.org/fit"
PDF = b"%PDF-1.7\n..."
NOTEBOOK = json.dumps({"cells": [], "nbformat": 4}).encode()


def show(browser: Client, content: bytes = b"", name: str = "my home.html", **changes: str) -> Any:
    sent: dict[str, Any] = {"url": "", "text": "", "mark_0": "yes", "mark_1": "yes", **changes}
    if content:
        sent["file"] = SimpleUploadedFile(name, content, "text/html")
    return browser.post(WORK, sent)


def invited() -> str:
    """Return the page that a mentor of Ada's work is led to."""
    dates = {"invited_at": wall.now(), "expires_at": wall.now() + timedelta(days=14)}
    work = Work.objects.get()
    invitation = Invitation.objects.create(work=work, email="ben@example.org", **dates)
    return f"/shown/{token_for(invitation)}/"


def saved(browser: Client, address: str = FILE) -> bytes:
    return b"".join(browser.get(address))


@pytest.mark.parametrize(
    ("content", "type_", "ending"),
    [
        (PDF, "application/pdf", "pdf"),
        (b"\x89PNG\r\n\x1a\n...", "image/png", "png"),
        (b"\xff\xd8\xff\xe0...", "image/jpeg", "jpeg"),
        (NOTEBOOK, "application/x-ipynb+json", "ipynb"),
        ("# Café\n\ttabs too".encode(), "text/plain", "txt"),
        (b"<html><script>alert(1)</script>", "text/plain", "txt"),
        (b"[" * 100_000, "text/plain", "txt"),
    ],
)
def test_a_file_comes_back_to_author_and_mentor_to_be_saved(
    ada_browser: Client, client: Client, content: bytes, type_: str, ending: str
) -> None:
    show(ada_browser, content)
    mentors = f"{invited()}file/"

    for response in (ada_browser.get(FILE), client.get(mentors)):
        assert b"".join(response) == content
        assert response.headers["Content-Type"] == type_
        assert (
            response.headers["Content-Disposition"] == f'attachment; filename="math.fit.{ending}"'
        )
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04...", "This is not a PDF, PNG, JPEG, Jupyter notebook or plain text"),
        (b"MZ\x90\x00", "This is not a PDF"),
        (b"caf\xe9 in Latin-1", "This is not a PDF"),
        (b"#!/bin/sh\x00", "This is not a PDF"),
        (PDF + b"0" * MOST_BYTES, "It is larger than 2 MB."),
    ],
)
def test_what_it_is_shows_inside_and_not_in_its_name(
    ada_browser: Client, content: bytes, said: str
) -> None:
    response = show(ada_browser, content, name="work.pdf")

    assert response.status_code == 422
    assert said in words(response)
    assert not Work.objects.exists()


def test_a_link_or_a_file_is_asked_for(ada_browser: Client) -> None:
    response = show(ada_browser)

    assert response.status_code == 422
    assert "Give a link or a file" in words(response)


def test_both_pages_lead_to_the_file(ada_browser: Client, client: Client) -> None:
    show(ada_browser, PDF)
    address = invited()

    assert f'href="{FILE}"' in ada_browser.get(WORK).content.decode()
    assert f'href="{address}file/"' in client.get(address).content.decode()


def test_cleo_gets_it_at_no_door(
    client: Client, ada_browser: Client, cleo_browser: Client, maths: Curriculum
) -> None:
    show(ada_browser, PDF)
    cleo = User.objects.get(email="cleo@example.org")
    User.objects.filter(pk=cleo.pk).update(is_staff=True, is_superuser=True)
    make_enrolment(cleo, maths)

    assert cleo_browser.get(FILE).status_code == 404
    assert cleo_browser.post(f"{FILE}remove/").status_code == 404
    assert cleo_browser.get("/shown/MQ:1abc:forged/file/").status_code == 404
    assert FILE not in cleo_browser.get(WORK).content.decode()
    assert client.get(FILE).headers["Location"] == f"/accounts/login/?next={FILE}"
    assert WorkFile.objects.exists()


def test_a_mentor_opens_the_one_file_they_were_sent(ada_browser: Client, client: Client) -> None:
    show(ada_browser, PDF)
    address = f"{invited()}file/"
    sent = {"url": LINK, "mark_0": "yes", "file": SimpleUploadedFile("x", b"other work")}
    ada_browser.post("/milestones/math.vec/work/", sent)

    assert saved(client, address) == PDF


@pytest.mark.parametrize("way", ["revoked", "expired"])
def test_a_closed_link_hands_out_nothing(
    ada_browser: Client, client: Client, clock: time_machine.Traveller, way: str
) -> None:
    show(ada_browser, PDF)
    address = invited()

    if way == "revoked":
        ada_browser.post(f"/invitations/{Invitation.objects.get().pk}/revoke/")
    else:
        clock.shift(timedelta(days=14))

    refused = client.get(f"{address}file/")
    assert refused.status_code == 404
    assert "This link is not open" in words(refused)


def test_a_second_file_takes_the_place_of_the_first(ada_browser: Client) -> None:
    show(ada_browser, PDF)
    show(ada_browser, NOTEBOOK)
    again = show(ada_browser, text="None sent, none taken away.")

    assert again.status_code == 302
    assert saved(ada_browser) == NOTEBOOK
    assert WorkFile.objects.count() == 1


def test_another_file_is_other_work(
    ada: User, ada_browser: Client, clock: time_machine.Traveller
) -> None:
    show(ada_browser, PDF, is_finished="on")
    judge("confirmed")
    assert [kind for kind, _ in kinds(ada)] == [Kind.CONFIRMED]
    clock.shift(timedelta(hours=1))

    show(ada_browser, PDF)
    assert [kind for kind, _ in kinds(ada)] == [Kind.CONFIRMED]

    show(ada_browser, PDF + b"better")
    assert [kind for kind, _ in kinds(ada)] == [Kind.REVIEWED]
    assert "about an earlier version" in words(ada_browser.get(WORK))


def test_a_mentor_confirms_what_they_saw_and_nothing_else(
    ada_browser: Client, client: Client, clock: time_machine.Traveller
) -> None:
    show(ada_browser, PDF)
    address = invited()
    verdict = {"verdict": "confirmed", "seen": seen_in(client, address)}
    clock.shift(timedelta(minutes=1))

    show(ada_browser, NOTEBOOK)
    warned = client.post(address, verdict)

    assert told(warned)[-1] == "They changed it while you were looking. Look again first."
    assert not Invitation.objects.get().is_confirmed

    client.post(address, {**verdict, "seen": seen_in(client, address)})
    assert Invitation.objects.get().is_confirmed


def seen_in(browser: Client, address: str) -> str:
    form = browser.get(address).context["form"]
    return str(form["seen"].value())


def test_the_file_can_go_and_the_link_stay(
    ada: User, ada_browser: Client, clock: time_machine.Traveller
) -> None:
    show(ada_browser, PDF, url=LINK, is_finished="on")
    judge("confirmed")
    clock.shift(timedelta(hours=1))

    response = ada_browser.post(f"{FILE}remove/")

    assert told(response)[-1] == "The file is removed."
    assert ada_browser.get(FILE).status_code == 404
    assert [kind for kind, _ in kinds(ada)] == [Kind.REVIEWED]


def test_removing_what_is_not_there_changes_nothing(
    ada: User, ada_browser: Client, clock: time_machine.Traveller
) -> None:
    show(ada_browser, url=LINK, is_finished="on")
    judge("confirmed")
    clock.shift(timedelta(hours=1))

    ada_browser.post(f"{FILE}remove/")

    assert [kind for kind, _ in kinds(ada)] == [Kind.CONFIRMED]


def test_work_with_nothing_to_look_at_shows_nothing(
    ada: User, ada_browser: Client, client: Client
) -> None:
    show(ada_browser, PDF, is_finished="on")
    address = invited()

    ada_browser.post(f"{FILE}remove/")

    page = words(client.get(address))
    assert "There is nothing to look at just now" in page
    assert "How you judge it" not in page
    assert client.get(f"{address}file/").status_code == 404
    assert kinds(ada) == []


def test_a_file_alone_checks_off_on_ones_word(ada: User, ada_browser: Client) -> None:
    response = show(ada_browser, PDF, is_finished="on")

    assert told(response)[-1] == "Saved. Only you and those you invite can open the file."
    assert standing(ada, "math.fit") == ("done", "claimed")
    assert [kind for kind, _ in kinds(ada)] == [Kind.REVIEWED]


def test_a_file_leaves_the_link_noted_with_the_milestone(ada: User, ada_browser: Client) -> None:
    write(ada_browser, "math.fit", evidence_url=LINK)

    show(ada_browser, PDF)

    assert Achievement.objects.of(ada).get().evidence_url == LINK


def test_a_file_in_place_of_the_link_takes_it_back(ada: User, ada_browser: Client) -> None:
    show(ada_browser, url=LINK)

    show(ada_browser, PDF)

    assert Achievement.objects.of(ada).get().evidence_url == ""


def test_there_is_an_end_to_the_files(ada_browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "MOST_FILES", 1)
    show(ada_browser, PDF)
    sent = {"mark_0": "yes", "file": SimpleUploadedFile("x", b"other work")}

    refused = ada_browser.post("/milestones/math.vec/work/", sent)

    assert "You keep 1 files. Remove one first." in words(refused)
    assert show(ada_browser, NOTEBOOK).status_code == 302
    assert WorkFile.objects.count() == 1


def test_the_file_goes_with_the_account(ada: User, ada_browser: Client) -> None:
    show(ada_browser, PDF)

    User.objects.filter(pk=ada.pk).delete()

    assert not WorkFile.objects.exists()

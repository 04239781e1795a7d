from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from tests.factories import NOW
from tests.tracker.progress.pages import told, words
from tracker.accounts.models import User
from tracker.credentials.actions import add_certification
from tracker.credentials.models import HeldCertification
from tracker.curricula.models import Certification

HELD = "/certifications/held/"


def add(browser: Client, **form: str) -> Any:
    """Send the form that adds a certificate."""
    facts = {"certification": "cka", "earned_on": "2025-01-31", "expires_on": "", "proof_url": ""}
    return browser.post(HELD, {**facts, **form})


def test_it_counts_the_expiry_from_the_validity(
    clock: Traveller, ada_browser: Client, kubernetes: Certification
) -> None:
    response = add(ada_browser, earned_on="2024-04-29")

    page = words(ada_browser.get(HELD))
    assert response.headers["Location"] == HELD
    assert "Kubernetes Administrator Expires in 58 days" in page
    assert "Earned on 29 April 2024 Valid until 29 April 2026" in page


@pytest.mark.parametrize(
    ("expires_on", "said"),
    [
        ("2026-03-01", "Expired"),
        ("2026-03-02", "Expires today"),
        ("2026-03-03", "Expires tomorrow"),
        ("2026-05-31", "Expires in 90 days"),
        ("2026-06-01", "Valid Earned"),
    ],
)
def test_it_says_how_long_a_certificate_is_still_good(
    clock: Traveller,
    ada_browser: Client,
    kubernetes: Certification,
    expires_on: str,
    said: str,
) -> None:
    add(ada_browser, expires_on=expires_on)

    assert f"Kubernetes Administrator {said}" in words(ada_browser.get(HELD))


def test_without_a_known_validity_it_says_so(
    clock: Traveller, ada_browser: Client, kubernetes: Certification
) -> None:
    Certification.objects.update(validity_months=None)

    add(ada_browser)

    assert "No expiry known" in words(ada_browser.get(HELD))


def test_adding_the_same_twice_notes_it_once(
    clock: Traveller, ada_browser: Client, kubernetes: Certification
) -> None:
    add(ada_browser)
    add(ada_browser, proof_url="https://example.org/badge")

    held = HeldCertification.objects.get()
    assert held.proof_url == "https://example.org/badge"
    assert str(held.expires_on) == "2027-01-31"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"earned_on": "2026-03-03"}, "That day is still to come."),
        ({"expires_on": "2025-01-31"}, "It must expire after the day you earned it."),
        (
            {"proof_url": "ftp://example.org/badge"},
            "Use a link that begins with https:// or http://.",
        ),
        ({"certification": "nothing"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_refused_and_named(
    clock: Traveller,
    ada_browser: Client,
    kubernetes: Certification,
    wrong: dict[str, str],
    said: str,
) -> None:
    response = add(ada_browser, **wrong)

    assert response.status_code == 422
    assert said in words(response)
    assert not HeldCertification.objects.exists()


def test_a_retired_exam_points_to_the_next(
    clock: Traveller, ada_browser: Client, kubernetes: Certification
) -> None:
    Certification.objects.create(
        key="old", title="Old exam", status="retired", successor=kubernetes
    )

    add(ada_browser, certification="old")

    page = words(ada_browser.get(HELD))
    assert "This exam is retired; the next one is Kubernetes Administrator" in page


def test_the_exams_page_leads_to_the_form(ada_browser: Client, kubernetes: Certification) -> None:
    page = ada_browser.get("/certifications/cka/").content.decode()

    assert f"{HELD}?certification=cka" in page
    form = ada_browser.get(f"{HELD}?certification=cka").content.decode()
    assert '<option value="cka" selected>' in form


def test_removing_asks_first(
    clock: Traveller, ada_browser: Client, ada: User, kubernetes: Certification
) -> None:
    add(ada_browser)
    address = f"{HELD}{HeldCertification.objects.get().pk}/remove/"

    assert "Remove Kubernetes Administrator?" in words(ada_browser.get(address))
    assert HeldCertification.objects.exists()
    response = ada_browser.post(address)

    assert told(response) == ["“Kubernetes Administrator” is removed."]
    assert not HeldCertification.objects.exists()


def test_cleo_sees_nothing_of_adas(
    clock: Traveller,
    ada_browser: Client,
    cleo_browser: Client,
    client: Client,
    kubernetes: Certification,
) -> None:
    add(ada_browser, proof_url="https://example.org/badge")
    address = f"{HELD}{HeldCertification.objects.get().pk}/remove/"

    page = cleo_browser.get(HELD)

    assert "None noted yet" in words(page)
    assert "https://example.org/badge" not in page.content.decode()
    assert cleo_browser.get(address).status_code == 404
    assert cleo_browser.post(address).status_code == 404
    assert HeldCertification.objects.exists()
    for path in (HELD, address):
        assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"


def test_many_certificates_cost_no_more_queries(
    clock: Traveller, ada_browser: Client, ada: User, kubernetes: Certification
) -> None:
    few = queries_with(ada_browser, ada, range(2))
    many = queries_with(ada_browser, ada, range(2, 9))

    assert few == many <= 8


def queries_with(browser: Client, learner: User, numbers: range) -> int:
    """Count the queries of the page once these further certificates are held."""
    for number in numbers:
        successor = Certification.objects.create(key=f"next{number}", title="Next")
        exam = Certification.objects.create(
            key=f"exam{number}", title="Exam", status="retired", successor=successor
        )
        earned_on = NOW.date()
        add_certification(learner=learner, certification=exam, earned_on=earned_on, at=NOW)
    browser.get(HELD)
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(HELD).status_code == 200
    return len(captured)


def test_operators_look_and_do_not_touch(
    clock: Traveller, ada_browser: Client, ada: User, kubernetes: Certification
) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    add(ada_browser)
    pk = HeldCertification.objects.get().pk

    page = ada_browser.get("/admin/credentials/heldcertification/")

    assert "Kubernetes Administrator" in words(page)
    assert ada_browser.get("/admin/credentials/heldcertification/add/").status_code == 403
    delete = f"/admin/credentials/heldcertification/{pk}/delete/"
    assert ada_browser.post(delete, {"post": "yes"}).status_code == 403

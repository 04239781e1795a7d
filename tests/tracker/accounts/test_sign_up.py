"""Signing up: with a code by mail, the browser's time zone, and no hint at who is here already."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib import auth
from django.core import mail
from django.test import Client

from tests.tracker.accounts.people import PASSWORD, code_in, seen
from tracker.accounts.models import User

pytestmark = pytest.mark.django_db


def sign_up(client: Client, email: str = "ben@example.org", **more: str) -> None:
    details = {"email": email, "password1": PASSWORD, "time_zone": "Europe/Berlin"}
    answer = client.post("/accounts/signup/", details | more)
    assert answer.status_code == 302, answer.context["form"].errors


def confirm(client: Client) -> str:
    """Type the mailed code; return the page that follows."""
    code = code_in(mail.outbox[-1])
    return client.post("/accounts/confirm-email/", {"code": code}, follow=True).content.decode()


def test_the_mailed_code_opens_the_account(client: Client) -> None:
    sign_up(client, name="Ben")
    assert not auth.get_user(client).is_authenticated

    page = confirm(client)

    ben = User.objects.get()
    assert auth.get_user(client) == ben
    assert (ben.email, ben.name, ben.time_zone) == ("ben@example.org", "Ben", "Europe/Berlin")
    assert "Times are shown for Europe/Berlin" in page


def test_a_wrong_code_opens_nothing(client: Client) -> None:
    sign_up(client)

    client.post("/accounts/confirm-email/", {"code": "WRONGX"})

    assert not auth.get_user(client).is_authenticated
    assert not EmailAddress.objects.filter(verified=True).exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("europe/berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("Mars/Olympus", "UTC"),
        ("", "UTC"),
        ("x" * 5000, "UTC"),
        ("../../etc/passwd", "UTC"),
        ("Europe/\x00Berlin", "UTC"),
    ],
)
def test_a_time_zone_never_stands_in_the_way(client: Client, sent: str, kept: str) -> None:
    sign_up(client, time_zone=sent)

    assert User.objects.get().time_zone == kept


def test_without_a_time_zone_it_is_utc(client: Client) -> None:
    client.post("/accounts/signup/", {"email": "ben@example.org", "password1": PASSWORD})

    assert User.objects.get().time_zone == "UTC"


def test_the_page_offers_every_region_and_asks_the_browser(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()

    assert "data-browser-time-zone" in page
    assert '<optgroup label="Europe">' in page
    assert '<option value="UTC" selected>UTC</option>' in page
    assert '<option value="America/Argentina/Buenos_Aires">Argentina, Buenos Aires</option>' in page


@pytest.mark.parametrize("taken", ["ada@example.org", "ADA@Example.org"])
def test_a_taken_address_looks_like_a_free_one(client: Client, ada: User, taken: str) -> None:
    stranger, form = Client(), {"password1": PASSWORD, "time_zone": "UTC"}

    free = client.post("/accounts/signup/", {"email": "ben@example.org", **form})
    same = stranger.post("/accounts/signup/", {"email": taken, **form})

    assert seen(same, but=taken.lower()) == seen(free, but="ben@example.org")
    free_page = client.get(free.headers["Location"])
    same_page = stranger.get(same.headers["Location"])
    assert seen(same_page, but=taken.lower()) == seen(free_page, but="ben@example.org")
    free_page = client.post("/accounts/confirm-email/", {"code": "WRONGX"})
    same_page = stranger.post("/accounts/confirm-email/", {"code": "WRONGX"})
    assert seen(same_page, but=taken.lower()) == seen(free_page, but="ben@example.org")
    assert [letter.to for letter in mail.outbox] == [["ben@example.org"], ["ada@example.org"]]
    assert "has an\naccount already" in mail.outbox[1].body
    assert User.objects.filter(email__iexact="ada@example.org").count() == 1


def test_a_taken_address_gets_a_new_code_no_sooner_than_a_free_one(
    client: Client, ada: User
) -> None:
    stranger, again = Client(), {"action": "resend"}
    sign_up(client)
    sign_up(stranger, email=ada.email)

    free = client.post("/accounts/confirm-email/", again)
    same = stranger.post("/accounts/confirm-email/", again)

    assert seen(same, but=ada.email) == seen(free, but="ben@example.org")


@pytest.mark.parametrize(
    "hostile",
    [
        {"email": "nobody"},
        {"email": "ben\x00@example.org"},
        {"email": f"{'b' * 250}@example.org"},
        {"email": f"{'b' * 5000}@example.org"},
        {"name": "n" * 81},
        {"name": "Ben\x00"},
        {"password1": "short"},
        {"password1": "12345678901234"},
        {"password1": "ben@example.org"},
    ],
)
def test_a_form_we_cannot_take_is_shown_again(client: Client, hostile: dict[str, str]) -> None:
    form = {"email": "ben@example.org", "password1": PASSWORD, "time_zone": "UTC"} | hostile

    answer = client.post("/accounts/signup/", form)

    assert answer.context["form"].errors.keys() == hostile.keys()
    assert not User.objects.exists()
    assert mail.outbox == []


def test_a_name_is_text_and_never_markup(client: Client) -> None:
    sign_up(client, name="<img src=x onerror=alert(1)>")

    assert "<img src=x" not in confirm(client)
    assert "&lt;img src=x" in client.get("/settings/").content.decode()


def test_next_never_leads_to_another_site(client: Client) -> None:
    sign_up(client, next="https://evil.example/")

    code = code_in(mail.outbox[-1])
    answer = client.post("/accounts/confirm-email/", {"code": code, "next": "//evil.example"})

    assert answer.headers["Location"] == "/today/"

"""Logging in and out, and the password reset by a mailed link."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib import auth
from django.core import mail
from django.test import Client

from tests.tracker.accounts.people import PASSWORD, code_in, link_in, seen
from tracker.accounts.models import User

pytestmark = pytest.mark.django_db


def log_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> str:
    """Try to log in; return where it leads, or nothing."""
    form = {"login": email, "password": password} | more
    return client.post("/accounts/login/", form).headers.get("Location", "")


@pytest.mark.parametrize("spelling", ["ada@example.org", " Ada@Example.ORG "])
def test_log_in_and_out(client: Client, ada: User, spelling: str) -> None:
    assert log_in(client, spelling) == "/today/"
    assert auth.get_user(client) == ada

    client.get("/accounts/logout/")
    assert auth.get_user(client) == ada

    answer = client.post("/accounts/logout/")
    assert answer.headers["Location"] == "/"
    assert not auth.get_user(client).is_authenticated


def test_a_wrong_password_and_an_unknown_address_look_alike(client: Client, ada: User) -> None:
    wrong = client.post("/accounts/login/", {"login": ada.email, "password": "not-hers"})
    unknown = client.post("/accounts/login/", {"login": "ben@example.org", "password": "not-hers"})

    assert wrong.status_code == 200
    assert seen(wrong, but=ada.email) == seen(unknown, but="ben@example.org")


def test_an_account_that_was_closed_stays_closed(client: Client, ada: User) -> None:
    User.objects.update(is_active=False)

    log_in(client, ada.email)

    assert not auth.get_user(client).is_authenticated


@pytest.mark.parametrize("address", ["ada@example.org", "nobody@example.org"])
def test_after_five_failures_even_the_right_password_waits(
    client: Client, ada: User, address: str
) -> None:
    for _ in range(5):
        log_in(client, address, "not-hers")

    answer = client.post("/accounts/login/", {"login": address, "password": PASSWORD})

    assert "Too many failed login attempts" in answer.content.decode()
    assert not auth.get_user(client).is_authenticated


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"],
)
def test_next_never_leads_to_another_site(client: Client, ada: User, elsewhere: str) -> None:
    assert log_in(client, ada.email, next=elsewhere) == "/today/"


def test_next_leads_back_to_a_page_of_ours(client: Client, ada: User) -> None:
    assert log_in(client, ada.email, next="/settings/") == "/settings/"


def test_a_mailed_link_sets_a_new_password(client: Client, ada: User) -> None:
    client.post("/accounts/password/reset/", {"email": ada.email})
    page = client.get(link_in(mail.outbox[0]), follow=True)
    new = {"password1": "another-long-walk", "password2": "another-long-walk"}
    client.post(page.redirect_chain[-1][0], new)

    assert log_in(client, ada.email) == ""
    assert log_in(client, ada.email, "another-long-walk") == "/today/"
    assert [letter.to for letter in mail.outbox] == [[ada.email], [ada.email]]


def test_a_mailed_link_works_once(client: Client, ada: User) -> None:
    client.post("/accounts/password/reset/", {"email": ada.email})
    link = link_in(mail.outbox[0])
    new = {"password1": "another-long-walk", "password2": "another-long-walk"}
    client.post(client.get(link, follow=True).redirect_chain[-1][0], new)

    page = client.get(link)

    assert page.status_code == 200
    assert "form" not in page.context or page.context.get("token_fail")


def test_a_reset_for_an_unknown_address_looks_like_one_for_a_known(
    client: Client, ada: User
) -> None:
    known = client.post("/accounts/password/reset/", {"email": ada.email})
    unknown = Client().post("/accounts/password/reset/", {"email": "ben@example.org"})

    assert known.status_code == 302
    assert seen(known, but=ada.email) == seen(unknown, but="ben@example.org")
    known_page = client.get(known.headers["Location"])
    unknown_page = Client().get(unknown.headers["Location"])
    assert seen(known_page, but=ada.email) == seen(unknown_page, but="ben@example.org")
    assert [letter.to for letter in mail.outbox] == [[ada.email], ["ben@example.org"]]
    assert "/password/reset/key/" not in mail.outbox[1].body


def test_an_account_from_the_command_line_gets_in_without_mail(client: Client) -> None:
    root = User.objects.create_superuser("root@example.org", PASSWORD)

    assert log_in(client, root.email, next="/admin/") == "/admin/"
    assert mail.outbox == []
    assert client.get("/admin/").status_code == 200
    address = EmailAddress.objects.get(user=root)
    assert (address.email, address.verified, address.primary) == (root.email, True, True)


def test_any_other_account_confirms_its_address_first(client: Client) -> None:
    ben = User.objects.create_user("ben@example.org", PASSWORD)

    log_in(client, ben.email)
    assert not auth.get_user(client).is_authenticated

    client.post("/accounts/confirm-email/", {"code": code_in(mail.outbox[-1])})
    assert auth.get_user(client) == ben

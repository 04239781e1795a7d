"""The settings: profile, e-mail address and password, each for its owner alone."""

from datetime import UTC, datetime, time
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from tests.tracker.accounts.people import PASSWORD, code_in, seen
from tracker.accounts.models import User
from tracker.accounts.signals import time_zone_changed

pytestmark = pytest.mark.django_db

PAGES = ["/settings/", "/settings/profile/", "/accounts/email/", "/accounts/password/change/"]


@pytest.mark.parametrize("url", PAGES)
def test_a_visitor_is_asked_to_log_in(client: Client, url: str) -> None:
    answer = client.get(url)

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("url", PAGES)
def test_every_page_is_there(signed_in: Client, url: str) -> None:
    assert signed_in.get(url).status_code == 200


def test_the_overview_shows_the_learners_own_clock(
    signed_in: Client, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 7, 1, 22, 30, tzinfo=UTC))

    page = signed_in.get("/settings/").content.decode()

    assert "Europe/Berlin" in page
    assert "Thursday, 2 July, 00:30" in page


@pytest.fixture
def news() -> Any:
    """The learners whose new zone was announced."""
    told: list[str] = []

    def listen(sender: object, *, learner: User, **more: Any) -> None:
        told.append(learner.time_zone)

    time_zone_changed.connect(listen)
    yield told
    time_zone_changed.disconnect(listen)


@pytest.mark.django_db(transaction=True)
def test_a_new_zone_is_kept_and_announced(signed_in: Client, ada: User, news: list[str]) -> None:
    form = {"name": "Ada L.", "time_zone": "Asia/Tokyo", "day_starts_at": "06:00"}

    answer = signed_in.post("/settings/profile/", form)
    signed_in.post("/settings/profile/", form)

    ada.refresh_from_db()
    assert answer.headers["Location"] == "/settings/"
    assert (ada.name, ada.time_zone) == ("Ada L.", "Asia/Tokyo")
    assert ada.day_starts_at == time(6)
    assert news == ["Asia/Tokyo"]


@pytest.mark.parametrize(
    "hostile",
    [
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "Europe/\x00Berlin"},
        {"time_zone": ""},
        {"name": "n" * 81},
        {"name": "Ada\x00"},
        {"day_starts_at": "13:00"},
        {"day_starts_at": "soon"},
        {"day_starts_at": ""},
    ],
)
def test_a_profile_we_cannot_take_changes_nothing(
    signed_in: Client, ada: User, hostile: dict[str, str]
) -> None:
    form = {"name": "X", "time_zone": "UTC", "day_starts_at": "05:00"} | hostile

    answer = signed_in.post("/settings/profile/", form)

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == hostile.keys()
    ada.refresh_from_db()
    assert (ada.name, ada.time_zone, ada.day_starts_at) == ("Ada", "Europe/Berlin", time(4))


def test_a_new_address_counts_once_confirmed_and_the_old_one_is_told(
    signed_in: Client, ada: User
) -> None:
    signed_in.post("/accounts/reauthenticate/", {"password": PASSWORD})
    signed_in.post("/accounts/email/", {"action_add": "", "email": "ada@new.example"})
    ada.refresh_from_db()
    assert ada.email == "ada@example.org"

    code = {"code": code_in(mail.outbox[-1])}
    assert mail.outbox[-1].to == ["ada@new.example"]
    signed_in.post("/accounts/confirm-email/", code)

    ada.refresh_from_db()
    assert ada.email == "ada@new.example"
    assert [address.email for address in EmailAddress.objects.filter(user=ada)] == [
        "ada@new.example"
    ]
    assert mail.outbox[-1].to == ["ada@example.org"]
    assert "ada@new.example" in mail.outbox[-1].body


def test_somebody_elses_address_looks_like_a_free_one(signed_in: Client, ada: User) -> None:
    User.objects.create_user("ben@example.org", PASSWORD)
    signed_in.post("/accounts/reauthenticate/", {"password": PASSWORD})

    answers = []
    for address in ("free@example.org", "ben@example.org"):
        posted = signed_in.post("/accounts/email/", {"action_add": "", "email": address})
        page = signed_in.get(posted.headers["Location"])
        answers.append((seen(posted, but=address), seen(page, but=address)))

    assert answers[0] == answers[1]
    assert [letter.to for letter in mail.outbox] == [["free@example.org"], ["ben@example.org"]]


def test_a_change_of_address_asks_for_the_password(signed_in: Client, ada: User) -> None:
    answer = signed_in.post("/accounts/email/", {"action_add": "", "email": "ada@new.example"})

    assert answer.headers["Location"].startswith("/accounts/reauthenticate/")
    assert mail.outbox == []


def test_a_new_password_needs_the_old_one(signed_in: Client, ada: User) -> None:
    new = {"password1": "another-long-walk", "password2": "another-long-walk"}

    signed_in.post("/accounts/password/change/", {"oldpassword": "not-hers"} | new)
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)

    signed_in.post("/accounts/password/change/", {"oldpassword": PASSWORD} | new)
    ada.refresh_from_db()
    assert ada.check_password("another-long-walk")
    assert mail.outbox[-1].to == [ada.email]


def test_changes_go_through_post_alone(signed_in: Client, ada: User) -> None:
    signed_in.get("/settings/profile/", {"name": "X", "time_zone": "UTC"})

    ada.refresh_from_db()
    assert ada.name == "Ada"
    assert signed_in.post("/settings/").status_code == 405

"""Making, changing and ending the private address, in the settings."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from studyplans.calendars.models import CalendarFeed
from tests.studyplans.cast import logged_in
from tracker.accounts.models import User

DOORS = ["make_feed", "set_feed_alarm", "rotate_feed", "revoke_feed"]


def page(client: Client) -> str:
    answer = client.get(reverse("calendar_settings"))
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, name: str, **data: str) -> str:
    answer = client.post(reverse(name), data, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def shown_address(text: str) -> str:
    found = re.search(r'value="http://localhost:8000(/calendar/[^"]+\.ics)"', text)
    assert found
    return found[1]


@pytest.fixture
def with_feed(planned_ada: User, ada_client: Client) -> Client:
    post(ada_client, "make_feed")
    return ada_client


@pytest.mark.parametrize("name", ["calendar_settings", *DOORS])
def test_a_visitor_is_asked_to_log_in(client: Client, transactional_db: None, name: str) -> None:
    for answer in (client.get(reverse(name)), client.post(reverse(name))):
        assert answer.status_code in (302, 405)
        assert answer.status_code == 405 or answer["Location"].startswith(reverse("account_login"))


def test_the_settings_lead_here(ada_client: Client) -> None:
    text = ada_client.get(reverse("settings")).content.decode()

    assert reverse("calendar_settings") in text


def test_a_private_address_is_made_and_works(planned_ada: User, ada_client: Client) -> None:
    assert "/calendar/" not in page(ada_client)

    address = shown_address(post(ada_client, "make_feed"))

    answer = Client().get(address)
    assert answer.status_code == 200
    assert b"Learn maths.m1" in answer.content


def test_making_it_twice_makes_one(with_feed: Client) -> None:
    address = shown_address(page(with_feed))

    assert shown_address(post(with_feed, "make_feed")) == address
    assert CalendarFeed.objects.count() == 1


def test_the_page_says_how_to_subscribe(with_feed: Client) -> None:
    text = page(with_feed)

    assert all(program in text for program in ("Google", "Apple", "Outlook"))
    assert 'data-copy="feed-address"' in text


def test_looking_at_the_question_changes_nothing(with_feed: Client) -> None:
    address = shown_address(page(with_feed))

    for name in ("rotate_feed", "revoke_feed"):
        assert "stops working at once" in with_feed.get(reverse(name)).content.decode()

    assert Client().get(address).status_code == 200


def test_the_address_is_changed(with_feed: Client) -> None:
    old = shown_address(page(with_feed))

    new = shown_address(post(with_feed, "rotate_feed"))

    assert new != old
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200


def test_sharing_is_stopped(with_feed: Client) -> None:
    address = shown_address(page(with_feed))

    text = post(with_feed, "revoke_feed")

    assert "Make a private address" in text
    assert Client().get(address).status_code == 404


def test_the_alarm_is_chosen(with_feed: Client) -> None:
    text = post(with_feed, "set_feed_alarm", alarm_minutes="10")
    assert '<option value="10" selected>' in text
    assert b"TRIGGER:-PT10M" in Client().get(shown_address(text)).content

    text = post(with_feed, "set_feed_alarm", alarm_minutes="none")
    assert b"VALARM" not in Client().get(shown_address(text)).content


def test_another_alarm_is_refused(with_feed: Client) -> None:
    answer = with_feed.post(reverse("set_feed_alarm"), {"alarm_minutes": "7"})

    assert answer.status_code == 422
    assert CalendarFeed.objects.get().alarm_minutes is None


def test_cleo_neither_sees_nor_changes_adas_feed(
    with_feed: Client, cleo: User, clock: time_machine.Traveller
) -> None:
    address = shown_address(page(with_feed))
    cleos = logged_in(cleo)

    assert address not in page(cleos)
    for name in ("rotate_feed", "revoke_feed"):
        assert cleos.get(reverse(name)).status_code == 404
        assert cleos.post(reverse(name)).status_code == 404
    cleos.post(reverse("set_feed_alarm"), {"alarm_minutes": "30"})

    assert shown_address(page(with_feed)) == address
    assert CalendarFeed.objects.get().alarm_minutes is None

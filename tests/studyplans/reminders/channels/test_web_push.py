"""A notification in a browser: sealed for it alone, signed by us, and removed when it is gone."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import http_ece
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from py_vapid import Vapid02
from pytest_django import Settings

from common import outside
from studyplans.reminders import actions, tasks
from studyplans.reminders.channels.channel import Message
from studyplans.reminders.channels.web_push.channel import payload
from studyplans.reminders.kinds.kind import Brief
from studyplans.reminders.models import Delivery, Destination
from tests.studyplans.cast import logged_in
from tests.studyplans.reminders.channels.conftest import Posted, Receiver
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tracker.accounts.models import User

PAGE = "reminder_channels"
REAL_CHECK = outside.is_public


def base64(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


@dataclass(frozen=True)
class Browser:
    """Signs up as a browser does, and opens what comes with its own private key."""

    address: str
    key: ec.EllipticCurvePrivateKey
    auth: bytes = b"0123456789abcdef"

    def subscription(self, **changed: str) -> dict[str, str]:
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": base64(point), "auth": base64(self.auth)}
        return {"address": self.address, **keys, "label": "Firefox on Linux", **changed}

    def opened(self, posted: Posted) -> dict[str, Any]:
        said = http_ece.decrypt(posted.body, private_key=self.key, auth_secret=self.auth)
        opened: dict[str, Any] = json.loads(said)
        return opened


def browser_at(address: str) -> Browser:
    return Browser(address, ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture
def laptop(receiver: Receiver) -> Browser:
    return browser_at(f"{receiver.url}/ada")


def turn_on(client: Client, browser: Browser) -> None:
    address = reverse("reminder_channel", args=["webpush"])
    answer = client.post(address, browser.subscription(), follow=True)
    assert answer.status_code == 200


def try_out(client: Client, number: int = 1) -> list[str]:
    """Send a test, and return what the page then says."""
    address = reverse("reminder_channel_test", args=["webpush", number])
    return [str(message) for message in client.post(address, follow=True).context["messages"]]


def own(learner: User) -> list[tuple[int, str]]:
    return list(Destination.objects.filter(learner=learner).values_list("number", "label"))


def test_only_that_browser_can_read_it(
    planned_ada: User,
    ada_client: Client,
    receiver: Receiver,
    laptop: Browser,
    mailoutbox: list[EmailMessage],
) -> None:
    turn_on(ada_client, laptop)

    for _ in range(2):
        tasks.dispatch_due()

    (posted,) = receiver.posted
    said = laptop.opened(posted)
    assert len(mailoutbox) == 1
    assert posted.path == "/hook/ada"
    assert b"session" not in posted.body
    assert said.pop("id").startswith("msg_")
    assert said == {
        "title": "Today: 1 session, 1 h",
        "line": "",
        "url": "http://localhost:8000/today/",
    }
    assert Delivery.objects.get(channel="webpush").status == "sent"


def test_the_push_service_can_tell_who_sends_and_how_long_to_keep_it(
    planned_ada: User,
    ada_client: Client,
    receiver: Receiver,
    laptop: Browser,
    settings: Settings,
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Milepost <hello@milepost.example>"
    turn_on(ada_client, laptop)
    tasks.dispatch_due()

    headers = receiver.posted[0].headers
    token = headers["authorization"].removeprefix("vapid t=").partition(",")[0]
    claims = json.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    assert Vapid02.verify(headers["authorization"])
    assert headers["authorization"].endswith(f"k={public_key_on(ada_client)}")
    assert claims == {
        "aud": receiver.url.removesuffix("/hook"),
        "exp": int((MONDAY_AT_EIGHT + timedelta(hours=12)).timestamp()),
        "sub": "mailto:hello@milepost.example",
    }
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["ttl"] == str(16 * 60 * 60)  # a digest helps until the day is over


def public_key_on(client: Client) -> str:
    page = client.get(reverse(PAGE)).content.decode()
    return page.partition('data-web-push="')[2].partition('"')[0]


def test_each_browser_gets_it_once(
    planned_ada: User, ada_client: Client, receiver: Receiver, laptop: Browser
) -> None:
    phone = browser_at(f"{receiver.url}/phone")
    for browser in (laptop, phone, phone):
        turn_on(ada_client, browser)

    for _ in range(2):
        tasks.dispatch_due()

    by_path = {posted.path: posted for posted in receiver.posted}
    assert len(receiver.posted) == 2
    first, second = by_path["/hook/ada"], by_path["/hook/phone"]
    assert laptop.opened(first)["title"] == phone.opened(second)["title"]
    assert laptop.opened(first)["id"] != phone.opened(second)["id"]


def test_one_that_must_wait_does_not_hold_the_other_up(
    planned_ada: User,
    ada_client: Client,
    receiver: Receiver,
    laptop: Browser,
    clock: time_machine.Traveller,
) -> None:
    turn_on(ada_client, laptop)
    turn_on(ada_client, browser_at(f"{receiver.url}/phone"))
    receiver.statuses = [503]

    for _ in range(2):
        tasks.dispatch_due()
        clock.shift(timedelta(minutes=6))

    # Both at once, in any order, and one of them again under its own topic.
    topics = [posted.headers["topic"] for posted in receiver.posted]
    assert (len(topics), len(set(topics))) == (3, 2)
    statuses = Delivery.objects.filter(channel="webpush").values_list("status", flat=True)
    assert set(statuses) == {"sent"}


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_removed_and_the_page_says_so(
    planned_ada: User, ada_client: Client, receiver: Receiver, laptop: Browser, status: int
) -> None:
    turn_on(ada_client, laptop)
    turn_on(ada_client, browser_at(f"{receiver.url}/phone"))
    receiver.statuses = [status]

    said = try_out(ada_client, number=2)
    tasks.dispatch_due()

    ended = "this browser takes our notifications no longer, so it was removed"
    assert said == [f"The test was not taken: {ended}."]
    assert ended in ada_client.get(reverse(PAGE)).content.decode()
    assert own(planned_ada) == [(1, "Firefox on Linux")]
    assert [posted.path for posted in receiver.posted] == ["/hook/phone", "/hook/ada"]


def test_a_key_the_service_does_not_know_is_a_failure_like_any_other(
    planned_ada: User, ada_client: Client, receiver: Receiver, laptop: Browser
) -> None:
    turn_on(ada_client, laptop)
    receiver.statuses = [403, 201]

    assert try_out(ada_client) == ["The test was not taken: the server answered 403."]
    assert Destination.objects.get().failures == 1


def test_a_test_goes_to_the_browser_that_was_asked_for(
    planned_ada: User, ada_client: Client, receiver: Receiver, laptop: Browser
) -> None:
    turn_on(ada_client, laptop)
    turn_on(ada_client, browser_at(f"{receiver.url}/phone"))

    assert try_out(ada_client, number=2) == ["The test arrived."]
    assert try_out(ada_client, number=1) == ["The test arrived."]
    assert try_out(ada_client, number=1)[0].startswith("You had a test less than a minute ago")
    assert [posted.path for posted in receiver.posted] == ["/hook/phone", "/hook/ada"]


def test_an_address_that_leads_inward_later_on_is_not_followed(
    planned_ada: User,
    ada_client: Client,
    receiver: Receiver,
    laptop: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turn_on(ada_client, laptop)
    monkeypatch.setattr(outside, "is_public", REAL_CHECK)

    tasks.dispatch_due()

    assert receiver.posted == []
    assert "private network" in Delivery.objects.get(channel="webpush").reason


OFF_THE_CURVE = base64(b"\x04" + b"\x01" * 64)
FORGED = [
    *({"address": "http://10.0.0.7/push"}, {"address": "https://127.0.0.1/push"}, {"address": ""}),
    *({"address": "https://[::1]/push"}, {"address": "https://ada:secret@93.184.216.34/"}),
    *({"p256dh": ""}, {"p256dh": base64(b"\x04" * 64)}, {"p256dh": OFF_THE_CURVE}),
    *({"p256dh": "no base64 at all"}, {"p256dh": "\N{SNOWMAN}"}, {"p256dh": "A"}),
    *({"auth": ""}, {"auth": base64(b"short")}, {"auth": base64(b"longer than sixteen")}),
    {"label": "x" * 61},
]


def test_no_forged_subscription_is_taken(planned_ada: User, ada_client: Client) -> None:
    real = browser_at("https://93.184.216.34/push")
    for changed in FORGED:
        address = reverse("reminder_channel", args=["webpush"])
        page = ada_client.post(address, real.subscription(**changed))

        assert page.status_code == 422, changed
        assert "not complete" in page.content.decode(), changed
    assert not Destination.objects.exists()
    turn_on(ada_client, real)


def test_ten_browsers_are_the_most(
    planned_ada: User, ada_client: Client, receiver: Receiver
) -> None:
    for number in range(actions.MOST_DESTINATIONS):
        turn_on(ada_client, browser_at(f"{receiver.url}/{number}"))
    one_more = browser_at(receiver.url).subscription()
    address = reverse("reminder_channel", args=["webpush"])
    page = ada_client.post(address, one_more, follow=True)

    assert "Remove one" in page.content.decode()

    assert len(own(planned_ada)) == actions.MOST_DESTINATIONS


def test_cleo_can_neither_see_nor_remove_adas(
    planned_ada: User, ada_client: Client, cleo: User, receiver: Receiver, laptop: Browser
) -> None:
    turn_on(ada_client, laptop)
    hers = logged_in(cleo)
    turn_on(hers, laptop)

    assert hers.post(reverse("reminder_channel_remove", args=["webpush", 2])).status_code == 404
    hers.post(reverse("reminder_channel_remove", args=["webpush", 1]))

    assert own(cleo) == []
    assert own(planned_ada) == [(1, "Firefox on Linux")]
    assert "Firefox on Linux" not in hers.get(reverse(PAGE)).content.decode()


def test_neither_its_address_nor_its_keys_are_shown(
    planned_ada: User, ada_client: Client, laptop: Browser
) -> None:
    turn_on(ada_client, laptop)

    page = ada_client.get(reverse(PAGE)).content.decode()

    assert "Firefox on Linux" in page
    for secret in ("/hook/ada", *laptop.subscription().values()):
        assert secret == "Firefox on Linux" or secret not in page
    # It has no secret of ours that could be made anew.
    keys = reverse("reminder_channel_keys", args=["webpush", 1])
    assert ada_client.post(keys).status_code == 404


def test_without_a_key_it_is_not_offered(
    planned_ada: User,
    ada_client: Client,
    receiver: Receiver,
    laptop: Browser,
    settings: Settings,
) -> None:
    turn_on(ada_client, laptop)
    settings.VAPID_PRIVATE_KEY = ""

    tasks.dispatch_due()

    assert "Turn on in this browser" not in ada_client.get(reverse(PAGE)).content.decode()
    answer = ada_client.post(reverse("reminder_channel", args=["webpush"]), laptop.subscription())
    assert answer.status_code == 404
    assert receiver.posted == []


def test_a_key_made_by_the_command_serves(
    planned_ada: User,
    ada_client: Client,
    receiver: Receiver,
    laptop: Browser,
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = public_key_on(ada_client)
    call_command("make_vapid_key")
    settings.VAPID_PRIVATE_KEY = capsys.readouterr().out.strip()

    turn_on(ada_client, laptop)
    tasks.dispatch_due()

    assert public_key_on(ada_client) != before
    assert Vapid02.verify(receiver.posted[0].headers["authorization"])


def test_it_never_grows_beyond_what_push_services_take() -> None:
    huge = Brief("\N{SNOWMAN}" * 10_000, "/milestones/" + "m" * 200 + "/")
    at = MONDAY_AT_EIGHT
    message = Message("msg_" + "0" * 32, "digest", "2026-03-02", (huge, huge, huge), at, at)

    assert len(json.dumps(payload(message), ensure_ascii=False).encode()) < 3000


def test_the_worker_has_one_address_and_needs_no_login(client: Client) -> None:
    answer = client.get("/service-worker.js")

    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert b"showNotification" in b"".join(answer)

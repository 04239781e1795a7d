"""A webhook: signed, tried again, switched off when it fails, and never led inward."""

from __future__ import annotations

import json
from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from common import outside
from studyplans.plans.models import PauseCause, StudyPlan
from studyplans.reminders import actions, posting, tasks
from studyplans.reminders.addresses import note_event
from studyplans.reminders.channels.webhook import channel as webhook
from studyplans.reminders.destinations import FAILURES_TO_SWITCH_OFF
from studyplans.reminders.models import Delivery, Destination
from tests.studyplans.cast import logged_in
from tests.studyplans.reminders.channels.conftest import Receiver, own, set_up
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tracker.accounts.models import User

PAGE = "reminder_channels"
REAL_CHECK = outside.is_public


def by_webhook(learner: User) -> Delivery:
    return Delivery.objects.get(learner=learner, channel="webhook")


def test_the_digest_goes_by_mail_and_to_the_webhook_once(
    planned_ada: User, ada_client: Client, receiver: Receiver, mailoutbox: list[EmailMessage]
) -> None:
    secret = set_up(ada_client, receiver.url)

    for _ in range(2):
        tasks.dispatch_due()

    (posted,) = receiver.posted
    assert len(mailoutbox) == 1
    assert posted.path == "/hook"
    assert posted.is_signed_by(secret)
    assert posted.headers["webhook-timestamp"] == str(int(MONDAY_AT_EIGHT.timestamp()))
    assert json.loads(posted.body) == {
        "type": "reminder.digest",
        "timestamp": "2026-03-02T07:00:00+00:00",
        "data": {
            "kind": "digest",
            "occurrence": "2026-03-02",
            "title": "Today: 1 session, 1 h",
            "url": "http://localhost:8000/today/",
            "also": [],
        },
    }
    assert by_webhook(planned_ada).status == "sent"


def test_whoever_has_none_gets_none(
    planned_ada: User, receiver: Receiver, mailoutbox: list[EmailMessage]
) -> None:
    tasks.dispatch_due()

    assert len(mailoutbox) == 1
    assert Delivery.objects.count() == 1
    assert receiver.posted == []


def test_trouble_with_the_address_stops_mail_alone(
    planned_ada: User, ada_client: Client, receiver: Receiver, mailoutbox: list[EmailMessage]
) -> None:
    set_up(ada_client, receiver.url)
    note_event(
        address=planned_ada.email, sort="hard", reference="r", detail="gone", at=MONDAY_AT_EIGHT
    )

    tasks.dispatch_due()

    assert mailoutbox == []
    assert len(receiver.posted) == 1


def test_what_happens_out_of_hours_goes_there_as_well(
    planned_ada: User, ada_client: Client, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    set_up(ada_client, receiver.url)
    StudyPlan.objects.filter(learner=planned_ada).update(
        paused_at=MONDAY_AT_EIGHT, pause_cause=PauseCause.QUIET
    )
    actions.announce_pause(learner=planned_ada, at=MONDAY_AT_EIGHT)

    clock.shift(timedelta(days=1))
    tasks.dispatch_due()

    assert [posted.data["kind"] for posted in receiver.posted] == ["paused"]


@pytest.mark.parametrize(
    ("recent", "mails", "posts"), [("webhook", 1, 1), ("email", 0, 1)], ids=["post", "mail"]
)
def test_an_hour_lies_between_mails_and_posts_do_not_count(
    planned_ada: User,
    ada_client: Client,
    receiver: Receiver,
    mailoutbox: list[EmailMessage],
    recent: str,
    mails: int,
    posts: int,
) -> None:
    set_up(ada_client, receiver.url)
    Delivery.objects.create(
        learner=planned_ada,
        kind="due",
        occurrence="2026-03-02",
        channel=recent,
        due_at=MONDAY_AT_EIGHT,
        stale_at=MONDAY_AT_EIGHT,
        status="sent",
        settled_at=MONDAY_AT_EIGHT - timedelta(minutes=10),
    )

    tasks.dispatch_due()

    assert len(mailoutbox) == mails
    assert len(receiver.posted) == posts


def test_a_busy_server_is_asked_again_under_the_same_id(
    planned_ada: User, ada_client: Client, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    set_up(ada_client, receiver.url)
    receiver.statuses = [503, 429]

    for _ in range(3):
        tasks.dispatch_due()
        clock.shift(timedelta(minutes=6))

    assert len({posted.headers["webhook-id"] for posted in receiver.posted}) == 1
    assert len(receiver.posted) == 3
    assert by_webhook(planned_ada).status == "sent"
    assert own(planned_ada).failures == 0


@pytest.mark.parametrize("status", [302, 400, 401, 404])
def test_a_refusal_is_written_down_and_not_repeated(
    planned_ada: User, ada_client: Client, receiver: Receiver, status: int
) -> None:
    set_up(ada_client, receiver.url)
    receiver.statuses = [status]

    for _ in range(2):
        tasks.dispatch_due()

    delivery = by_webhook(planned_ada)
    assert (delivery.status, delivery.reason) == ("failed", f"the server answered {status}")
    assert [posted.path for posted in receiver.posted] == ["/hook"]
    assert own(planned_ada).failures == 1


def test_it_switches_itself_off_and_says_so(
    planned_ada: User, ada_client: Client, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    set_up(ada_client, receiver.url)
    receiver.statuses = [404] * FAILURES_TO_SWITCH_OFF
    test = reverse("reminder_channel_test", args=["webhook", 1])

    for number in range(1, FAILURES_TO_SWITCH_OFF + 1):
        assert own(planned_ada).is_on, number
        ada_client.post(test)
        clock.shift(timedelta(minutes=2))
    tasks.dispatch_due()

    assert len(receiver.posted) == FAILURES_TO_SWITCH_OFF
    for page in (PAGE, "reminder_settings"):
        assert "witched off" in ada_client.get(reverse(page)).content.decode(), page
    assert "the server answered 404" in ada_client.get(reverse(PAGE)).content.decode()

    ada_client.post(reverse("reminder_channel_on", args=["webhook", 1]))
    clock.shift(timedelta(days=2))
    tasks.dispatch_due()

    assert "witched off" not in ada_client.get(reverse("reminder_settings")).content.decode()
    assert len(receiver.posted) == FAILURES_TO_SWITCH_OFF + 1


def test_success_forgets_the_failures_before(
    planned_ada: User, ada_client: Client, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    set_up(ada_client, receiver.url)
    receiver.statuses = [404] * (FAILURES_TO_SWITCH_OFF - 1) + [200, 404]

    for _ in range(FAILURES_TO_SWITCH_OFF + 1):
        ada_client.post(reverse("reminder_channel_test", args=["webhook", 1]))
        clock.shift(timedelta(minutes=2))

    assert own(planned_ada).is_on
    assert own(planned_ada).failures == 1


def test_gone_switches_it_off_at_once(
    planned_ada: User, ada_client: Client, receiver: Receiver
) -> None:
    set_up(ada_client, receiver.url)
    receiver.statuses = [410]

    tasks.dispatch_due()

    assert not own(planned_ada).is_on


def test_a_name_that_leads_inward_later_on_is_not_followed(
    planned_ada: User,
    ada_client: Client,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_up(ada_client, receiver.url)
    monkeypatch.setattr(outside, "is_public", REAL_CHECK)

    tasks.dispatch_due()

    assert receiver.posted == []
    assert by_webhook(planned_ada).status == "failed"
    assert "private network" in by_webhook(planned_ada).reason


def test_nobody_there_means_later(
    planned_ada: User, ada_client: Client, receiver: Receiver
) -> None:
    set_up(ada_client, receiver.url)
    receiver.stop()

    tasks.dispatch_due()
    receiver.__init__()  # type: ignore[misc]  # for the fixture's own stop

    delivery = by_webhook(planned_ada)
    assert (delivery.status, delivery.attempts) == ("pending", 1)
    assert delivery.reason.startswith("it cannot be reached")


def test_a_sender_that_dies_after_the_post_posts_again_under_the_same_id(
    planned_ada: User,
    ada_client: Client,
    receiver: Receiver,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_up(ada_client, receiver.url)
    with monkeypatch.context() as patched:
        patched.setattr(posting.Poster, "_take_answer", dies)
        tasks.dispatch_due()
    assert by_webhook(planned_ada).status == "leased"

    clock.shift(timedelta(minutes=1))
    tasks.dispatch_due()

    first, second = receiver.posted
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert by_webhook(planned_ada).status == "sent"
    assert by_webhook(planned_ada).doubts == 0


def dies(*_: object, **__: object) -> None:
    raise SystemError("the worker is gone")


def test_one_that_raises_does_not_stop_the_others(
    planned_ada: User,
    ada_client: Client,
    receiver: Receiver,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_up(ada_client, receiver.url)
    monkeypatch.setattr(webhook, "payload", lambda message: {1 / 0})

    tasks.dispatch_due()

    assert len(mailoutbox) == 1
    assert by_webhook(planned_ada).status == "failed"
    assert "ZeroDivisionError" in by_webhook(planned_ada).reason


# --- the page ---------------------------------------------------------------------------------


def test_the_secret_is_shown_once(
    planned_ada: User, ada_client: Client, receiver: Receiver
) -> None:
    secret = set_up(ada_client, receiver.url)

    assert secret.startswith("whsec_")
    page = ada_client.get(reverse(PAGE)).content.decode()
    assert secret not in page
    assert "127.0.0.1" in page
    assert "/hook" not in page


def test_a_new_secret_signs_beside_the_old_for_a_day(
    planned_ada: User, ada_client: Client, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    old = set_up(ada_client, receiver.url)
    page = ada_client.post(reverse("reminder_channel_keys", args=["webhook", 1]), follow=True)
    new = page.content.decode().partition('readonly value="')[2].partition('"')[0]

    tasks.dispatch_due()
    clock.shift(timedelta(days=2))
    tasks.dispatch_due()

    today, later = receiver.posted
    assert old != new
    assert today.is_signed_by(old)
    assert today.is_signed_by(new)
    assert later.is_signed_by(new)
    assert not later.is_signed_by(old)


ADDRESSES_REFUSED = [
    *("http://example.org/hook", "ftp://example.org/", "example.org", "https://", "https://["),
    *("https://ada:secret@93.184.216.34/", "https://93.184.216.34/#top"),
    *("https://127.0.0.1/", "https://10.0.0.7/hook", "https://[::1]/", "https://localhost/"),
    "https://169.254.169.254/latest/meta-data/",
]


def test_no_other_address_is_taken(planned_ada: User, ada_client: Client) -> None:
    for address in ADDRESSES_REFUSED:
        page = ada_client.post(reverse("reminder_channel", args=["webhook"]), {"address": address})

        assert page.status_code == 422, address
        assert 'aria-invalid="true"' in page.content.decode(), address
    assert not Destination.objects.exists()


def test_a_test_says_what_came_of_it(
    planned_ada: User, ada_client: Client, receiver: Receiver, clock: time_machine.Traveller
) -> None:
    set_up(ada_client, receiver.url)
    receiver.statuses = [200, 500, 403]
    said = []

    for minutes in (0, 0, 2, 5):
        clock.shift(timedelta(minutes=minutes))
        page = ada_client.post(reverse("reminder_channel_test", args=["webhook", 1]), follow=True)
        said.append([str(message) for message in page.context["messages"]])

    assert said == [
        ["The test arrived."],
        ["You had a test less than a minute ago. Wait a moment."],
        ["Not yet: the server answered 500. We try again soon."],
        ["The test was not taken: the server answered 403."],
    ]


def test_a_removed_one_gets_nothing_more(
    planned_ada: User, ada_client: Client, receiver: Receiver
) -> None:
    set_up(ada_client, receiver.url)
    ada_client.post(reverse("reminder_channel_remove", args=["webhook", 1]))

    tasks.dispatch_due()

    assert receiver.posted == []
    assert not Delivery.objects.filter(channel="webhook").exists()


def test_cleo_sees_and_changes_nothing_of_adas(
    planned_ada: User, ada_client: Client, cleo: User, receiver: Receiver
) -> None:
    set_up(ada_client, receiver.url)
    hers = logged_in(cleo)

    assert receiver.url not in hers.get(reverse(PAGE)).content.decode()
    for deed in ("test", "keys", "on", "remove"):
        answer = hers.post(reverse(f"reminder_channel_{deed}", args=["webhook", 1]))
        assert answer.status_code == 404, deed
    assert own(planned_ada).is_on
    assert receiver.posted == []


def test_nothing_happens_without_a_login_or_by_looking(
    planned_ada: User, ada_client: Client, client: Client, receiver: Receiver
) -> None:
    set_up(ada_client, receiver.url)

    for deed in ("test", "keys", "on", "remove"):
        address = reverse(f"reminder_channel_{deed}", args=["webhook", 1])
        assert client.post(address).status_code == 302
        assert ada_client.get(address).status_code == 405
    assert client.get(reverse(PAGE)).status_code == 302
    assert receiver.posted == []


def test_the_mails_page_lists_mails_only(
    planned_ada: User, ada_client: Client, receiver: Receiver
) -> None:
    set_up(ada_client, receiver.url)
    tasks.dispatch_due()

    page = ada_client.get(reverse("reminder_mails"))

    assert len(page.context["page"].object_list) == 1

"""Mail that comes back, complaints, opt-outs by mail, and providers' news of them."""

import base64
import io
import json
import sys
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import include, path, reverse
from pytest_django import Settings

from config.urls import urlpatterns as own_urls
from studyplans.reminders import tasks
from studyplans.reminders.breaker import note_failure
from studyplans.reminders.letters import message_id, return_path
from studyplans.reminders.models import AddressEvent, AddressState, Delivery, ReminderSchedule
from studyplans.reminders.selectors import BOUNCED, COMPLAINED, trouble_with
from studyplans.reminders.unsubscribing import token_for
from tests.studyplans.cast import logged_in
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, outcomes
from tracker.accounts.models import User

urlpatterns = [*own_urls, path("hooks/anymail/", include("anymail.urls"))]


@pytest.fixture(autouse=True)
def monday_at_eight(clock: time_machine.Traveller) -> None:
    clock.move_to(MONDAY_AT_EIGHT)


@pytest.fixture
def delivery(planned_ada: User) -> Delivery:
    """Ada's digest of Monday, sent."""
    tasks.dispatch_due()
    return Delivery.objects.get()


def bounce(quoted: str, *, status: str = "5.1.1", action: str = "failed", name: str = "b1") -> str:
    return f"""\
From: MAILER-DAEMON@relay.example
To: hello@localhost
Subject: Undelivered Mail Returned to Sender
Message-ID: <{name}@relay.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} Something about the mailbox

--b
Content-Type: text/rfc822-headers

Message-ID: {quoted}
Subject: Today

--b--
"""


def complaint(quoted: str) -> str:
    return f"""\
From: feedback@provider.example
To: hello@localhost
Message-ID: <c1@provider.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1

--b
Content-Type: message/rfc822

Message-ID: {quoted}
Subject: Today

Text
--b--
"""


def read(message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(message.encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    call_command("read_bounces")


def trouble(learner: User) -> str | None:
    state = trouble_with(learner)
    return state.trouble if state else None


def test_a_hard_bounce_stops_mail_to_the_address(
    planned_ada: User,
    delivery: Delivery,
    clock: time_machine.Traveller,
    mailoutbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(2):
        read(bounce(message_id(delivery)), monkeypatch)

    assert trouble(planned_ada) == "bounced"
    assert AddressEvent.objects.count() == 1
    clock.shift(timedelta(days=2))
    tasks.dispatch_due()
    assert len(mailoutbox) == 1
    assert outcomes(planned_ada)[-1] == ("2026-03-04", "skipped", BOUNCED)


def test_another_address_is_free_of_the_old_ones_trouble(
    planned_ada: User, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(bounce(message_id(delivery)), monkeypatch)

    planned_ada.email = "ada@elsewhere.example"

    assert trouble(planned_ada) is None


def test_three_soft_bounces_in_two_weeks_stop_mail(
    planned_ada: User,
    delivery: Delivery,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    troubles = []
    for day, name in ((0, "b1"), (15, "b2"), (20, "b3"), (25, "b4")):
        clock.move_to(MONDAY_AT_EIGHT + timedelta(days=day))
        read(bounce(message_id(delivery), status="5.2.2", name=name), monkeypatch)
        troubles.append(trouble(planned_ada))

    assert troubles == [None, None, None, "bounced"]


def test_a_delay_is_no_bounce(
    planned_ada: User, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = bounce(message_id(delivery), status="4.4.1", action="delayed")
    read(report, monkeypatch)

    assert AddressEvent.objects.count() == 0


def test_a_complaint_stops_mail(
    planned_ada: User,
    delivery: Delivery,
    clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read(complaint(message_id(delivery)), monkeypatch)

    clock.shift(timedelta(days=2))
    tasks.dispatch_due()
    assert outcomes(planned_ada)[-1][2] == COMPLAINED


@pytest.mark.parametrize("forgery", ["<digest.2026-03-02.1.0000000000@localhost>", "<x@y>", ""])
def test_a_report_on_a_mail_we_never_sent_changes_nothing(
    planned_ada: User, delivery: Delivery, monkeypatch: pytest.MonkeyPatch, forgery: str
) -> None:
    read(bounce(forgery), monkeypatch)

    assert AddressState.objects.count() == 0


def test_a_report_finds_its_delivery_by_the_return_path(
    planned_ada: User,
    delivery: Delivery,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.REMINDERS_BOUNCE_ADDRESS = "bounces@milepost.example"
    path = return_path(delivery.pk)
    assert path.startswith(f"bounces+{delivery.pk}-")
    stripped = bounce("<lost@on.the.way>").replace("To: hello@localhost", f"To: {path}")

    read(stripped.replace(f"+{delivery.pk}-", f"+{delivery.pk + 1}-"), monkeypatch)
    assert trouble(planned_ada) is None
    read(stripped, monkeypatch)
    assert trouble(planned_ada) == "bounced"


def test_an_opt_out_by_mail_switches_the_kind_off(
    planned_ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = token_for(learner_id=planned_ada.pk, kind="digest")

    read(f"From: x@y\nSubject: Unsubscribe {token[:-1]}\n\n", monkeypatch)
    assert ReminderSchedule.objects.get().is_on
    read(f"From: x@y\nSubject: Unsubscribe {token}\n\n", monkeypatch)
    assert not ReminderSchedule.objects.get().is_on


def test_a_maildir_is_emptied_and_an_mbox_left(
    planned_ada: User, delivery: Delivery, tmp_path: Path
) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    (tmp_path / "mail" / "new" / "1.host").write_text(bounce(message_id(delivery)))
    (tmp_path / "mail" / "new" / "2.host").write_bytes(b"\xff\xfe no mail at all")
    mbox = tmp_path / "mbox"
    mbox.write_text("From x Mon Mar  2 07:00:00 2026\n" + bounce(message_id(delivery)))

    call_command("read_bounces", maildir=str(tmp_path / "mail"))
    call_command("read_bounces", mbox=str(mbox))

    assert trouble(planned_ada) == "bounced"
    assert AddressEvent.objects.count() == 1
    assert list((tmp_path / "mail" / "new").iterdir()) == []
    assert mbox.exists()
    with pytest.raises(CommandError, match="does not exist"):
        call_command("read_bounces", maildir=str(tmp_path / "none"))


def test_the_learner_is_told_and_can_say_that_it_works(
    planned_ada: User,
    delivery: Delivery,
    ada_client: Client,
    cleo: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read(bounce(message_id(delivery)), monkeypatch)
    settings_page = reverse("reminder_settings")

    assert (
        "We send no reminders to ada@example.org" in ada_client.get(settings_page).content.decode()
    )
    assert "We send no reminders" not in logged_in(cleo).get(settings_page).content.decode()
    logged_in(cleo).post(reverse("reminder_address_works"))
    assert trouble(planned_ada) == "bounced"

    answer = ada_client.post(reverse("reminder_address_works"), follow=True)

    assert "Reminders go to ada@example.org again." in answer.content.decode()
    assert "We send no reminders" not in answer.content.decode()
    assert trouble(planned_ada) is None


def test_mail_that_keeps_the_account_safe_still_goes(
    planned_ada: User,
    delivery: Delivery,
    client: Client,
    mailoutbox: list[EmailMultiAlternatives],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read(complaint(message_id(delivery)), monkeypatch)
    mailoutbox.clear()

    client.post(reverse("account_reset_password"), {"email": planned_ada.email})

    assert [mail.to for mail in mailoutbox] == [[planned_ada.email]]


def test_operators_see_the_outbox(
    planned_ada: User, delivery: Delivery, capsys: pytest.CaptureFixture[str]
) -> None:
    Delivery.objects.create(
        learner=planned_ada,
        kind="digest",
        occurrence="2026-03-01",
        due_at=MONDAY_AT_EIGHT - timedelta(seconds=90),
        stale_at=MONDAY_AT_EIGHT + timedelta(hours=1),
    )
    Delivery.objects.create(
        learner=planned_ada,
        kind="digest",
        occurrence="2026-02-28",
        due_at=MONDAY_AT_EIGHT,
        stale_at=MONDAY_AT_EIGHT,
        status="in doubt",
        doubts=1,
        settled_at=MONDAY_AT_EIGHT,
    )
    note_failure(reason="nobody there", at=MONDAY_AT_EIGHT)

    call_command("outbox")

    assert capsys.readouterr().out.splitlines() == [
        "Waiting: 1, the longest for 90 s. Being sent: 0.",
        "Last 24 hours: 1 sent, 0 failed, 1 in doubt.",
        "Mail server: working.",
    ]


# --- providers --------------------------------------------------------------------------------


def postmark(client: Client, *, secret: str, **event: object) -> int:
    basic = base64.b64encode(secret.encode()).decode()
    answer = client.post(
        "/hooks/anymail/postmark/tracking/",
        json.dumps({"MessageID": "m1", "ID": 42, "Email": "Ada@example.org", **event}),
        content_type="application/json",
        headers={"authorization": f"Basic {basic}"},
    )
    return answer.status_code


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1}, "bounced"),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, "complained"),
        ({"RecordType": "Bounce", "Type": "SoftBounce", "Details": "552 5.2.2 full"}, None),
        ({"RecordType": "Delivery", "Recipient": "ada@example.org"}, None),
    ],
)
def test_a_providers_news_stops_mail(
    planned_ada: User,
    client: Client,
    settings: Settings,
    event: dict[str, object],
    expected: str | None,
) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": "milepost:secret"}

    for _ in range(2):
        assert postmark(client, secret="milepost:secret", **event) == 200

    assert trouble(planned_ada) == expected


@pytest.mark.urls(__name__)
def test_a_providers_third_soft_bounce_in_two_weeks_stops_mail(
    planned_ada: User, client: Client, settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": "milepost:secret"}
    full = {"RecordType": "Bounce", "Type": "SoftBounce", "Details": "552 5.2.2 full"}
    troubles = []

    for number, days in enumerate([0, 6, 6]):
        clock.shift(timedelta(days=days))
        # The same news twice is one.
        for _ in range(2):
            postmark(client, secret="milepost:secret", **full | {"ID": number})
        troubles.append(trouble(planned_ada))

    assert troubles == [None, None, "bounced"]


@pytest.mark.urls(__name__)
def test_news_without_the_secret_is_refused(
    planned_ada: User, client: Client, settings: Settings
) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": "milepost:secret"}

    status = postmark(client, secret="milepost:guess", RecordType="Bounce", Type="HardBounce")

    assert status == 400
    assert trouble(planned_ada) is None


def test_without_a_secret_there_is_no_hook(client: Client, transactional_db: None) -> None:
    assert client.post("/hooks/anymail/postmark/tracking/").status_code == 404

"""Through a real connection to a real SMTP server that answers as it is told."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from common.clock import now as clock_now
from studyplans.reminders import tasks
from studyplans.reminders.kinds.digest import ALL_OVER
from studyplans.reminders.models import Delivery, MailServer
from studyplans.reminders.selectors import trouble_with
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, outcomes
from tracker.accounts.models import User

OK = "250 OK"
DROP = "drop the line"


class Desk:
    """Answer RCPT and DATA as told, and keep what was accepted."""

    def __init__(self) -> None:
        self.to_rcpt = self.to_data = OK
        self.kept: list[bytes] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_rcpt == OK:
            envelope.rcpt_tos.append(address)
        return self._answer(server, self.to_rcpt)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.to_data == OK:
            self.kept.append(envelope.original_content or b"")
        return self._answer(server, self.to_data)

    def _answer(self, server: SMTP, answer: str) -> str:
        if answer == DROP:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture
def desk(settings: Settings, clock: time_machine.Traveller) -> Iterator[Desk]:
    clock.move_to(MONDAY_AT_EIGHT)
    desk = Desk()
    controller = Controller(desk, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield desk
    controller.stop()


def test_the_server_gets_a_whole_letter(planned_ada: User, desk: Desk) -> None:
    tasks.dispatch_due()

    [content] = desk.kept
    message: Any = message_from_bytes(content, policy=policy.default)
    assert not message.defects
    assert message["To"] == "ada@example.org"
    assert message["Subject"] == "Today: 1 session, 1 h"
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert "Learn maths.m1" in message.get_body(("plain",)).get_content()
    assert outcomes(planned_ada) == [("2026-03-02", "sent", "")]


@pytest.mark.parametrize("step", ["to_rcpt", "to_data"])
def test_a_passing_refusal_is_tried_again_later(
    planned_ada: User, desk: Desk, clock: time_machine.Traveller, step: str
) -> None:
    setattr(desk, step, "451 Try again later")
    tasks.dispatch_due()
    delivery = Delivery.objects.get()
    tasks.send_due()  # a bell that rang twice, heard before it is due again

    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("pending", 1)
    assert delivery.reason == "the mail server said: 451 Try again later"
    waited = delivery.due_at - MONDAY_AT_EIGHT
    assert timedelta(minutes=1) <= waited < timedelta(minutes=1, seconds=12)

    setattr(desk, step, OK)
    clock.shift(timedelta(minutes=2))
    tasks.dispatch_due()
    assert len(desk.kept) == 1
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts, delivery.reason) == ("sent", 2, "")


@pytest.mark.parametrize("step", ["to_rcpt", "to_data"])
def test_a_final_refusal_is_the_end(
    planned_ada: User, desk: Desk, clock: time_machine.Traveller, step: str
) -> None:
    setattr(desk, step, "550 No such user")
    tasks.dispatch_due()
    clock.shift(timedelta(hours=2))
    tasks.dispatch_due()

    expected = ("2026-03-02", "failed", "the mail server said: 550 No such user")
    assert outcomes(planned_ada) == [expected]
    assert Delivery.objects.get().attempts == 1


def test_a_line_dropped_before_the_content_is_tried_again(
    planned_ada: User, desk: Desk, clock: time_machine.Traveller
) -> None:
    desk.to_rcpt = DROP
    tasks.dispatch_due()
    assert Delivery.objects.get().status == "pending"

    desk.to_rcpt = OK
    clock.shift(timedelta(minutes=2))
    tasks.dispatch_due()
    assert len(desk.kept) == 1


def test_a_line_dropped_after_the_content_is_in_doubt_and_not_repeated(
    planned_ada: User, desk: Desk, clock: time_machine.Traveller
) -> None:
    desk.to_data = DROP
    tasks.dispatch_due()
    desk.to_data = OK
    clock.shift(timedelta(hours=2))
    tasks.dispatch_due()

    reason = "the mail server fell silent before it confirmed the mail"
    assert outcomes(planned_ada) == [("2026-03-02", "in doubt", reason)]
    assert desk.kept == []


@pytest.fixture
def server_away(settings: Settings, desk: Desk) -> None:
    settings.EMAIL_PORT = free_port()


def try_all_day(clock: time_machine.Traveller) -> Delivery:
    for _ in range(60):
        tasks.dispatch_due()
        delivery = Delivery.objects.get()
        if delivery.status != "pending":
            return delivery
        assert delivery.reason.startswith("the mail server could not be used:")
        clock.shift(timedelta(minutes=20))
    raise AssertionError("it is still pending")


def test_a_reminder_no_server_took_is_skipped_once_it_helps_no_more(
    planned_ada: User, server_away: None, clock: time_machine.Traveller
) -> None:
    delivery = try_all_day(clock)

    assert delivery.status == "skipped"
    assert delivery.reason.startswith(f"{ALL_OVER}; before, the mail server could not be used:")
    assert delivery.attempts == 0


def test_a_dead_server_is_left_alone_and_found_again(
    planned_ada: User,
    desk: Desk,
    settings: Settings,
    clock: time_machine.Traveller,
) -> None:
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    tasks.dispatch_due()
    server = MailServer.objects.get()
    assert server.opened_at == MONDAY_AT_EIGHT
    assert server.probe_at == MONDAY_AT_EIGHT + timedelta(seconds=30)
    assert "refused" in server.reason

    settings.EMAIL_PORT = there
    clock.shift(timedelta(seconds=29))
    tasks.dispatch_due()
    assert desk.kept == []

    clock.shift(timedelta(seconds=1))
    tasks.dispatch_due()
    assert len(desk.kept) == 1
    assert outcomes(planned_ada) == [("2026-03-02", "sent", "")]
    server.refresh_from_db()
    assert (server.failures, str(server)) == (0, "working")


def test_a_failed_probe_makes_the_pause_longer(
    planned_ada: User, server_away: None, clock: time_machine.Traveller
) -> None:
    pauses = []
    tasks.dispatch_due()
    for _ in range(6):
        server = MailServer.objects.get()
        assert server.probe_at is not None
        pauses.append(int((server.probe_at - clock_now()).total_seconds()))
        clock.move_to(server.probe_at)
        tasks.dispatch_due()

    assert pauses == [30, 60, 120, 240, 300, 300]
    assert Delivery.objects.get().status == "pending"


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        ("550 5.1.1 No such user", "bounced"),
        ("550 No such user", "bounced"),
        ("550 5.7.1 We do not like your letters", None),
        ("552 5.2.2 Mailbox full", None),
    ],
)
def test_a_mailbox_that_is_gone_gets_no_more_mail(
    planned_ada: User, desk: Desk, clock: time_machine.Traveller, reply: str, trouble: str | None
) -> None:
    desk.to_rcpt = reply
    tasks.dispatch_due()
    state = trouble_with(planned_ada)
    assert (state.trouble if state else None) == trouble

    desk.to_rcpt = OK
    clock.shift(timedelta(days=2))
    tasks.dispatch_due()
    assert len(desk.kept) == (0 if trouble else 1)

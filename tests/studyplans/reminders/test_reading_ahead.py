"""The next batch is read while the last letters of one go out."""

import threading
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from pytest_django import Settings

from studyplans.reminders import deciding, leasing, reading_ahead, sending
from studyplans.reminders.models import Delivery
from studyplans.reminders.sending import Sender
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tests.studyplans.reminders.test_faults import waiting_mails

Letters = list[EmailMultiAlternatives]
LEASED, AHEAD, MAILS = 6, 3, 20


class Away:
    """A mail service that goes away after so many letters."""

    def __init__(self, after: int) -> None:
        self.left = after

    def __call__(self, *arguments: object, **options: object) -> None:
        self.left -= 1
        if self.left < 0:
            raise ConnectionError("nobody there")


@pytest.fixture
def readers(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let small batches be read ahead whatever else there is to do; return who has read."""
    if connection.vendor != "postgresql":
        pytest.skip("one writes at a time there")
    names: list[str] = []
    lease: Callable[..., list[Delivery]] = leasing.lease

    def noted(**options: Any) -> list[Delivery]:
        names.append(threading.current_thread().name)
        return lease(**options)

    monkeypatch.setattr(leasing, "LEASED_AT_ONCE", LEASED)
    monkeypatch.setattr(leasing, "lease", noted)
    monkeypatch.setattr(sending, "READ_AHEAD", AHEAD)
    monkeypatch.setattr(sending, "LEAST_IDLE", -1.0)
    waiting_mails(MAILS)
    return names


def statuses() -> Counter[str]:
    return Counter(Delivery.objects.values_list("status", flat=True))


def test_batches_are_read_beside_the_letters_and_sent_once(
    readers: list[str], mailoutbox: Letters
) -> None:
    assert sending.send_due(now=lambda: MONDAY_AT_EIGHT) == MAILS

    assert statuses() == {"sent": MAILS}
    assert len({tuple(letter.to) for letter in mailoutbox}) == len(mailoutbox) == MAILS
    here = threading.current_thread().name
    assert readers[0] == here
    # Three full batches are followed by another; the last, which is short, by a look.
    assert [name != here for name in readers[1:4]] == [True, True, True]


def test_a_sender_at_work_reads_by_itself(
    readers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "LEAST_IDLE", 1.0)
    sending.send_due(now=lambda: MONDAY_AT_EIGHT)

    assert statuses() == {"sent": MAILS}
    assert set(readers) == {threading.current_thread().name}


def test_what_was_read_ahead_is_given_back_when_the_server_goes_away(
    readers: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = "django.core.mail.backends.locmem.EmailBackend.send_messages"
    monkeypatch.setattr(backend, Away(after=LEASED - 1))
    sending.send_due(now=lambda: MONDAY_AT_EIGHT)

    assert statuses() == {"sent": LEASED - 1, "pending": MAILS - LEASED + 1}


def test_what_was_read_ahead_is_given_back_when_the_time_is_over(
    readers: list[str], mailoutbox: Letters, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = SimpleNamespace(monotonic=lambda: float(len(mailoutbox)), thread_time=lambda: 0.0)
    monkeypatch.setattr(sending, "time", watch)
    with Sender(now=lambda: MONDAY_AT_EIGHT) as sender:
        assert sender.send_for(seconds=LEASED) == LEASED

    assert len(readers) == 2
    assert statuses() == {"sent": LEASED, "pending": MAILS - LEASED}


def test_a_thread_that_cannot_read_ends_the_sender_and_not_the_lease(
    readers: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = deciding.decided

    def failing(deliveries: list[Delivery], **options: Any) -> Any:
        if threading.current_thread() is not threading.main_thread():
            raise ZeroDivisionError
        return real(deliveries, **options)

    monkeypatch.setattr(reading_ahead, "decided", failing)
    with pytest.raises(ZeroDivisionError):
        sending.send_due(now=lambda: MONDAY_AT_EIGHT)

    assert statuses() == {"sent": LEASED, "leased": LEASED, "pending": MAILS - 2 * LEASED}
    # The journal stays for the sweep, which finds them untouched.
    assert len(list((settings.VAR_DIR / "outbox").iterdir())) == 1

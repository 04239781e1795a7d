import re
from datetime import UTC, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.core.mail import EmailMultiAlternatives

from studyplans.reminders import tasks
from studyplans.reminders.letters import message_id
from studyplans.reminders.models import Delivery
from tests.factories import make_milestone
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT, todays_sessions
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone


@pytest.fixture(autouse=True)
def monday_at_eight(clock: time_machine.Traveller) -> None:
    clock.move_to(MONDAY_AT_EIGHT)


def parsed(letter: EmailMultiAlternatives) -> EmailMessage:
    message = message_from_bytes(letter.message().as_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body(preferencelist=(subtype,))
    assert body is not None
    return str(body.get_content())


def the_letter(outbox: list[EmailMultiAlternatives]) -> EmailMessage:
    tasks.dispatch_due()
    [letter] = outbox
    return parsed(letter)


def test_both_twins_say_what_when_and_how_long(
    planned_ada: User, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    Milestone.objects.filter(key="maths.m1").update(title="Vectors & “spans” <b>")

    message = the_letter(mailoutbox)

    assert message.get_content_type() == "multipart/alternative"
    text, html = part(message, "plain"), part(message, "html")
    assert "19:00-20:00  Vectors & “spans” <b>" in text
    assert "19:00&#8211;20:00" in html
    assert "Vectors &amp; &#8220;spans&#8221; &lt;b&gt;" in html
    for twin in (text, html):
        assert "Today" in twin
        assert "1 session, 1 h" in twin
        assert "Maths" in twin
        assert "Europe/Berlin" in twin
        assert "switched on in your settings" in twin
        assert "http://localhost:8000/today/" in twin
        assert "http://localhost:8000/settings/reminders/" in twin
        assert "http://localhost:8000/settings/reminders/unsubscribe/" in twin


def test_headers_are_those_mail_programs_ask_for(
    planned_ada: User, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    message = the_letter(mailoutbox)

    name = rf"<digest\.2026-03-02\.{planned_ada.pk}\.[0-9a-f]{{10}}@localhost>"
    assert re.fullmatch(name, message["Message-ID"])
    assert parsedate_to_datetime(message["Date"]).astimezone(UTC) == MONDAY_AT_EIGHT
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "Milepost daily digest <digest.localhost>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    web, mail = re.findall(r"<([^>]*)>", message["List-Unsubscribe"])
    assert web.startswith("http://localhost:8000/settings/reminders/unsubscribe/")
    assert mail.startswith("mailto:hello@localhost?subject=unsubscribe%20")


def test_the_html_is_small_and_asks_nobody_else(
    planned_ada: User, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    message = the_letter(mailoutbox)
    html = part(message, "html")

    assert len(message.as_bytes()) < 60_000
    assert all(byte < 128 for byte in mailoutbox[0].message().as_bytes())
    assert "<img" not in html
    assert "url(" not in html
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 525px" in html


def test_an_endless_title_survives_the_way(
    planned_ada: User, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    title = "<script>alert(1)</script> " + "ä" * 130
    Milestone.objects.filter(key="maths.m1").update(title=title)

    message = the_letter(mailoutbox)

    assert title in part(message, "plain")
    assert title in unescape(part(message, "html"))
    assert "<script" not in part(message, "html")
    assert max(map(len, message.as_bytes().splitlines())) <= 998


def test_five_sessions_are_listed_and_the_rest_counted(
    planned_ada: User, maths: Curriculum, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    [session] = todays_sessions(planned_ada)
    module = maths.modules.get()
    for number in range(6):
        milestone = make_milestone(module, f"maths.extra{number}")
        session.pk, session.uid = None, uuid4()
        session.milestone_key = milestone.key
        session.starts_at += timedelta(minutes=10)
        session.ends_at = session.starts_at + timedelta(minutes=15)
        session.save()

    message = the_letter(mailoutbox)

    assert message["Subject"] == "Today: 7 sessions, 2 h 30 min"
    for twin in (part(message, "plain"), part(message, "html")):
        assert "Learn maths.extra3" in twin
        assert "Learn maths.extra4" not in twin
        assert "And 2 more." in twin


def test_each_attempt_bears_the_same_message_id(planned_ada: User) -> None:
    first, again, other = (
        Delivery(learner=planned_ada, kind="digest", occurrence=f"2026-03-0{day}")
        for day in (2, 2, 3)
    )

    assert message_id(first) == message_id(again) != message_id(other)

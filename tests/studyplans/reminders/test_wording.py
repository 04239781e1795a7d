"""The text of every kind, word for word, and what its HTML must keep to.

Written anew with MILEPOST_WRITE_SNAPSHOTS=1; read what changed before keeping it.
"""

import os
import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from studyplans.reminders.kinds import SCHEDULED
from studyplans.reminders.kinds.kind import Brief
from studyplans.reminders.letters import Letter, letter_for
from studyplans.reminders.mime import Stationery
from studyplans.reminders.models import Delivery
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tests.studyplans.reminders.hostile import (
    ENDLESS,
    INJECTION,
    RIGHT_TO_LEFT,
    with_the_worst_titles,
)
from tracker.accounts.models import User

SNAPSHOTS = Path(__file__).parent / "wordings"
TOKEN = re.compile(r"/(act|unsubscribe)/[^/\s]+/")


def the_letter(learner: User, kind: str, *also: Brief) -> Letter:
    return letter_for(delivery_of(learner, kind), SCHEDULED[kind].example, also)


def delivery_of(learner: User, kind: str) -> Delivery:
    return Delivery(
        learner=learner,
        kind=kind,
        occurrence="2026-03-02",
        due_at=MONDAY_AT_EIGHT,
        stale_at=MONDAY_AT_EIGHT,
        pk=1,
    )


def plain(letter: Letter) -> str:
    text = TOKEN.sub(r"/\1/TOKEN/", letter.text)
    return f"Subject: {letter.subject}\n\n{text}"


@pytest.mark.parametrize("kind", SCHEDULED)
def test_the_text_says_this_word_for_word(ada: User, kind: str) -> None:
    written = SNAPSHOTS / f"{kind}.txt"
    text = plain(the_letter(ada, kind))
    if os.environ.get("MILEPOST_WRITE_SNAPSHOTS"):
        written.parent.mkdir(exist_ok=True)
        written.write_text(text, encoding="utf-8")

    assert text == written.read_text(encoding="utf-8")


@pytest.mark.parametrize("heading", [INJECTION, RIGHT_TO_LEFT, "\u202eesrever", ENDLESS * 3])
@pytest.mark.parametrize("kind", SCHEDULED)
def test_the_worst_titles_make_a_mail_like_any_other(ada: User, kind: str, heading: str) -> None:
    news = with_the_worst_titles(SCHEDULED[kind].example, heading)
    letter = letter_for(delivery_of(ada, kind), news, [Brief(heading, "/plan/")])
    content = Stationery(at=MONDAY_AT_EIGHT).write(letter)
    message = message_from_bytes(content, policy=policy.default)

    assert not message.defects
    assert message["Bcc"] is None
    assert len(letter.subject) <= 150
    assert letter.subject.isprintable()
    assert len(content) < 60_000
    assert "And 61 more." in letter.text
    assert letter.text.count("Done: http") == letter.text.count("Move to tomorrow: http") == 5
    assert "<script" not in letter.html
    assert letter.html.count('class="mail-button"') == 1
    lines = letter.html.split("\r\n")
    assert lines.pop() == ""
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert not any(line.startswith(".") for line in lines)


@pytest.mark.parametrize("kind", SCHEDULED)
def test_every_tag_bears_its_style(ada: User, kind: str) -> None:
    html = the_letter(ada, kind, Brief("The exam: in 14 days", "/plan/")).html
    body = html.partition("<body")[2]

    styled = re.findall(r'class="mail-[a-z -]+" style="[^"]+"', body)
    assert len(styled) == body.count('class="mail-')


@pytest.mark.parametrize("kind", SCHEDULED)
def test_the_mail_is_small_dark_in_the_dark_and_has_one_main_action(ada: User, kind: str) -> None:
    letter = the_letter(ada, kind, Brief("The exam: in 14 days", "/plan/"))
    content = Stationery(at=MONDAY_AT_EIGHT).write(letter)
    message = message_from_bytes(content, policy=policy.default)

    assert not message.defects
    assert len(content) < 60_000
    assert letter.html.count('class="mail-button"') == 1
    assert "prefers-color-scheme: dark" in letter.html
    assert "max-width: 525px" in letter.html
    assert "max-width: 600px" in letter.html
    assert "<img" not in letter.html
    assert "<script" not in letter.html
    assert message["List-Id"].endswith(f"<{kind}.localhost>")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    for twin in (letter.text, letter.html):
        assert "The exam: in 14 days" in twin
        assert "switched on in your settings" in twin
        for way_out in ("/settings/reminders/mails/", "/act/", "/unsubscribe/"):
            assert way_out in twin
    assert "!" not in re.sub(r"https?://\S+", "", letter.text)

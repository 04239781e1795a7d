"""Each mail as its reader sees it: on a phone and full width, by day, by night, and stripped.

MILEPOST_MAIL_PICTURES=DIR keeps a picture of each, to look at.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page

from common.inlining import inlined
from studyplans.reminders.kinds import SCHEDULED
from studyplans.reminders.kinds.kind import Brief, News
from studyplans.reminders.kinds.note import Note
from studyplans.reminders.letters import Letter, letter_for
from studyplans.reminders.models import Delivery
from tests.studyplans.reminders.conftest import MONDAY_AT_EIGHT
from tests.studyplans.reminders.hostile import ENDLESS, with_the_worst_titles
from tracker.accounts.models import User

pytestmark = pytest.mark.slow

AXE = next(Path(axe_playwright_python.__file__).parent.glob("axe*.js")).read_text()
RULES = ["color-contrast", "link-in-text-block", "link-name", "document-title", "html-has-lang"]
WIDTHS = (390, 600)
ALSO = Brief("The exam: in 14 days", "/plan/")


def the_letter(news: News, kind: str, *also: Brief) -> Letter:
    delivery = Delivery(
        learner=User(pk=1, email="ada@example.org", time_zone="Europe/Berlin"),
        kind=kind,
        occurrence="2026-03-02",
        due_at=MONDAY_AT_EIGHT,
        stale_at=MONDAY_AT_EIGHT,
        pk=1,
    )
    return letter_for(delivery, news, also)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    yield page
    context.close()


def show(page: Page, html: str) -> None:
    page.set_content(html)
    page.evaluate(AXE)


def assert_it_reads_well(page: Page, name: str, *, schemes: tuple[str, ...], action: str) -> None:
    for scheme in schemes:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            keep_picture(page, f"{name}-{scheme}-{width}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if action:
                assert_main_action(page, action, width)
        assert faults(page) == []


def assert_main_action(page: Page, action: str, width: int) -> None:
    [button] = page.locator(".mail-button").all()
    assert button.inner_text() == action
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def faults(page: Page) -> list[Any]:
    only = {"runOnly": {"type": "rule", "values": RULES}}
    found: list[Any] = page.evaluate(
        "async only => (await axe.run(document, only)).violations"
        ".map(each => [each.id, each.nodes.map(node => node.html)])",
        only,
    )
    return found


def keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("MILEPOST_MAIL_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("kind", SCHEDULED)
def test_every_kind_reads_well_by_day_by_night_and_on_a_phone(page: Page, kind: str) -> None:
    news = SCHEDULED[kind].example
    letter = the_letter(news, kind, ALSO)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    show(page, letter.html)

    action = news.button if isinstance(news, Note) else "Open Today"
    assert_it_reads_well(page, kind, schemes=("light", "dark"), action=action)
    assert asked == []


@pytest.mark.parametrize("kind", ["digest", "due", "exam"])
def test_the_worst_titles_break_nothing(page: Page, kind: str) -> None:
    letter = the_letter(
        with_the_worst_titles(SCHEDULED[kind].example), kind, Brief(ENDLESS, "/plan/")
    )

    show(page, letter.html)

    assert_it_reads_well(page, f"worst-{kind}", schemes=("light", "dark"), action="")
    assert page.locator("script").count() == 0


def test_a_mail_program_that_drops_the_head_still_shows_it_right(page: Page) -> None:
    letter = the_letter(SCHEDULED["digest"].example, "digest", ALSO)

    show(page, re.sub("<style>.*</style>", "", letter.html, flags=re.DOTALL))

    assert_it_reads_well(page, "stripped", schemes=("light",), action="Open Today")


@pytest.mark.parametrize("code", ["", "ABCD-EFGH"])
def test_mail_about_the_account_has_the_same_look(page: Page, code: str) -> None:
    context = {"code": code, "activate_url": f"https://milepost.example/{'x' * 80}/"}
    html = render_to_string("account/email/email_confirmation_message.html", context)

    show(page, inlined(html))

    action = "" if code else "Confirm the address"
    name = f"confirm-{'code' if code else 'link'}"
    assert_it_reads_well(page, name, schemes=("light", "dark"), action=action)

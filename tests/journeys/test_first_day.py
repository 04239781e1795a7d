"""One learner's first day and one author's, in a real browser on the whole running product."""

import email
import email.policy
import json
import re
import time
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo, available_timezones

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.running import RunningMilepost

pytestmark = [pytest.mark.journey, pytest.mark.slow]

PASSWORD = "a long and winding road"
LEARNER = "nadia@example.org"
# The digest is due within 75 seconds, and beat rings at each full minute.
PATIENCE_SECONDS = 200
# An hour is saved without its seconds: so long at least the form has before it is over.
TIME_TO_SAVE = timedelta(seconds=15)
CONTINENTS = ("America/", "Asia/", "Europe/", "Pacific/")


def zone_before_noon() -> str:
    """Return a zone where the day is young, so that today still has room for a session."""
    now = datetime.now(UTC)
    cities = sorted(name for name in available_timezones() if name.startswith(CONTINENTS))
    return next(name for name in cities if 6 <= now.astimezone(ZoneInfo(name)).hour < 11)


def mails_to(running: RunningMilepost, address: str) -> list[EmailMessage]:
    files = sorted((running.var / "mail").glob("*.eml"))
    mails = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files
    ]
    return [mail for mail in mails if address in mail["To"]]


def wait_for_mail(running: RunningMilepost, address: str, subject: str) -> EmailMessage:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        for mail in mails_to(running, address):
            if re.search(subject, mail["Subject"]):
                return mail
        time.sleep(0.2)  # a mailbox cannot ring: look again
    came = [mail["Subject"] for mail in mails_to(running, address)]
    said = "".join(running.said[-40:])
    raise AssertionError(f"no mail “{subject}” came for {address}, only {came}\n{said}")


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture(scope="session")
def zone() -> str:
    return zone_before_noon()


@pytest.fixture
def page(browser: Browser, milepost: RunningMilepost, zone: str) -> Page:
    return opened_page(browser, milepost, zone)


@pytest.fixture(scope="session")
def nadias_page(browser: Browser, milepost: RunningMilepost, zone: str) -> Page:
    """Sign a learner up and enrol her."""
    page = opened_page(browser, milepost, zone)
    sign_up(page, milepost, zone)
    find_a_path(page)
    enrol(page)
    return page


@pytest.fixture(scope="session")
def digest_asked(nadias_page: Page, zone: str) -> None:
    ask_for_the_digest(nadias_page, zone)


def opened_page(browser: Browser, milepost: RunningMilepost, zone: str) -> Page:
    context = browser.new_context(timezone_id=zone, base_url=milepost.url, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(20_000)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    page.problems = problems  # type: ignore[attr-defined]
    return page


def test_a_learner_signs_up_plans_and_checks_off(nadias_page: Page) -> None:
    check_off_and_undo(nadias_page)
    write_down(nadias_page)
    assert nadias_page.problems == []  # type: ignore[attr-defined]


@pytest.mark.usefixtures("digest_asked")
def test_a_learner_asks_for_the_digest(nadias_page: Page) -> None:
    """What is done while it is awaited has nothing to do with it."""
    assert nadias_page.problems == []  # type: ignore[attr-defined]


def sign_up(page: Page, milepost: RunningMilepost, zone: str) -> None:
    page.goto("/")
    page.get_by_role("link", name="Start free").first.click()
    page.get_by_label("Email").fill(LEARNER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Name").fill("Nadia")
    expect(page.get_by_label("Time zone")).to_have_value(zone)
    page.locator("main button[type=submit]").click()
    mail = wait_for_mail(milepost, LEARNER, "code|confirm|Confirm")
    code = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{4})\s*$", text_of(mail), re.MULTILINE)
    assert code, text_of(mail)
    page.get_by_label("Code").fill(code[1])
    page.locator("main button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/today/"))
    expect(page.locator("footer")).to_contain_text(zone)


def find_a_path(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Paths").click()
    search = page.locator("main").get_by_label("Search")
    search.fill("linear algebra")
    search.press("Enter")
    expect(page).to_have_url(re.compile(r"q=linear"))
    page.get_by_role("link", name="Mathematics for machine learning").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mathematics for machine learning")
    expect(page.locator("main")).to_contain_text("Vectors, dot products and norms")


def enrol(page: Page) -> None:
    page.locator("main").get_by_role("link", name=re.compile("^Enrol")).first.click()
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        page.get_by_label(f"{day}, from").fill("14:00")
        page.get_by_label(f"{day}, to").fill("18:00")
    page.get_by_label("Sunday, to").blur()
    expect(page.locator("#preview")).to_contain_text("28 h a week")
    expect(page.locator("#preview")).to_contain_text("you finish on")
    page.get_by_role("button", name="Enrol and see my plan").click()
    expect(page).to_have_url(re.compile("/plan/"))
    expect(page.locator(".session__time").first).to_contain_text("14:00")


def check_off_and_undo(page: Page) -> None:
    page.goto("/today/")
    page.evaluate("window.wasNotReloaded = true")
    first = page.locator(".session", has_text="Vectors, dot products and norms").first
    first.get_by_role("button", name=re.compile("^Done")).click()
    toast = page.locator("#toasts")
    expect(toast).to_contain_text("“Vectors, dot products and norms” is done.")
    expect(toast).to_contain_text("Unlocked: ")
    assert page.evaluate("window.wasNotReloaded")
    toast.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone.")


def write_down(page: Page) -> None:
    page.goto("/milestones/math.la.vec/?in=math")
    page.get_by_label("Your note").fill("Drew every projection by hand.")
    page.get_by_label("Evidence").fill("https://example.org/notebook")
    page.get_by_label("Minutes spent").fill("45")
    page.get_by_role("button", name="Save").first.click()
    expect(page.locator("#toasts")).to_contain_text("Saved")
    page.reload()
    expect(page.get_by_label("Your note")).to_have_value("Drew every projection by hand.")


def ask_for_the_digest(page: Page, zone: str) -> None:
    page.goto("/settings/reminders/kinds/digest/")
    soon = datetime.now(ZoneInfo(zone)) + TIME_TO_SAVE + timedelta(minutes=1)
    page.locator("main input[type=time]").first.fill(f"{soon:%H:%M}")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text(f"{soon:%H:%M}")


def test_reading_and_checking_off_need_no_javascript(
    browser: Browser, milepost: RunningMilepost
) -> None:
    context = browser.new_context(java_script_enabled=False, base_url=milepost.url)
    page = context.new_page()
    log_in(page, milepost, "demo learner")

    page.goto("/paths/mle-30-flexible/")
    waiting = page.locator(".trail__item.is-open").first
    title = waiting.locator(".trail__title").inner_text()
    waiting.get_by_role("button", name=re.compile("^Done")).first.click()

    expect(page.locator("#toasts")).to_contain_text(f"“{title}” is done.")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone.")


def log_in(page: Page, milepost: RunningMilepost, who: str) -> None:
    account = json.loads((milepost.var / "demo-accounts.json").read_text())[who]
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(account["email"])
    page.get_by_label("Password").fill(account["password"])
    page.locator("main button[type=submit]").click()
    expect(page).to_have_url(re.compile("/today/"))


def test_an_author_writes_and_publishes_and_a_learner_enrols(
    page: Page, milepost: RunningMilepost
) -> None:
    log_in(page, milepost, "demo author")
    write_a_curriculum(page)
    publish_it(page)

    page.goto("/paths/sailing/")
    page.locator("main").get_by_role("link", name=re.compile("^Enrol")).first.click()
    page.get_by_role("button", name="Enrol and see my plan").click()
    expect(page.locator("main")).to_contain_text("Tie a bowline")


def write_a_curriculum(page: Page) -> None:
    page.goto("/admin/curricula/curriculum/add/")
    page.locator("[name=title]").press_sequentially("Sailing")
    expect(page.locator("[name=slug]")).to_have_value("sailing")
    page.fill("[name=summary]", "Sail a small boat out and back.")
    page.fill("[name=modules-0-key]", "knots")
    page.fill("[name=modules-0-title]", "Knots")
    page.click("[name=_continue]")
    page.get_by_role("link", name=re.compile("milestones", re.IGNORECASE)).first.click()
    for row, (key, title) in enumerate(
        [("sail.knot.bowline", "Tie a bowline"), ("sail.knot.cleat", "Belay on a cleat")]
    ):
        if not page.locator(f"[name=milestones-{row}-key]").is_visible():
            page.locator(".add-row a").first.click()
        page.fill(f"[name=milestones-{row}-key]", key)
        page.fill(f"[name=milestones-{row}-title]", title)
        page.fill(f"[name=milestones-{row}-effort_minutes]", "30")
        page.fill(f"[name=milestones-{row}-done_when]", "It holds under load.")
    page.click("[name=_continue]")
    expect(page.locator("[name=milestones-0-title]")).to_have_value("Tie a bowline")
    rows = page.locator("#milestones-group tr.has_original")
    rows.nth(1).locator(".order-handle").drag_to(rows.nth(0).locator(".order-handle"))
    expect(page.locator("[name=milestones-1-position]")).to_have_value("1")
    page.click("[name=_continue]")
    expect(page.locator("[name=milestones-0-title]")).to_have_value("Belay on a cleat")


def publish_it(page: Page) -> None:
    page.goto("/admin/curricula/curriculum/")
    page.get_by_role("link", name="Sailing").click()
    page.get_by_role("link", name="Publish").click()
    page.get_by_label("I have checked it").check()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("Published edition 1: “Sailing”.")


def test_a_learner_moves_a_session_and_takes_it_back(page: Page, milepost: RunningMilepost) -> None:
    log_in(page, milepost, "demo learner")
    page.goto("/plan/?view=week")
    page.get_by_role("link", name="Later").click()
    expect(page).to_have_url(re.compile("[?&]on="))
    later = page.url
    session = page.locator("[data-drag]").first
    session.get_by_role("link").first.click()
    sheet = page.locator("#sheet")
    expect(page.locator("#sheet-title")).to_be_focused()
    when = sheet.locator(".dialog__head time").inner_text()
    page.keyboard.press("Escape")
    expect(sheet).not_to_be_visible()
    expect(session.get_by_role("link").first).to_be_focused()

    page.keyboard.press("Enter")
    sheet.get_by_role("button", name=re.compile("others give way|free")).last.click()
    expect(page.locator("#toasts")).to_contain_text("finish")
    expect(sheet).not_to_be_visible()
    expect(page).to_have_url(re.compile(r"/plan/\?view=week"))
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text(re.compile("[Uu]ndone"))

    page.goto("/plan/changes/")
    expect(page.locator("main")).to_contain_text("undone")
    page.goto(later)
    page.locator("[data-drag]").first.get_by_role("link").first.click()
    expect(page.locator("#sheet .dialog__head time")).to_have_text(when)


def test_a_move_that_cannot_be_is_told_in_the_dialog(page: Page, milepost: RunningMilepost) -> None:
    log_in(page, milepost, "demo learner")
    page.goto("/plan/")
    page.locator("[data-sheet]:visible").last.click()
    sheet = page.locator("#sheet")

    sheet.get_by_label("Day").fill("2020-01-01")
    sheet.get_by_role("button", name="Move", exact=True).click()

    expect(sheet.locator(".field__error")).to_contain_text("That time is over.")
    expect(sheet.get_by_label("From")).to_be_focused()
    expect(page.locator("h1")).to_have_text("Your plan")
    assert Axe().run(page).response["violations"] == []


def test_the_finish_date_changes_while_the_learner_types(
    page: Page, milepost: RunningMilepost
) -> None:
    log_in(page, milepost, "demo learner")
    page.goto("/plan/week/")
    expect(page.locator("#preview")).to_contain_text("10 h a week")

    page.get_by_label("Monday, from").fill("07:00")
    page.get_by_label("Monday, to").fill("09:00")
    page.get_by_label("Monday, to").blur()

    expect(page.locator("#preview")).to_contain_text("12 h a week")
    expect(page.locator("#preview")).to_contain_text("earlier")


@pytest.mark.awaited
@pytest.mark.usefixtures("digest_asked")
def test_the_digest_comes_once_at_its_hour(
    nadias_page: Page, milepost: RunningMilepost, zone: str
) -> None:
    read_the_digest(nadias_page, milepost, zone)
    assert nadias_page.problems == []  # type: ignore[attr-defined]


def read_the_digest(page: Page, milepost: RunningMilepost, zone: str) -> None:
    mail = wait_for_mail(milepost, LEARNER, "^Today: ")
    today = datetime.now(ZoneInfo(zone))
    assert "14:00" in text_of(mail)
    assert "Vectors, dot products and norms" in text_of(mail)
    assert zone in text_of(mail)
    assert f"{today:%A}" in text_of(mail)
    sent = mail["Message-ID"]

    milepost.manage("dispatch_reminders")
    assert [each["Message-ID"] for each in mails_to(milepost, LEARNER)].count(sent) == 1
    assert len([m for m in mails_to(milepost, LEARNER) if m["Subject"].startswith("Today")]) == 1

    page.goto("/mail/")
    page.get_by_role("link", name=mail["Subject"]).first.click()
    expect(page.locator("main")).to_contain_text("Vectors, dot products and norms")

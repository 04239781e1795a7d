"""Looking at links: what each answer means, how politely we ask, and what is remembered."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import CommandError, call_command
from pytest_django import Settings

from common import outside
from tests.local_site import (
    LocalSite,
    Page,
    answering,
    hangs_up_on_head,
    only_by_get,
    raw,
    unless_changed,
)
from tests.running import ROOT
from tests.tracker.curricula.small_catalogue import change, write_catalogue
from tracker.curricula import actions, selectors, tasks
from tracker.curricula.link_check import Finding, Standing, Verdict, standing_after
from tracker.curricula.link_pace import Pace
from tracker.curricula.link_visits import Target, Visitor, visit_all
from tracker.curricula.models import LinkCheck, Resource

DAY = timedelta(days=1)
AT = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def site() -> Iterator[LocalSite]:
    site = LocalSite()
    yield site
    site.stop()


@pytest.fixture
def visitor() -> Visitor:
    return Visitor("Milepost link check", hurried(), may_go_private=True)


def hurried(per_minute: int = 0) -> Pace:
    """Return a pace that never waits, whatever is asked for."""
    return Pace(per_minute=1_000_000, rest=0)


def closed_port() -> int:
    with socket.socket() as closing:
        closing.bind(("127.0.0.1", 0))
        return int(closing.getsockname()[1])


# --- what an answer means -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "verdict", "methods"),
    [
        (answering(200), Verdict.SEEN, ["HEAD"]),
        (answering(204), Verdict.SEEN, ["HEAD"]),
        (only_by_get(405), Verdict.SEEN, ["HEAD", "GET"]),
        (only_by_get(403), Verdict.SEEN, ["HEAD", "GET"]),
        (only_by_get(404), Verdict.SEEN, ["HEAD", "GET"]),
        (hangs_up_on_head, Verdict.SEEN, ["HEAD", "GET"]),
        (answering(404), Verdict.GONE, ["HEAD", "GET"]),
        (answering(410), Verdict.GONE, ["HEAD", "GET"]),
        (answering(500), Verdict.FAILING, ["HEAD", "GET"]),
        (answering(503), Verdict.FAILING, ["HEAD", "GET"]),
        (answering(403), Verdict.UNCLEAR, ["HEAD", "GET"]),
        (answering(999), Verdict.UNCLEAR, ["HEAD", "GET"]),
        (answering(429), Verdict.UNCLEAR, ["HEAD"]),
        (lambda _: None, Verdict.FAILING, ["HEAD", "GET"]),
    ],
)
def test_an_answer_has_a_meaning(
    site: LocalSite, visitor: Visitor, answer: Page, verdict: Verdict, methods: list[str]
) -> None:
    site.pages["/page"] = answer

    finding = visitor.visit(Target(site.url("/page")))

    assert finding.verdict is verdict
    assert bool(finding.reason) == (verdict is not Verdict.SEEN)
    assert [asked.method for asked in site.asked] == methods


def test_it_waits_no_longer_than_it_said(site: LocalSite, visitor: Visitor) -> None:
    site.pages |= {"/slow": site.never_answers, "/drips": site.drips}
    impatient = replace(visitor, timeout=0.2)

    slow = impatient.visit(Target(site.url("/slow")))
    dripping = impatient.visit(Target(site.url("/drips")))

    assert slow == dripping == Finding(Verdict.FAILING, "It does not answer in time.")


@pytest.mark.parametrize(
    "answer",
    [b"\x00\xff\x00\r\n\r\n", b"HTTP/1.0 abc\r\n\r\n", b"HTTP/1.0 200 OK\r\n" + b"X: y\r\n" * 200],
)
def test_nonsense_is_a_failure_that_can_be_told(
    site: LocalSite, visitor: Visitor, answer: bytes
) -> None:
    site.pages["/page"] = raw(answer)

    finding = visitor.visit(Target(site.url("/page")))

    assert finding.verdict is Verdict.FAILING
    assert finding.reason.startswith("It gives no proper answer")
    assert finding.reason.isprintable()


def test_a_mistake_of_ours_stops_nothing(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Visitor, "_look", None)

    assert visitor.visit(Target("http://example.org/")).verdict is Verdict.UNCLEAR
    assert "http://example.org/" in caplog.text


def test_it_says_who_asks(site: LocalSite, visitor: Visitor) -> None:
    site.pages["/"] = answering(200)

    visitor.visit(Target(site.url("")))

    assert site.asked[0].headers["user-agent"] == "Milepost link check"
    assert actions.link_visitor().user_agent == f"Milepost link check (+{django_settings.SITE_URL})"


def test_of_a_huge_page_it_reads_the_beginning(site: LocalSite, visitor: Visitor) -> None:
    site.pages["/huge"] = site.huge

    assert visitor.visit(Target(site.url("/huge"))).verdict is Verdict.SEEN
    assert site.cut_off.wait(10)


def test_nobody_there_is_a_failure(visitor: Visitor) -> None:
    refused = visitor.visit(Target(f"http://127.0.0.1:{closed_port()}/"))

    assert refused == Finding(Verdict.FAILING, "It cannot be reached: Connection refused.")


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "mailto:ada@example.org", "http://", "http://[1/", "http://h:x/"]
)
def test_what_is_no_web_page_is_a_failure(visitor: Visitor, url: str) -> None:
    assert visitor.visit(Target(url)).reason == "It is no address of a web page."


def test_a_name_that_cannot_be_is_a_failure(visitor: Visitor) -> None:
    assert visitor.visit(Target(f"http://{'x' * 70}.example/")).verdict is Verdict.FAILING


def test_letters_of_any_script_are_sent_escaped(site: LocalSite, visitor: Visitor) -> None:
    site.pages["/%C3%BC%20ber?q=%C3%A4"] = answering(200)

    assert visitor.visit(Target(site.url("/ü ber?q=ä#part"))).verdict is Verdict.SEEN


def test_a_page_that_has_not_changed_counts_as_seen(site: LocalSite, visitor: Visitor) -> None:
    site.pages["/page"] = unless_changed('"a1"', "Mon, 04 Jan 2027 12:00:00 GMT")

    first = visitor.visit(Target(site.url("/page")))
    again = visitor.visit(Target(site.url("/page"), first.etag, first.last_modified))

    assert (first.status, again.status) == (200, 304)
    assert again.verdict is Verdict.SEEN


# --- redirects ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "moved_to"),
    [
        (301, 308, "/end"),
        (308, 302, "/between"),
        (302, 301, ""),
        (303, 307, ""),
    ],
)
def test_only_what_moved_for_good_is_reported_as_moved(
    site: LocalSite, visitor: Visitor, first: int, second: int, moved_to: str
) -> None:
    site.pages["/start"] = answering(first, Location="/between")
    site.pages["/between"] = answering(second, Location=site.url("/end"))
    site.pages["/end"] = answering(200)

    finding = visitor.visit(Target(site.url("/start")))

    assert finding.verdict is Verdict.SEEN
    assert finding.moved_to == (site.url(moved_to) if moved_to else "")


def test_a_move_to_a_page_that_is_gone_is_gone(site: LocalSite, visitor: Visitor) -> None:
    site.pages |= {"/start": answering(301, Location="/end"), "/end": answering(404)}

    finding = visitor.visit(Target(site.url("/start")))

    assert (finding.verdict, finding.moved_to) == (Verdict.GONE, "")


@pytest.mark.parametrize(("hops", "verdict"), [(5, Verdict.SEEN), (6, Verdict.FAILING)])
def test_five_redirects_are_enough(
    site: LocalSite, visitor: Visitor, hops: int, verdict: Verdict
) -> None:
    for hop in range(hops):
        site.pages[f"/{hop}"] = answering(302, Location=f"/{hop + 1}")
    site.pages[f"/{hops}"] = answering(200)

    assert visitor.visit(Target(site.url("/0"))).verdict is verdict
    assert len(site.asked) == 6


@pytest.mark.parametrize("location", ["ftp://example.org/", "file:///etc/passwd", "http://[x/"])
def test_a_redirect_leads_to_the_web_or_nowhere(
    site: LocalSite, visitor: Visitor, location: str
) -> None:
    site.pages["/start"] = answering(302, Location=location)

    finding = visitor.visit(Target(site.url("/start")))

    assert finding.verdict is Verdict.FAILING
    assert "no address of a web page" in finding.reason


# --- our own network ------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433"])
def test_this_machine_is_not_visited(site: LocalSite, visitor: Visitor, host: str) -> None:
    careful = replace(visitor, may_go_private=False)

    finding = careful.visit(Target(site.url("/page", host)))

    assert finding.verdict is Verdict.UNCLEAR
    assert "private network" in finding.reason
    assert site.asked == []


def test_a_redirect_into_our_network_is_not_followed(
    site: LocalSite, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outside, "is_public", "127.0.0.1".__eq__)
    site.pages["/start"] = answering(301, Location=site.url("/inside", "localhost"))
    monkeypatch.setattr(socket, "getaddrinfo", knowing("localhost", ["127.0.0.1", "127.0.0.2"]))
    careful = replace(visitor, may_go_private=False)

    finding = careful.visit(Target(site.url("/start")))

    assert finding.verdict is Verdict.UNCLEAR
    assert site.paths() == ["/start"]


def test_a_name_is_asked_for_once(
    site: LocalSite, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers otherwise the second time leads nowhere else."""
    site.pages["/page"] = answering(200)
    monkeypatch.setattr(socket, "getaddrinfo", knowing("rebound.example", ["127.0.0.1"]))

    assert visitor.visit(Target(site.url("/page", "rebound.example"))).verdict is Verdict.SEEN


def knowing(name: str, addresses: list[str]) -> Any:
    """Return a `getaddrinfo` that knows one more name, and only the first time."""
    ask, times = socket.getaddrinfo, iter([addresses])

    def answer(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
        if host != name:
            return ask(host, port, *more, **named)
        known = next(times, ["127.0.0.9"])
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in known]

    return answer


# --- politeness -----------------------------------------------------------------------------------


class FakeTime:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.moment = 0.0

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.moment += seconds


def moments_of(pace: Pace, time: FakeTime, hosts: list[str]) -> list[float]:
    moments = []
    for host in hosts:
        with pace.turn(host):
            moments.append(time.moment)
    return moments


def test_no_minute_holds_more_than_was_allowed() -> None:
    time = FakeTime()
    pace = Pace(per_minute=30, rest=0, now=time.now, sleep=time.sleep)

    moments = moments_of(pace, time, [f"host-{number}" for number in range(100)])

    assert max(sum(start <= each < start + 60 for each in moments) for start in moments) == 30


def test_a_host_has_a_rest_after_each_request() -> None:
    time = FakeTime()
    pace = Pace(per_minute=6000, rest=5, now=time.now, sleep=time.sleep)
    with pace.turn("a"):
        time.moment = 100.0

    assert moments_of(pace, time, ["b", "a", "a", "b"]) == pytest.approx(
        [100, 105, 110, 110], abs=0.1
    )


def test_a_host_is_never_asked_twice_at_once(site: LocalSite, visitor: Visitor) -> None:
    def leads_across(handler: Any) -> None:
        here, there = HERE if "127" in handler.headers["Host"] else reversed(HERE)
        site.think(here)
        answering(302, Location=site.url("/end", there))(handler)

    def end(handler: Any) -> None:
        site.think(handler.headers["Host"].partition(":")[0])
        answering(200)(handler)

    site.pages |= {"/end": end, **{f"/{number}": leads_across for number in range(8)}}
    urls = [site.url(f"/{number}", host) for number in range(8) for host in HERE]

    found = dict(visit_all(visitor, {pk: Target(url) for pk, url in enumerate(urls)}))

    assert {finding.verdict for finding in found.values()} == {Verdict.SEEN}
    assert len(found) == len(urls) == 16
    assert site.busiest == {"127.0.0.1": 1, "localhost": 1}


HERE = ("127.0.0.1", "localhost")


def test_different_hosts_are_asked_side_by_side(site: LocalSite, visitor: Visitor) -> None:
    site.pages |= {"/slow": site.never_answers, "/good": answering(200)}
    targets = {1: Target(site.url("/slow")), 2: Target(site.url("/good", "localhost"))}
    impatient = replace(visitor, timeout=1)

    assert [pk for pk, _ in visit_all(impatient, targets)] == [2, 1]


def test_a_host_that_is_asked_too_much_is_left_alone(site: LocalSite, visitor: Visitor) -> None:
    site.pages |= {"/1": answering(200), "/2": answering(429), "/3": answering(200)}
    targets = {number: Target(site.url(f"/{number}")) for number in (1, 2, 3)}

    assert [pk for pk, _ in visit_all(visitor, targets)] == [1, 2]
    assert site.paths() == ["/1", "/2"]


# --- when a link is dead --------------------------------------------------------------------------

SEEN, FAILING = Finding(Verdict.SEEN), Finding(Verdict.FAILING)
GONE, UNCLEAR = Finding(Verdict.GONE), Finding(Verdict.UNCLEAR)


@pytest.mark.parametrize(
    ("findings", "dead_since"),
    [
        ([FAILING, FAILING], None),
        ([FAILING, FAILING, FAILING], 0),
        ([SEEN, FAILING, FAILING, FAILING], 1),
        ([GONE], None),
        ([GONE, GONE], 0),
        ([FAILING, GONE], None),
        ([FAILING, GONE, GONE], 0),
        ([FAILING, FAILING, SEEN, FAILING, FAILING], None),
        ([GONE, SEEN, GONE, SEEN, GONE], None),
        ([FAILING, UNCLEAR, FAILING, UNCLEAR], None),
        ([FAILING, UNCLEAR, FAILING, FAILING], 0),
        ([GONE, GONE, UNCLEAR, FAILING], 0),
        ([GONE, GONE, SEEN], None),
        ([UNCLEAR] * 9, None),
    ],
)
def test_a_link_is_dead_after_failing_on_several_days(
    findings: list[Finding], dead_since: int | None
) -> None:
    standing = Standing()
    for day, finding in enumerate(findings):
        standing = standing_after(standing, finding, AT + day * DAY)

    assert standing.dead_since == (None if dead_since is None else AT + dead_since * DAY)


def test_one_bad_day_kills_no_link() -> None:
    standing = Standing()
    for hour in range(11):
        standing = standing_after(standing, GONE, AT + timedelta(hours=hour))

    assert (standing.failing_days, standing.dead_since) == (1, None)


# --- through the door -----------------------------------------------------------------------------


@pytest.fixture
def shelf(
    site: LocalSite, settings: Settings, monkeypatch: pytest.MonkeyPatch, db: None
) -> LocalSite:
    """The local site, which the command may visit without waiting."""
    settings.LINK_CHECK_MAY_GO_PRIVATE = True
    monkeypatch.setattr(actions, "Pace", hurried)
    return site


def a_resource(site: LocalSite, key: str, page: Page, host: str = "127.0.0.1") -> Resource:
    site.pages[f"/{key}"] = page
    url = site.url(f"/{key}", host)
    return Resource.objects.create(key=key, title=key.title(), url=url, format="book")


def checked(capsys: pytest.CaptureFixture[str], **options: int) -> str:
    call_command("check_links", **options)
    return capsys.readouterr().out


def dead_since(key: str) -> datetime | None:
    return LinkCheck.objects.get(resource__key=key).dead_since


def test_the_command_records_what_it_finds_and_edits_nothing(
    shelf: LocalSite, clock: time_machine.Traveller, capsys: pytest.CaptureFixture[str]
) -> None:
    a_resource(shelf, "good", unless_changed('"a"', "now"))
    a_resource(shelf, "old", answering(301, Location="/new"))
    shelf.pages["/new"] = answering(200)
    a_resource(shelf, "broken", answering(500))
    a_resource(shelf, "barred", answering(403))
    before = list(Resource.objects.values())
    at = datetime.now(UTC)

    said = checked(capsys)
    clock.shift(DAY)
    checked(capsys)

    assert "4 links checked: 2 seen, 1 failing, 0 gone, 1 unclear." in said
    assert f"moved: old: {shelf.url('/old')} to {shelf.url('/new')}" in said
    good, old, broken, barred = (
        LinkCheck.objects.get(resource__key=key) for key in ("good", "old", "broken", "barred")
    )
    assert (good.status, good.etag, good.last_modified) == (304, '"a"', "now")
    assert good.last_checked_at == good.last_seen_at == at + DAY
    assert (old.moved_to, old.status) == (shelf.url("/new"), 200)
    assert (broken.reason, broken.failing_since, broken.last_seen_at) == (
        "It answers 500.",
        at,
        None,
    )
    assert (barred.reason, barred.failing_since) == ("It answers 403.", None)
    assert list(Resource.objects.values()) == before


def test_what_cannot_be_sent_back_is_not_kept(
    shelf: LocalSite, capsys: pytest.CaptureFixture[str]
) -> None:
    a_resource(shelf, "nul", raw(b'HTTP/1.0 200 OK\r\nETag: "\x00"\r\n\r\n'))
    a_resource(shelf, "long", answering(200, ETag=f'"{"e" * 400}"', Last_Modified="m" * 101))
    shelf.pages["/elsewhere"] = answering(200)
    a_resource(shelf, "moved", answering(301, Location=f"/elsewhere?{'q' * 1000}"))
    shelf.pages[f"/elsewhere?{'q' * 1000}"] = answering(200)

    assert "3 links checked: 3 seen" in checked(capsys)
    kept = LinkCheck.objects.values_list("etag", "last_modified", "moved_to").distinct()
    assert list(kept) == [("", "", "")]


def test_a_dead_link_comes_alive_at_the_first_success(
    shelf: LocalSite, clock: time_machine.Traveller, capsys: pytest.CaptureFixture[str]
) -> None:
    a_resource(shelf, "gone", answering(404))
    a_resource(shelf, "down", answering(500))
    first = datetime.now(UTC)
    checked(capsys)
    clock.shift(7 * DAY)
    said = checked(capsys)
    assert (dead_since("gone"), dead_since("down")) == (first, None)
    assert "dead since 2026-03-02: gone: " in said
    clock.shift(7 * DAY)
    checked(capsys)
    assert dead_since("down") == first

    shelf.pages["/gone"] = shelf.pages["/down"] = answering(200)
    clock.shift(7 * DAY)
    checked(capsys)

    assert (dead_since("gone"), dead_since("down")) == (None, None)


def test_a_flaky_page_never_dies(
    shelf: LocalSite, clock: time_machine.Traveller, capsys: pytest.CaptureFixture[str]
) -> None:
    a_resource(shelf, "flaky", answering(500))
    for status in (500, 503, 200, 404, 200, 500, 500, 200):
        shelf.pages["/flaky"] = answering(status)
        checked(capsys)
        assert dead_since("flaky") is None
        clock.shift(DAY)


def test_the_longest_unchecked_come_first(
    shelf: LocalSite, clock: time_machine.Traveller, capsys: pytest.CaptureFixture[str]
) -> None:
    for key in ("a", "b", "c"):
        a_resource(shelf, key, answering(200))
    for _ in range(5):
        checked(capsys, limit=1)
        clock.shift(DAY)

    assert shelf.paths() == ["/a", "/b", "/c", "/a", "/b"]


def test_a_run_that_broke_off_is_taken_up(
    shelf: LocalSite,
    clock: time_machine.Traveller,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for key in ("a", "b", "c", "d"):
        a_resource(shelf, key, answering(200))
    with monkeypatch.context() as patched:
        patched.setattr(actions, "record_finding", breaking_off_after(2))
        with pytest.raises(KeyboardInterrupt):
            checked(capsys)
    shelf.asked.clear()

    assert "2 links checked" in checked(capsys)
    assert shelf.paths() == ["/c", "/d"]
    assert "0 links checked" in checked(capsys)


def breaking_off_after(count: int) -> Any:
    record, left = actions.record_finding, iter(range(count))

    def recorded(**named: Any) -> LinkCheck | None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return record(**named)

    return recorded


def test_a_new_address_starts_from_nothing(
    shelf: LocalSite, clock: time_machine.Traveller, capsys: pytest.CaptureFixture[str]
) -> None:
    resource = a_resource(shelf, "book", answering(404, ETag='"old"'))
    checked(capsys)
    clock.shift(DAY)
    checked(capsys)
    assert dead_since("book")

    shelf.pages["/elsewhere"] = answering(500)
    resource.url = shelf.url("/elsewhere")
    resource.save()
    resource.refresh_from_db()
    assert selectors.link_check_of(resource) is None
    checked(capsys)

    check = LinkCheck.objects.get()
    assert (check.url, check.failing_days, check.gone_days) == (resource.url, 1, 0)
    assert check.dead_since is None


def test_where_nobody_answers_no_link_is_to_blame(
    shelf: LocalSite, capsys: pytest.CaptureFixture[str]
) -> None:
    port = closed_port()
    for number in (1, 2, 3):
        url = f"http://127.0.0.{number}:{port}/"
        Resource.objects.create(key=f"r{number}", title="R", url=url, format="book")

    with pytest.raises(CommandError, match=r"None of 3 hosts answered\. Is this machine"):
        checked(capsys)
    assert not LinkCheck.objects.exists()

    a_resource(shelf, "z-good", answering(200), host="localhost")
    assert "1 seen, 3 failing" in checked(capsys)


def test_a_resource_deleted_meanwhile_is_forgotten(shelf: LocalSite) -> None:
    resource = a_resource(shelf, "book", answering(200))
    Resource.objects.all().delete()

    assert actions.record_finding(resource=resource, finding=SEEN, at=AT) is None
    assert not LinkCheck.objects.exists()


def test_two_runs_do_not_go_together(shelf: LocalSite, capsys: pytest.CaptureFixture[str]) -> None:
    a_resource(shelf, "book", answering(200))
    cache.add(actions.LINKS_LOCK, value=True)

    with pytest.raises(CommandError, match="Another run is checking links"):
        checked(capsys)
    tasks.check_links()
    assert shelf.asked == []

    cache.delete(actions.LINKS_LOCK)
    tasks.check_links()
    assert shelf.paths() == ["/book"]
    assert cache.get(actions.LINKS_LOCK) is None


@pytest.mark.parametrize("option", ["--limit=0", "--limit=x", "--per-minute=0", "--per-minute=-5"])
def test_numbers_that_make_no_sense_are_refused(option: str) -> None:
    with pytest.raises(CommandError, match="is not a number from 1 on"):
        call_command("check_links", option)


def test_the_pace_is_the_one_asked_for(
    shelf: LocalSite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked_for: list[int] = []

    def pace(per_minute: int) -> Pace:
        asked_for.append(per_minute)
        return hurried()

    monkeypatch.setattr(actions, "Pace", pace)
    call_command("check_links")
    call_command("check_links", "--per-minute=7")

    assert asked_for == [60, 7]


def test_beat_rings_once_a_week(clock: time_machine.Traveller) -> None:
    entry = django_settings.CELERY_BEAT_SCHEDULE["check-links"]
    schedule: Any = entry["schedule"]

    assert entry["task"] == tasks.check_links.name
    assert schedule.remaining_estimate(datetime.now(UTC)) <= timedelta(days=7)
    assert (schedule.day_of_week, schedule.hour) == ({2}, {3})


def test_a_worker_knows_every_task_that_beat_rings() -> None:
    """Ask a fresh process: importing the tasks here would make them known."""
    asking = (
        "from django.conf import settings; from config.celery import app;"
        "app.loader.import_default_modules();"
        "print({each['task'] for each in settings.CELERY_BEAT_SCHEDULE.values()} - {*app.tasks})"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}

    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", asking], cwd=ROOT, env=environment, capture_output=True, text=True
    )

    assert said.stdout == "set()\n", said.stderr


def test_loading_the_catalogue_does_not_see_the_checks(tmp_path: Path, db: None) -> None:
    folder = write_catalogue(tmp_path)
    actions.load_catalogue(folder=folder, at=AT)
    resource = Resource.objects.get()
    actions.record_finding(resource=resource, finding=GONE, at=AT)

    assert not actions.load_catalogue(folder=folder, at=AT).updated
    check = selectors.link_check_of(Resource.objects.get())
    assert check
    assert check.gone_days == 1

    change(folder, "resources.yaml", "example.org/primer", "example.org/second-edition")
    actions.load_catalogue(folder=folder, at=AT)
    assert selectors.link_check_of(Resource.objects.get()) is None

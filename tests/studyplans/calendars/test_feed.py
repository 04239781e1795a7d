"""The private feed: what calendar programs get to read, and who gets nothing."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from icalendar import Calendar, Component

from studyplans.calendars import actions, views
from studyplans.calendars.models import CalendarFeed
from studyplans.plans.actions import change_windows
from studyplans.plans.models import ReviewTime, StudySession
from tests.factories import make_curriculum, make_milestone, make_module
from tests.studyplans.calendars.conftest import MONDAY
from tests.studyplans.cast import enrol, evenings, logged_in, make_maths
from tracker.accounts.models import User
from tracker.progress.actions import leave_enrolment
from tracker.progress.models import Enrolment


def address(feed: CalendarFeed) -> str:
    return reverse("calendar_feed", args=[feed.token])


def read(feed: CalendarFeed, **headers: str) -> HttpResponse:
    return Client().get(address(feed), headers=headers)  # type: ignore[return-value]


@dataclass(frozen=True)
class Shown:
    """What a calendar program makes of an event."""

    uid: str
    sequence: int
    title: str
    about: str
    url: str
    starts_at: datetime
    ends_at: datetime
    status: str
    alarms: list[timedelta]


def calendar_at(feed: CalendarFeed) -> Component:
    return Calendar.from_ical(read(feed).content)


def events_at(feed: CalendarFeed) -> list[Shown]:
    """Return the events in the order of their times."""
    events = [_shown(event) for event in calendar_at(feed).walk("VEVENT")]
    return sorted(events, key=lambda event: event.starts_at)


def _shown(event: Component) -> Shown:
    alarms = event.walk("VALARM")
    assert {str(alarm["ACTION"]) for alarm in alarms} <= {"DISPLAY"}
    return Shown(
        uid=str(event["UID"]),
        sequence=event.decoded("SEQUENCE"),
        title=str(event["SUMMARY"]),
        about=str(event["DESCRIPTION"]),
        url=str(event["URL"]),
        starts_at=event.decoded("DTSTART"),
        ends_at=event.decoded("DTEND"),
        status=str(event["STATUS"]),
        alarms=[alarm.decoded("TRIGGER") for alarm in alarms],
    )


def listed(feed: CalendarFeed) -> list[tuple[str, str, str]]:
    """Return (title, local start, status) of each event."""
    zone = feed.learner.zone
    return [
        (event.title, f"{event.starts_at.astimezone(zone):%a %d %b %H:%M}", event.status)
        for event in events_at(feed)
    ]


# --- what it says -----------------------------------------------------------------------------


def test_every_session_is_an_event(ada_feed: CalendarFeed) -> None:
    assert listed(ada_feed) == [
        ("Learn maths.m1", "Mon 02 Mar 19:00", "CONFIRMED"),
        ("Learn maths.m2", "Wed 04 Mar 19:00", "CONFIRMED"),
        ("Learn maths.m3", "Fri 06 Mar 19:00", "CONFIRMED"),
        ("Learn maths.m4", "Mon 09 Mar 19:00", "CONFIRMED"),
    ]


def test_an_event_says_what_it_is_about(ada_feed: CalendarFeed) -> None:
    session = StudySession.objects.get(milestone_key="maths.m1")

    first = events_at(ada_feed)[0]

    assert (first.uid, first.sequence) == (f"{session.uid}@milepost", session.sequence)
    assert first.ends_at - first.starts_at == timedelta(hours=1)
    assert first.url == "http://localhost:8000/milestones/maths.m1/"
    assert "Done when: You can show maths.m1." in first.about
    assert "Maths" in first.about


def test_the_calendar_names_itself_and_asks_to_be_read_again(ada_feed: CalendarFeed) -> None:
    calendar = calendar_at(ada_feed)

    assert calendar["X-WR-CALNAME"] == calendar["NAME"] == "Milepost"
    assert calendar["X-WR-TIMEZONE"] == "Europe/Berlin"
    assert calendar.decoded("REFRESH-INTERVAL") == timedelta(hours=1)
    assert calendar["X-PUBLISHED-TTL"] == "PT1H"


def test_a_session_that_moves_keeps_its_identity_and_raises_its_sequence(
    planned_ada: User, ada_feed: CalendarFeed
) -> None:
    before = {event.uid: event for event in events_at(ada_feed)}

    change_windows(learner=planned_ada, windows=evenings(1, 3, 5), at=MONDAY)

    after = {event.uid: event for event in events_at(ada_feed)}
    assert after.keys() == before.keys()
    assert all(after[uid].starts_at != before[uid].starts_at for uid in before)
    assert all(after[uid].sequence > before[uid].sequence for uid in before)


def test_a_session_that_is_gone_is_cancelled_for_a_month(
    ada_feed: CalendarFeed, clock: time_machine.Traveller
) -> None:
    before = {event.uid: event.sequence for event in events_at(ada_feed)}

    leave_enrolment(enrolment=Enrolment.objects.get(), at=MONDAY)

    events = events_at(ada_feed)
    assert {event.uid for event in events} == before.keys()
    assert {event.status for event in events} == {"CANCELLED"}
    assert all(event.sequence > before[event.uid] for event in events)
    assert events[0].title == "Learn maths.m1"

    clock.shift(timedelta(days=30))
    assert len(events_at(ada_feed)) == 4
    clock.shift(timedelta(days=1))
    assert events_at(ada_feed) == []


def test_a_skipped_session_is_cancelled(ada_feed: CalendarFeed) -> None:
    before = events_at(ada_feed)[0]
    first = StudySession.objects.filter(milestone_key="maths.m1")
    first.update(state=StudySession.State.SKIPPED)

    after = events_at(ada_feed)[0]
    assert (after.uid, after.status) == (before.uid, "CANCELLED")
    assert after.sequence > before.sequence


def test_a_pinned_exam_stands_out(ada: User, clock: time_machine.Traveller) -> None:
    certificate = make_curriculum("exam-prep")
    module = make_module(certificate)
    make_milestone(module, "prep.exam", title="Cloud exam", kind="exam")
    enrol(ada, certificate, at=MONDAY)
    feed = actions.make_feed(learner=ada, at=MONDAY)
    assert listed(feed)[0][0] == "Cloud exam"

    StudySession.objects.update(is_pinned=True)

    assert listed(feed)[0][0] == "Exam: Cloud exam"


def test_reviews_are_there_too(planned_ada: User, ada_feed: CalendarFeed) -> None:
    tuesday = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
    ReviewTime.objects.create(
        plan=planned_ada.study_plan, starts_at=tuesday, ends_at=tuesday + timedelta(minutes=15)
    )

    assert ("Reviews", "Tue 03 Mar 19:00", "CONFIRMED") in listed(ada_feed)


def test_the_past_month_stays_and_what_lies_further_back_goes(
    ada_feed: CalendarFeed, clock: time_machine.Traveller
) -> None:
    clock.move_to(MONDAY + timedelta(days=30, hours=12))
    assert listed(ada_feed)[0][1] == "Mon 02 Mar 19:00"

    clock.shift(timedelta(days=1))
    assert listed(ada_feed)[0][1] == "Wed 04 Mar 19:00"


@pytest.mark.parametrize("minutes", [None, 5, 10, 30])
def test_the_alarm_is_the_learners_choice(
    planned_ada: User, ada_feed: CalendarFeed, minutes: int | None
) -> None:
    actions.set_alarm(learner=planned_ada, minutes=minutes, at=MONDAY)

    expected = [] if minutes is None else [timedelta(minutes=-minutes)]
    assert [event.alarms for event in events_at(ada_feed)] == [expected] * 4


def test_a_learner_without_a_plan_has_an_empty_calendar(
    ada: User, clock: time_machine.Traveller
) -> None:
    feed = actions.make_feed(learner=ada, at=MONDAY)

    assert listed(feed) == []


def test_lines_are_folded_and_end_as_they_should(ada_feed: CalendarFeed) -> None:
    lines = read(ada_feed).content.split(b"\r\n")

    assert lines[0] == b"BEGIN:VCALENDAR"
    assert max(map(len, lines)) <= 75
    assert not any(b"\n" in line for line in lines)


# --- the way it is answered -------------------------------------------------------------------


def test_the_same_plan_gives_the_same_bytes_all_day(
    ada_feed: CalendarFeed, clock: time_machine.Traveller
) -> None:
    first = read(ada_feed)
    clock.shift(timedelta(hours=5))

    assert read(ada_feed).content == first.content


def test_what_has_not_changed_is_not_sent_again(
    planned_ada: User, ada_feed: CalendarFeed, clock: time_machine.Traveller
) -> None:
    first = read(ada_feed)
    clock.shift(timedelta(hours=1))
    by_tag, by_date = (
        {"If-None-Match": first["ETag"]},
        {"If-Modified-Since": first["Last-Modified"]},
    )
    for condition in (by_tag, by_date):
        answer = read(ada_feed, **condition)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer["ETag"] == first["ETag"]

    change_windows(learner=planned_ada, windows=evenings(1), at=MONDAY + timedelta(hours=1))

    for condition in (by_tag, by_date):
        assert read(ada_feed, **condition).status_code == 200


def test_a_new_alarm_is_a_change(
    planned_ada: User, ada_feed: CalendarFeed, clock: time_machine.Traveller
) -> None:
    first = read(ada_feed)
    clock.shift(timedelta(minutes=1))

    actions.set_alarm(learner=planned_ada, minutes=5, at=MONDAY + timedelta(minutes=1))

    assert read(ada_feed, **{"If-None-Match": first["ETag"]}).status_code == 200
    assert read(ada_feed, **{"If-Modified-Since": first["Last-Modified"]}).status_code == 200


def test_head_answers_like_get_without_the_body(ada_feed: CalendarFeed) -> None:
    got, headed = read(ada_feed), Client().head(address(ada_feed))

    assert headed.status_code == 200
    assert headed.content == b""
    assert headed["ETag"] == got["ETag"]
    assert headed["Content-Type"] == "text/calendar; charset=utf-8"


def test_it_is_packed_for_those_who_can_unpack(ada_feed: CalendarFeed) -> None:
    packed = read(ada_feed, **{"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"

    again = read(ada_feed, **{"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
    assert again.status_code == 304


def test_nobody_between_us_keeps_a_copy_or_lists_it(ada_feed: CalendarFeed) -> None:
    answer = read(ada_feed)

    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer


def test_it_cannot_be_written_to(ada_feed: CalendarFeed) -> None:
    assert Client().post(address(ada_feed)).status_code == 405


def test_queries_do_not_grow_with_the_plan(
    planned_ada: User, ada_feed: CalendarFeed, django_assert_max_num_queries: Any
) -> None:
    enrol(planned_ada, make_maths(40, slug="stats"), at=MONDAY)

    with django_assert_max_num_queries(6):
        read(ada_feed)


def test_one_that_asks_without_end_is_told_to_wait(
    ada_feed: CalendarFeed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "READS_AN_HOUR", 2)
    assert [read(ada_feed).status_code for _ in range(3)] == [200, 200, 429]
    assert read(ada_feed)["Retry-After"] == "3600"


# --- who gets nothing -------------------------------------------------------------------------


def test_an_address_shows_one_plan_only(ada_feed: CalendarFeed, cleo: User) -> None:
    cleos = actions.make_feed(learner=cleo, at=MONDAY)

    assert listed(cleos) == []
    assert logged_in(cleo).get(address(ada_feed)).status_code == 200  # who knows it may read it


def test_nobody_can_make_up_an_address(ada_feed: CalendarFeed) -> None:
    token = ada_feed.token
    made_up = ["x", ada_feed.secret, token[:-1], token[1:], f"{ada_feed.secret}~{'A' * 43}"]

    for each in made_up:
        answer = Client().get(reverse("calendar_feed", args=[each]))
        assert answer.status_code == 404


def test_the_database_alone_opens_no_feed(ada_feed: CalendarFeed, settings: Any) -> None:
    known = address(ada_feed)

    settings.SECRET_KEY = "of another site"

    assert Client().get(known).status_code == 404
    assert address(ada_feed) != known


def test_a_changed_address_replaces_the_old_one(planned_ada: User, ada_feed: CalendarFeed) -> None:
    old = address(ada_feed)

    actions.rotate_feed(learner=planned_ada, at=MONDAY)

    ada_feed.refresh_from_db()
    assert Client().get(old).status_code == 404
    assert read(ada_feed).status_code == 200


def test_a_revoked_address_leads_nowhere(planned_ada: User, ada_feed: CalendarFeed) -> None:
    actions.revoke_feed(learner=planned_ada)

    assert read(ada_feed).status_code == 404


def test_a_closed_account_has_no_feed(planned_ada: User, ada_feed: CalendarFeed) -> None:
    User.objects.filter(pk=planned_ada.pk).update(is_active=False)

    assert read(ada_feed).status_code == 404


# --- read by another program ------------------------------------------------------------------


def test_khal_shows_the_plan(ada_feed: CalendarFeed, tmp_path: Path) -> None:
    """Import into khal, a calendar for the terminal, and list two weeks of it."""
    file = tmp_path / "milepost.ics"
    file.write_bytes(read(ada_feed).content)
    config = tmp_path / "khal.conf"
    config.write_text(
        f"[calendars]\n[[study]]\npath = {tmp_path / 'study'}\n"
        "[locale]\ntimeformat = %H:%M\ndateformat = %Y-%m-%d\nlongdateformat = %Y-%m-%d\n"
        "datetimeformat = %Y-%m-%d %H:%M\nlongdatetimeformat = %Y-%m-%d %H:%M\n"
        "local_timezone = Europe/Berlin\ndefault_timezone = Europe/Berlin\n"
        f"[sqlite]\npath = {tmp_path / 'khal.db'}\n"
    )
    (tmp_path / "study").mkdir()

    khal(config, "import", "--batch", "--include-calendar", "study", str(file))
    shown = khal(
        *(config, "list", "--format", "{start-date} {start-time}-{end-time} {title}"),
        *("--day-format", "", "2026-03-02", "14d"),
    )

    assert shown.split("\n") == [
        "2026-03-02 19:00-20:00 Learn maths.m1",
        "2026-03-04 19:00-20:00 Learn maths.m2",
        "2026-03-06 19:00-20:00 Learn maths.m3",
        "2026-03-09 19:00-20:00 Learn maths.m4",
    ]


def khal(config: Path, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603
        [str(Path(sys.executable).parent / "khal"), "--no-color", "-c", str(config), *arguments],
        env={"HOME": str(config.parent), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()

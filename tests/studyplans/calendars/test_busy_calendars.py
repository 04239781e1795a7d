"""Calendars that say when a learner is busy: added, read, planned around, removed."""

from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from kombu.exceptions import OperationalError

from studyplans.calendars import actions, tasks
from studyplans.calendars.models import BusyCalendar
from studyplans.calendars.reading import MOST_BYTES
from studyplans.plans.models import BusyTime, Receipt
from tests.local_site import LocalSite, Page, answering, unless_changed
from tests.studyplans.calendars.calendar_files import (
    DINNER,
    EVERY_WEDNESDAY,
    OFFICE_HOURS,
    calendar_of,
    event,
)
from tests.studyplans.cast import logged_in, planned
from tracker.accounts.actions import change_profile
from tracker.accounts.models import User

FREE = [
    ("maths.m1", "Mon 02 Mar 19:00"),
    ("maths.m2", "Wed 04 Mar 19:00"),
    ("maths.m3", "Fri 06 Mar 19:00"),
    ("maths.m4", "Mon 09 Mar 19:00"),
]
AROUND_DINNER = [
    ("maths.m1", "Wed 04 Mar 19:00"),
    ("maths.m2", "Fri 06 Mar 19:00"),
    ("maths.m3", "Mon 09 Mar 19:00"),
    ("maths.m4", "Wed 11 Mar 19:00"),
]


def serving(ics: bytes, **headers: str) -> Page:
    """Answer with a calendar, or with 304 to those who know this version of it."""

    def page(handler: BaseHTTPRequestHandler) -> None:
        if headers.get("ETag") and handler.headers["If-None-Match"] == headers["ETag"]:
            answering(304)(handler)
            return
        answering(200, **headers)(handler)
        handler.wfile.write(ics)

    return page


def page_of(client: Client) -> str:
    answer = client.get(reverse("calendar_settings"))
    assert answer.status_code == 200
    return answer.content.decode()


def upload(client: Client, ics: bytes, name: str = "Work", **more: str) -> Any:
    file = SimpleUploadedFile("my.ics", ics, content_type="text/calendar")
    data = {"file-name": name, "file-file": file, **{f"file-{key}": more[key] for key in more}}
    return client.post(reverse("add_busy_file"), data, follow=True)


def add(client: Client, url: str, name: str = "Work", **more: str) -> Any:
    data = {"address-name": name, "address-url": url}
    return client.post(
        reverse("add_busy_address"),
        data | {f"address-{key}": more[key] for key in more},
        follow=True,
    )


# --- from a file ------------------------------------------------------------------------------


def test_the_plan_makes_way_for_a_file(planned_ada: User, ada_client: Client) -> None:
    assert planned(planned_ada) == FREE

    answer = upload(ada_client, calendar_of(DINNER))

    assert answer.status_code == 200
    assert "“Work” is read" in answer.content.decode()
    assert planned(planned_ada) == AROUND_DINNER
    assert Receipt.objects.filter(cause=Receipt.Cause.CALENDAR).count() == 1


def test_only_times_are_kept(planned_ada: User, ada_client: Client) -> None:
    upload(ada_client, calendar_of(DINNER))

    kept = [
        str(value)
        for model in (BusyCalendar, BusyTime)
        for row in model.objects.values()
        for value in row.values()
    ]
    assert not any("Dinner" in value or "Ben" in value for value in kept)
    assert "no titles, no places, no people" in page_of(ada_client)


def test_the_page_says_what_a_calendar_takes_of_a_week(
    planned_ada: User, ada_client: Client
) -> None:
    upload(ada_client, calendar_of(EVERY_WEDNESDAY))

    text = page_of(ada_client)

    assert "Takes 1 h 30 min of an average week, 1 h of it from your study time." in text
    assert "Mon 2 Mar, 10:00" in text


def test_all_day_events_count_only_if_asked_to(planned_ada: User, ada_client: Client) -> None:
    holiday = calendar_of(event("20260302", "20260303"))

    upload(ada_client, holiday)
    assert planned(planned_ada) == FREE

    upload(ada_client, holiday, blocks_all_day="on")
    assert planned(planned_ada) == AROUND_DINNER


def test_a_file_of_the_same_name_replaces_the_first(planned_ada: User, ada_client: Client) -> None:
    upload(ada_client, calendar_of(DINNER))

    upload(ada_client, calendar_of())

    assert planned(planned_ada) == FREE
    assert BusyCalendar.objects.count() == 1


@pytest.mark.parametrize(
    ("ics", "problem"),
    [
        (b"<html></html>", "This is a web page, not a calendar."),
        (b"", "This file is empty."),
        (b"x" * (MOST_BYTES + 1), "It is larger than 2 MB."),
    ],
)
def test_a_bad_file_is_named_and_changes_nothing(
    planned_ada: User, ada_client: Client, ics: bytes, problem: str
) -> None:
    upload(ada_client, calendar_of(DINNER))

    answer = upload(ada_client, ics)

    assert answer.status_code == 422
    assert problem in answer.content.decode()
    assert planned(planned_ada) == AROUND_DINNER


def test_our_own_feed_takes_no_time(planned_ada: User, ada_client: Client) -> None:
    feed = actions.make_feed(learner=planned_ada, at=planned_ada.date_joined)
    ics = Client().get(reverse("calendar_feed", args=[feed.token])).content

    upload(ada_client, ics)

    assert BusyTime.objects.count() == 0
    assert planned(planned_ada) == FREE


# --- from an address --------------------------------------------------------------------------


def test_an_address_is_read_by_a_task(
    planned_ada: User, ada_client: Client, site: LocalSite
) -> None:
    site.pages["/work.ics"] = serving(calendar_of(DINNER))

    answer = add(ada_client, site.url("/work.ics"))

    assert "“Work” is being read" in answer.content.decode()
    assert planned(planned_ada) == AROUND_DINNER
    assert "127.0.0.1" in page_of(ada_client)
    assert site.asked[0].headers["user-agent"].startswith("Milepost calendar reader")


def test_without_a_broker_it_is_read_at_the_next_ring(
    planned_ada: User, ada_client: Client, site: LocalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_broker(*_: Any) -> None:
        raise OperationalError

    site.pages["/work.ics"] = serving(calendar_of(DINNER))
    with monkeypatch.context() as cut_off:
        cut_off.setattr(tasks.refresh_calendar, "delay", no_broker)
        answer = add(ada_client, site.url("/work.ics"))
        tasks.refresh_due_calendars()
    assert "Being read." in answer.content.decode()

    tasks.refresh_due_calendars()

    assert planned(planned_ada) == AROUND_DINNER


def test_webcal_means_https(planned_ada: User, ada_client: Client) -> None:
    add(ada_client, "webcal://calendar.invalid/work.ics")

    assert BusyCalendar.objects.get().url == "https://calendar.invalid/work.ics"


@pytest.mark.parametrize(
    "url", ["ftp://example.org/a.ics", "file:///etc/passwd", "work", "http://"]
)
def test_what_is_no_web_address_is_refused(planned_ada: User, ada_client: Client, url: str) -> None:
    answer = add(ada_client, url)

    assert answer.status_code == 422
    assert "begins with https://" in answer.content.decode()
    assert not BusyCalendar.objects.exists()


def test_it_is_read_every_hour(
    planned_ada: User, ada_client: Client, site: LocalSite, clock: time_machine.Traveller
) -> None:
    site.pages["/work.ics"] = serving(calendar_of())
    add(ada_client, site.url("/work.ics"))
    site.pages["/work.ics"] = serving(calendar_of(DINNER))

    clock.shift(timedelta(minutes=50))
    tasks.refresh_due_calendars()
    assert len(site.asked) == 1

    clock.shift(timedelta(minutes=10))
    tasks.refresh_due_calendars()
    tasks.refresh_due_calendars()
    assert len(site.asked) == 2
    assert planned(planned_ada) == AROUND_DINNER


def test_two_rings_read_once(planned_ada: User, ada_client: Client, site: LocalSite) -> None:
    site.pages["/work.ics"] = serving(calendar_of(DINNER))
    add(ada_client, site.url("/work.ics"))

    tasks.refresh_calendar(BusyCalendar.objects.get().pk)

    assert len(site.asked) == 1


def test_what_has_not_changed_is_not_read_again(
    planned_ada: User, ada_client: Client, site: LocalSite, clock: time_machine.Traveller
) -> None:
    tag, date = '"a1"', "Mon, 02 Mar 2026 08:00:00 GMT"
    site.pages["/work.ics"] = serving(calendar_of(DINNER), ETag=tag, Last_Modified=date)
    add(ada_client, site.url("/work.ics"))
    site.pages["/work.ics"] = unless_changed(tag, date)
    clock.shift(timedelta(hours=1))

    tasks.refresh_due_calendars()

    assert site.asked[-1].headers["if-none-match"] == tag
    assert planned(planned_ada) == AROUND_DINNER
    assert "Mon 2 Mar, 11:00" in page_of(ada_client)
    assert BusyCalendar.objects.get().problem == ""


def test_a_new_week_reads_in_full_what_has_not_changed(
    planned_ada: User, ada_client: Client, site: LocalSite, clock: time_machine.Traveller
) -> None:
    """The horizon moves on, and a repeated event has to follow it."""
    ics = calendar_of(EVERY_WEDNESDAY)
    site.pages["/work.ics"] = serving(ics, ETag='"a1"')
    add(ada_client, site.url("/work.ics"))
    last = BusyTime.objects.last()
    clock.shift(timedelta(days=7))

    tasks.refresh_due_calendars()

    assert "if-none-match" not in site.asked[-1].headers
    assert last is not None
    assert BusyTime.objects.latest("starts_at").starts_at > last.starts_at


def test_a_new_time_zone_reads_times_without_one_anew(
    planned_ada: User, ada_client: Client, site: LocalSite, clock: time_machine.Traveller
) -> None:
    floating = calendar_of(event("20260302T183000", "20260302T213000"))
    site.pages["/work.ics"] = serving(floating, ETag='"a1"')
    add(ada_client, site.url("/work.ics"))
    before = BusyTime.objects.get().starts_at

    change_profile(learner=planned_ada, name="Ada", time_zone="America/New_York")
    tasks.refresh_due_calendars()

    assert BusyTime.objects.get().starts_at - before == timedelta(hours=6)


def test_the_same_times_again_leave_the_plan_alone(
    planned_ada: User, ada_client: Client, site: LocalSite, clock: time_machine.Traveller
) -> None:
    site.pages["/work.ics"] = serving(calendar_of(OFFICE_HOURS))
    add(ada_client, site.url("/work.ics"))
    planned_ada.study_plan.refresh_from_db()
    planned_at = planned_ada.study_plan.planned_at

    for _ in range(3):
        clock.shift(timedelta(hours=1))
        tasks.refresh_due_calendars()

    planned_ada.study_plan.refresh_from_db()
    assert len(site.asked) == 4
    assert planned_ada.study_plan.planned_at == planned_at


# --- when it goes wrong -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (
            answering(404),
            "This address answered 404 (Not Found). Copy the address from your calendar again.",
        ),
        (answering(403), "This address answered 403 (Forbidden). Use the secret or public address"),
        (answering(503), "This address answered 503 (Service Unavailable). We try again"),
        (answering(999), "This address answered 999. We try again"),
        (answering(304), "This address answered 304 (Not Modified). We try again"),
        (serving(b"<html>Log in</html>"), "This is a web page, not a calendar."),
        (serving(b"x" * (MOST_BYTES + 10)), "It is larger than 2 MB."),
        (answering(302, Location="ftp://example.org/"), "It is no address of a web page."),
        (lambda _: None, "It gives no proper answer"),
    ],
)
def test_a_failure_is_told_and_the_known_times_stay(
    planned_ada: User,
    ada_client: Client,
    site: LocalSite,
    clock: time_machine.Traveller,
    answer: Page,
    problem: str,
) -> None:
    site.pages["/work.ics"] = serving(calendar_of(DINNER))
    add(ada_client, site.url("/work.ics"))
    site.pages["/work.ics"] = answer
    clock.shift(timedelta(hours=1))

    tasks.refresh_due_calendars()

    text = page_of(ada_client)
    assert problem in text
    assert "The times known so far stay." in text
    assert "Last read" in text
    assert "Mon 2 Mar, 10:00" in text
    assert planned(planned_ada) == AROUND_DINNER

    site.pages["/work.ics"] = serving(calendar_of())
    clock.shift(timedelta(hours=1))
    tasks.refresh_due_calendars()

    assert problem not in page_of(ada_client)
    assert planned(planned_ada) == FREE


def test_one_that_never_answers_is_not_waited_for(
    planned_ada: User, ada_client: Client, site: LocalSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "FETCH_SECONDS", 0.2)
    site.pages |= {"/silent": site.never_answers, "/drips": site.drips}

    add(ada_client, site.url("/silent"), name="Silent")
    add(ada_client, site.url("/drips"), name="Drips")

    problems = {calendar.problem for calendar in BusyCalendar.objects.all()}
    assert problems == {"It does not answer in time. Check the address; we try again by ourselves."}


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "10.0.0.1", "169.254.169.254", "[::1]", "2130706433"]
)
def test_our_own_network_is_not_read(planned_ada: User, ada_client: Client, host: str) -> None:
    add(ada_client, f"http://{host}/work.ics")

    text = page_of(ada_client)
    assert "It leads into a private network, where we do not look." in text
    assert "or upload the file" in text
    assert planned(planned_ada) == FREE


def test_a_redirect_into_our_network_is_not_followed(
    planned_ada: User, ada_client: Client, site: LocalSite
) -> None:
    inside = site.url("/inside.ics", "127.0.0.2")
    site.pages |= {
        "/work.ics": answering(302, Location=inside),
        "/inside.ics": serving(calendar_of(DINNER)),
    }

    add(ada_client, site.url("/work.ics"))

    assert "private network" in BusyCalendar.objects.get().problem
    assert site.paths("GET") == ["/work.ics"]


def test_a_redirect_on_the_web_is_followed(
    planned_ada: User, ada_client: Client, site: LocalSite
) -> None:
    site.pages |= {
        "/work.ics": answering(301, Location="/new.ics"),
        "/new.ics": serving(calendar_of(DINNER)),
    }

    add(ada_client, site.url("/work.ics"))

    assert planned(planned_ada) == AROUND_DINNER


def test_an_address_that_fails_for_a_week_is_asked_once_a_day(
    planned_ada: User, ada_client: Client, site: LocalSite, clock: time_machine.Traveller
) -> None:
    site.pages["/work.ics"] = answering(404)
    add(ada_client, site.url("/work.ics"))
    site.asked.clear()

    for _ in range(48):
        clock.shift(timedelta(hours=1))
        tasks.refresh_due_calendars()

    assert len(site.asked) == 2


def test_a_bad_event_is_counted_on_the_page(planned_ada: User, ada_client: Client) -> None:
    upload(ada_client, calendar_of(DINNER, "DTSTART:yesterday"))

    assert "1 event left out" in page_of(ada_client)


# --- changing and removing --------------------------------------------------------------------


def test_removing_asks_first_and_frees_its_times(planned_ada: User, ada_client: Client) -> None:
    upload(ada_client, calendar_of(DINNER), name="Work")
    upload(ada_client, calendar_of(EVERY_WEDNESDAY), name="Choir")
    address = reverse("remove_busy", args=[BusyCalendar.objects.get(name="Choir").pk])

    assert "Remove Choir?" in ada_client.get(address).content.decode()
    assert BusyCalendar.objects.count() == 2

    ada_client.post(address)

    assert planned(planned_ada) == AROUND_DINNER
    assert [calendar.name for calendar in BusyCalendar.objects.all()] == ["Work"]
    assert BusyTime.objects.count() == 1


def test_one_removed_while_it_was_being_read_stays_removed(
    planned_ada: User, ada_client: Client, site: LocalSite
) -> None:
    def removed_meanwhile(handler: BaseHTTPRequestHandler) -> None:
        BusyCalendar.objects.all().delete()
        connection.close()  # the server's thread has one of its own
        serving(calendar_of(DINNER))(handler)

    site.pages["/work.ics"] = removed_meanwhile

    add(ada_client, site.url("/work.ics"))

    assert BusyTime.objects.count() == 0
    assert planned(planned_ada) == FREE


def test_all_day_events_of_an_address_can_be_let_in_later(
    planned_ada: User, ada_client: Client, site: LocalSite
) -> None:
    site.pages["/work.ics"] = serving(calendar_of(event("20260302", "20260303")), ETag='"a1"')
    add(ada_client, site.url("/work.ics"))
    door = reverse("set_busy_all_day", args=[BusyCalendar.objects.get().pk])

    ada_client.post(door, {"blocks": "yes"})
    assert planned(planned_ada) == AROUND_DINNER

    ada_client.post(door)
    assert planned(planned_ada) == FREE


def test_read_now_asks_at_once_but_not_twice_a_minute(
    planned_ada: User, ada_client: Client, site: LocalSite, clock: time_machine.Traveller
) -> None:
    site.pages["/work.ics"] = serving(calendar_of())
    add(ada_client, site.url("/work.ics"))
    door = reverse("read_busy_again", args=[BusyCalendar.objects.get().pk])

    answer = ada_client.post(door, follow=True)
    assert "less than a minute ago" in answer.content.decode()
    assert len(site.asked) == 1

    clock.shift(timedelta(minutes=1))
    ada_client.post(door)
    assert len(site.asked) == 2


def test_a_name_is_given_once(planned_ada: User, ada_client: Client) -> None:
    upload(ada_client, calendar_of(DINNER), name="Work")

    answer = add(ada_client, "https://calendar.invalid/", name="Work")

    assert answer.status_code == 422
    assert "You have a calendar of this name." in answer.content.decode()


def test_there_is_room_for_ten(
    planned_ada: User, ada_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(actions.MOST_CALENDARS):
        BusyCalendar.objects.create(learner=planned_ada, name=f"{number}")

    assert "Remove one first." in upload(ada_client, calendar_of()).content.decode()
    assert "Remove one first." in add(ada_client, "https://calendar.invalid/").content.decode()
    assert BusyCalendar.objects.count() == actions.MOST_CALENDARS


# --- who may ----------------------------------------------------------------------------------


def test_cleo_neither_sees_nor_touches_adas_calendars(
    planned_ada: User, cleo: User, ada_client: Client, site: LocalSite
) -> None:
    site.pages["/work.ics"] = serving(calendar_of(DINNER))
    add(ada_client, site.url("/work.ics"), name="Ada at work")
    pk = BusyCalendar.objects.get().pk
    site.asked.clear()
    cleos = logged_in(cleo)

    assert "Ada at work" not in page_of(cleos)
    assert cleos.get(reverse("remove_busy", args=[pk])).status_code == 404
    for name in ("remove_busy", "read_busy_again", "set_busy_all_day"):
        assert cleos.post(reverse(name, args=[pk])).status_code == 404

    assert BusyCalendar.objects.filter(pk=pk, blocks_all_day=False).exists()
    assert site.asked == []
    assert planned(planned_ada) == AROUND_DINNER


def test_a_visitor_is_asked_to_log_in(client: Client, transactional_db: None) -> None:
    doors = [reverse("add_busy_address"), reverse("add_busy_file")]
    doors += [
        reverse(name, args=[1]) for name in ("remove_busy", "read_busy_again", "set_busy_all_day")
    ]

    for door in doors:
        answer = client.post(door)
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))


def test_queries_do_not_grow_with_the_calendars(
    planned_ada: User, ada_client: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        upload(ada_client, calendar_of(DINNER), name=f"Calendar {number}")

    with django_assert_max_num_queries(8):
        page_of(ada_client)


def test_the_admin_shows_no_address_and_no_secret(
    planned_ada: User, ada_client: Client, site: LocalSite
) -> None:
    feed = actions.make_feed(learner=planned_ada, at=planned_ada.date_joined)
    site.pages["/secret.ics"] = serving(calendar_of(DINNER))
    add(ada_client, site.url("/secret.ics"))
    User.objects.filter(pk=planned_ada.pk).update(is_staff=True, is_superuser=True)

    pages = [
        reverse("admin:calendars_calendarfeed_change", args=[feed.pk]),
        reverse("admin:calendars_busycalendar_change", args=[BusyCalendar.objects.get().pk]),
        reverse("admin:calendars_busycalendar_changelist"),
    ]

    for page in pages:
        text = ada_client.get(page, follow=True).content.decode()
        assert "ada@example.org" in text or "Ada" in text
        assert feed.secret not in text
        assert "secret.ics" not in text

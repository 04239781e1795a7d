"""Everything that changes feeds and busy calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from django.conf import settings
from django.db import transaction

from common.fetching import Answer, conditions, fetch
from common.outside import CannotFetch, NotPublic
from studyplans.calendars.addresses import new_secret
from studyplans.calendars.models import BusyCalendar, CalendarFeed
from studyplans.calendars.occupancy import NotACalendar, Occupancy
from studyplans.calendars.reading import MOST_BYTES, read_calendar
from studyplans.calendars.selectors import horizon_of, is_read_for
from studyplans.plans.actions import set_busy
from tracker.accounts.models import User

FETCH_SECONDS = 10.0
MOST_CALENDARS = 10
BETWEEN_ASKING = timedelta(minutes=1)


class TooManyCalendars(Exception):
    """A learner reads as many calendars as we are willing to."""


class NameTaken(Exception):
    """A learner has a calendar of this name already."""


class TooSoon(Exception):
    """This address was asked a moment ago."""


# --- the feed -------------------------------------------------------------------------------------


def make_feed(*, learner: User, at: datetime) -> CalendarFeed:
    """Give the plan a private address, or give back the one it has."""
    feed, _ = CalendarFeed.objects.get_or_create(learner=learner, defaults={"changed_at": at})
    return feed


def rotate_feed(*, learner: User, at: datetime) -> None:
    """Give the plan another address; the old one leads nowhere from now on."""
    CalendarFeed.objects.filter(learner=learner).update(secret=new_secret(), changed_at=at)


def revoke_feed(*, learner: User) -> None:
    CalendarFeed.objects.filter(learner=learner).delete()


def set_alarm(*, learner: User, minutes: int | None, at: datetime) -> None:
    CalendarFeed.objects.filter(learner=learner).update(alarm_minutes=minutes, changed_at=at)


# --- busy calendars -------------------------------------------------------------------------------


@transaction.atomic
def add_address(*, learner: User, name: str, url: str, blocks_all_day: bool) -> BusyCalendar:
    """Note an address to read busy times from; reading it is a task's work."""
    _check_room(learner, name)
    return BusyCalendar.objects.create(
        learner=learner, name=name, url=url, blocks_all_day=blocks_all_day
    )


def add_file(
    *, learner: User, name: str, ics: bytes, blocks_all_day: bool, at: datetime
) -> BusyCalendar:
    """Read busy times from a file, in place of an earlier file of that name.

    Raises NotACalendar.  The file itself is not kept.
    """
    horizon = horizon_of(learner, at=at)
    read = read_calendar(ics, horizon, blocks_all_day=blocks_all_day)
    with transaction.atomic():
        earlier = BusyCalendar.objects.of(learner).filter(name=name, url="").first()
        if earlier is None:
            _check_room(learner, name)
        calendar = earlier or BusyCalendar(learner=learner, name=name)
        calendar.blocks_all_day = blocks_all_day
        _store(calendar, read, at=at)
    return calendar


def _check_room(learner: User, name: str) -> None:
    """Raise NameTaken or TooManyCalendars; callers hold the transaction."""
    User.objects.select_for_update().get(pk=learner.pk)  # two tabs must not both find room
    names = list(BusyCalendar.objects.of(learner).values_list("name", flat=True))
    if name in names:
        raise NameTaken(name)
    if len(names) >= MOST_CALENDARS:
        raise TooManyCalendars


@transaction.atomic
def remove_calendar(*, calendar: BusyCalendar, at: datetime) -> None:
    """Forget a calendar and the times it takes; the plan uses them again."""
    set_busy(learner=calendar.learner, source=calendar.source, intervals=[], at=at)
    calendar.delete()


def ask_again(*, calendar: BusyCalendar, at: datetime) -> None:
    """Make an address due at once; raises TooSoon."""
    if calendar.tried_at and at - calendar.tried_at < BETWEEN_ASKING:
        raise TooSoon
    BusyCalendar.objects.filter(pk=calendar.pk).update(tried_at=None)


def set_blocks_all_day(*, calendar: BusyCalendar, blocks_all_day: bool) -> None:
    """Choose what all-day events mean, and make the address due: its times are others now."""
    BusyCalendar.objects.filter(pk=calendar.pk).update(
        blocks_all_day=blocks_all_day, tried_at=None, etag="", last_modified=""
    )


def forget_what_was_read(*, learner: User) -> None:
    """Have a learner's addresses read in full again, soon."""
    addresses = BusyCalendar.objects.of(learner).exclude(url="")
    addresses.update(tried_at=None, etag="", last_modified="")


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The address says that nothing is new."""


@dataclass(frozen=True, slots=True)
class News:
    """What an address holds now, and what to recognise it by."""

    read: Occupancy
    answer: Answer


def refresh_calendar(*, calendar_id: int, at: datetime) -> None:
    """Read an address that is due and plan around what it says.

    Where that fails the times known so far stay, and the calendar says why.
    """
    if not BusyCalendar.objects.claim(calendar_id, at=at):
        return
    calendar = BusyCalendar.objects.select_related("learner").get(pk=calendar_id)
    try:
        found = _fetched(calendar, at=at)
    except (CannotFetch, NotACalendar) as problem:
        BusyCalendar.objects.filter(pk=calendar_id).update(problem=_in_words(problem)[:300])
        return
    _keep(calendar_id, found, at=at)


def _fetched(calendar: BusyCalendar, *, at: datetime) -> News | Unchanged:
    horizon = horizon_of(calendar.learner, at=at)
    # What was read for an earlier horizon has to be read again, even if it has not changed.
    is_current = is_read_for(calendar, horizon)
    known = conditions(calendar.etag, calendar.last_modified) if is_current else {}
    headers = {
        "User-Agent": f"Milepost calendar reader (+{settings.SITE_URL})",
        "Accept": "text/calendar, */*;q=0.1",
        **known,
    }
    answer = fetch(calendar.url, headers=headers, timeout=FETCH_SECONDS, most_bytes=MOST_BYTES + 1)
    if answer.status == HTTPStatus.NOT_MODIFIED and known:
        return Unchanged()
    if answer.status != HTTPStatus.OK:
        raise NotACalendar(_refusal(answer.status))
    read = read_calendar(answer.body, horizon, blocks_all_day=calendar.blocks_all_day)
    return News(read, answer)


@transaction.atomic
def _keep(calendar_id: int, found: News | Unchanged, *, at: datetime) -> None:
    # It may have been removed, or its choice changed, while its server took its time.
    calendar = BusyCalendar.objects.select_for_update().filter(pk=calendar_id).first()
    if calendar is None or calendar.tried_at is None:
        return
    if isinstance(found, Unchanged):
        calendar.fetched_at, calendar.problem = at, ""
        calendar.save(update_fields=["fetched_at", "problem"])
        return
    calendar.etag = found.answer.etag[:300]
    calendar.last_modified = found.answer.last_modified[:100]
    _store(calendar, found.read, at=at)


def _store(calendar: BusyCalendar, read: Occupancy, *, at: datetime) -> None:
    calendar.fetched_at = calendar.read_at = at
    calendar.left_out, calendar.problem = read.left_out, ""
    calendar.save()
    set_busy(learner=calendar.learner, source=calendar.source, intervals=read.intervals, at=at)


def _refusal(status: int) -> str:
    try:
        named = f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        named = str(status)
    return f"This address answered {named}. {_mend(status)}"


def _mend(status: int) -> str:
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return "Use the secret or public address of the calendar, which needs no login."
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        return "Copy the address from your calendar again."
    return "We try again by ourselves."


def _in_words(problem: CannotFetch | NotACalendar) -> str:
    if isinstance(problem, NotACalendar):
        return str(problem)
    if isinstance(problem, NotPublic):
        return f"{problem} Use an address that everyone can reach, or upload the file."
    return f"{problem} Check the address; we try again by ourselves."

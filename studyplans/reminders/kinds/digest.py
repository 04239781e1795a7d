"""The digest: what is planned today.  The test is a digest that comes whatever is planned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.urls import reverse

from common import clock
from common.durations import duration
from studyplans.plans.models import StudySession
from studyplans.plans.workload import SETTLED_STATES
from studyplans.reminders.kinds.kind import Brief, Links, News, Offer, Rhythm, Traits, Wording
from studyplans.reminders.kinds.reading import day_of
from studyplans.reminders.kinds.templates import html_of, text_of
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName
from studyplans.reminders.rowset import rows_of
from tracker.accounts.models import User
from tracker.curricula.models import Milestone
from tracker.progress.models import Achievement, Enrolment

MOST_LISTED = 5
NOTHING_PLANNED = "nothing is planned today"
PAUSED = "what is planned today is paused"
ALL_DONE = "everything planned for today is done"
ALL_OVER = "the sessions of today are over"
PLANNED, ON_HOLD = StudySession.State.PLANNED, Enrolment.State.PAUSED
MINUTE = timedelta(minutes=1)


class Wall(NamedTuple):
    """All of a learner that the bounds of their days depend on."""

    zone: ZoneInfo
    day_starts_at: time


class Planned(NamedTuple):
    """A session near today, as the database tells it."""

    learner_id: int
    uid: object
    starts_at: datetime
    ends_at: datetime
    state: str
    milestone_key: str
    enrolment_state: str
    curriculum_id: int
    curriculum_title: str

    @property
    def place(self) -> tuple[int, str]:
        return self.curriculum_id, self.milestone_key


class Row(NamedTuple):
    """A session as the mail lists it."""

    begins: str
    ends: str
    minutes: int
    title: str
    path: str
    curriculum: str
    milestone_key: str
    session: str


@dataclass(frozen=True, slots=True)
class Digest:
    """What a learner still has planned today, or why there is nothing to say."""

    zone: str
    date: date
    rows: tuple[Row, ...]
    why_empty: str
    is_test: bool = False

    @property
    def why_useless(self) -> str:
        return "" if self.is_test else self.why_empty

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def in_words(self) -> str:
        if not self.rows:
            return "nothing planned"
        count = len(self.rows)
        return f"{count} session{'' if count == 1 else 's'}, {duration(self.minutes)}"

    @property
    def brief(self) -> Brief:
        return Brief(f"Today: {self.in_words}", reverse("today"))

    @property
    def day_in_words(self) -> str:
        return _in_words(self.date)

    @property
    def listed(self) -> tuple[Row, ...]:
        return self.rows[:MOST_LISTED]

    @property
    def unlisted_count(self) -> int:
        return len(self.rows) - len(self.listed)

    def wording(self, links: Links, also: Sequence[Brief] = ()) -> Wording:
        in_words = self.in_words
        values = {
            "digest": self,
            "in_words": in_words,
            "rows": [
                (row, links.done(row.milestone_key), links.tomorrow(row.session))
                for row in self.listed
            ],
            "links": links,
            "also": also,
        }
        return Wording(
            subject=f"Test: today, {in_words}" if self.is_test else f"Today: {in_words}",
            text=text_of("emails/reminders/digest.txt", values),
            html=html_of("emails/reminders/digest.html", values),
        )


@dataclass(frozen=True, slots=True)
class DigestKind(Traits):
    @property
    def example(self) -> News:
        return EXAMPLE

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        learners = {delivery.learner_id: delivery.learner for delivery in deliveries}
        days: dict[int, date] = {}
        for delivery in deliveries:
            # Of two days, the earlier one is over, and its digest too late anyway.
            day = self._day(delivery, at=at)
            days[delivery.learner_id] = max(day, days.get(delivery.learner_id, day))
        digests = digests_of(list(learners.values()), days, at=at)
        return [self._news(digests[delivery.learner_id]) for delivery in deliveries]

    def _day(self, delivery: Delivery, *, at: datetime) -> date:
        """Return the day to tell: a digest before the day has begun is of the day to come."""
        return day_of(delivery)

    def _news(self, digest: Digest) -> News:
        return digest


class TestKind(DigestKind):
    """The digest a learner asks for, to see one."""

    def _day(self, delivery: Delivery, *, at: datetime) -> date:
        return clock.date_of(at, delivery.learner)

    def _news(self, digest: Digest) -> News:
        return replace(digest, is_test=True)


DIGEST = DigestKind(
    list_title="Milepost daily digest",
    schedule=KindName.DIGEST,
    rhythm=Rhythm.EVERY_TIME,
    # Tomorrow brings another one; two of a morning would look like a fault.
    is_repeated_in_doubt=False,
    offer=Offer(
        says="What you planned for the day. On a day without sessions there is no mail.",
        quiet_from=None,
        quiet_until=None,
    ),
)
TEST = TestKind(
    list_title=DIGEST.list_title,
    schedule=KindName.DIGEST,
    rhythm=Rhythm.EVENT,
    needs_schedule=False,
)
EXAMPLE = Digest(
    zone="Europe/Berlin",
    date=date(2026, 3, 2),
    rows=(
        Row("19:00", "20:00", 60, "Vectors and spans", "/today/", "Linear algebra", "m", "s"),
        Row("20:00", "20:30", 30, "Eigenvalues", "/today/", "Linear algebra", "m", "s"),
    ),
    why_empty="",
)


def digests_of(
    learners: Sequence[User], days: Mapping[int, date], *, at: datetime
) -> dict[int, Digest]:
    """Return each learner's digest of their day; both go by the learner's primary key."""
    sessions = _sessions_on(days, learners, at=at)
    near = [session for todays in sessions.values() for session in todays]
    titles, settled = _titles(near), _settled(near)
    return {
        learner.pk: _digest(
            learner,
            [each for each in sessions[learner.pk] if each.place in titles],
            titles,
            settled,
            day=days[learner.pk],
            at=at,
        )
        for learner in learners
    }


def _sessions_on(
    dates: Mapping[int, date], learners: Sequence[User], *, at: datetime
) -> dict[int, list[Planned]]:
    """Return each learner's sessions of their day; one query for days of all zones."""
    days = {
        learner.pk: _span_of(dates[learner.pk], Wall(learner.zone, learner.day_starts_at))
        for learner in learners
    }
    near = StudySession.objects.filter(
        plan__learner__among=days,
        starts_at__gte=min((begin for begin, _ in days.values()), default=at),
        starts_at__lt=max((end for _, end in days.values()), default=at),
    ).exclude(enrolment__state=Enrolment.State.LEFT)
    rows = near.order_by("starts_at", "pk").values_list(
        *["plan__learner", "uid", "starts_at", "ends_at", "state", "milestone_key"],
        *["enrolment__state", "enrolment__curriculum", "enrolment__curriculum__title"],
    )
    todays: dict[int, list[Planned]] = defaultdict(list)
    for session in map(Planned._make, rows_of(rows)):
        begin, end = days[session.learner_id]
        if begin <= session.starts_at < end:
            todays[session.learner_id].append(session)
    return todays


@lru_cache(maxsize=1024)
def _span_of(day: date, wall: Wall) -> tuple[datetime, datetime]:
    next_day = day + timedelta(days=1)
    return clock.start_of_day(day, wall), clock.start_of_day(next_day, wall)


def _titles(sessions: Iterable[Planned]) -> dict[tuple[int, str], tuple[str, str]]:
    """Return title and address of each milestone that is still there."""
    places = {session.place for session in sessions}
    found = Milestone.objects.filter(
        curriculum__among={curriculum for curriculum, _ in places},
        key__among={key for _, key in places},
    )
    return {
        (curriculum, key): (title, _path_of(key))
        for curriculum, key, title in found.values_list("curriculum", "key", "title")
        if (curriculum, key) in places
    }


@lru_cache(maxsize=16)
def _in_words(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"


@lru_cache(maxsize=4096)
def _path_of(milestone_key: str) -> str:
    return reverse("milestone", args=[milestone_key])


def _settled(sessions: Iterable[Planned]) -> set[tuple[int, str]]:
    """Return (learner, milestone key) of what is done, known or skipped."""
    pairs = {(session.learner_id, session.milestone_key) for session in sessions}
    achievements = Achievement.objects.filter(
        learner__among={learner for learner, _ in pairs},
        milestone_key__among={key for _, key in pairs},
        state__in=SETTLED_STATES,
    )
    return set(achievements.values_list("learner", "milestone_key"))


def _digest(
    learner: User,
    sessions: Sequence[Planned],
    titles: Mapping[tuple[int, str], tuple[str, str]],
    settled: set[tuple[int, str]],
    *,
    day: date,
    at: datetime,
) -> Digest:
    zone = learner.zone
    still_open = [each for each in sessions if _is_open(each, settled)]
    ahead = [each for each in still_open if each.ends_at > at]
    return Digest(
        zone=str(zone),
        date=day,
        rows=tuple(_row(each, *titles[each.place], zone) for each in ahead),
        why_empty="" if ahead else _why_empty(sessions, still_open),
    )


def _is_open(session: Planned, settled: set[tuple[int, str]]) -> bool:
    return (
        session.state == PLANNED
        and session.enrolment_state != ON_HOLD
        and (session.learner_id, session.milestone_key) not in settled
    )


def _row(session: Planned, title: str, path: str, zone: ZoneInfo) -> Row:
    return Row(
        begins=_on_the_clock(session.starts_at, zone),
        ends=_on_the_clock(session.ends_at, zone),
        minutes=(session.ends_at - session.starts_at) // MINUTE,
        title=title,
        path=path,
        curriculum=session.curriculum_title,
        milestone_key=session.milestone_key,
        session=f"{session.uid} {int(session.starts_at.timestamp())}",
    )


def _on_the_clock(moment: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return f"{local.hour:02}:{local.minute:02}"


def _why_empty(planned: Sequence[Planned], still_open: Sequence[Planned]) -> str:
    if not planned:
        return NOTHING_PLANNED
    if all(each.enrolment_state == ON_HOLD for each in planned):
        return PAUSED
    return ALL_OVER if still_open else ALL_DONE

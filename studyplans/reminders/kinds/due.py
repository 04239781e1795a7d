"""A project or an assessment that comes to its end, and what was planned and is still open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.urls import reverse

from common import clock
from studyplans.plans.models import StudySession
from studyplans.reminders.kinds.kind import Lead, News, Offer, Traits
from studyplans.reminders.kinds.note import Line, NoNews, Note
from studyplans.reminders.kinds.reading import (
    WEEK,
    Sitting,
    Wished,
    by_learner,
    day_of,
    learners_of,
    milestone_path,
    settled,
    short_day,
    sittings,
    span_around,
    why_silent,
    wished,
)
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName
from tracker.accounts.models import User
from tracker.curricula.models import Milestone

LONGEST_LEAD_DAYS = 14
NOTHING_DUE = "no milestone has come due"
WITH_A_RESULT = (Milestone.Kind.PROJECT, Milestone.Kind.ASSESSMENT)
State = StudySession.State


class Ahead(NamedTuple):
    """What is planned of a milestone from the day of the mail on."""

    first: Sitting
    last: Sitting


@dataclass(frozen=True, slots=True)
class DueKind(Traits):
    @property
    def example(self) -> News:
        soon = Line("A churn model", "/plan/", "Last session on Friday 6 March")
        missed = Line("Eigenvalues", "/plan/", "Was planned for Monday 2 March")
        return _note([soon], [missed])

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        learners = learners_of(deliveries)
        since, until = span_around(deliveries, before=WEEK, after=LONGEST_LEAD_DAYS)
        # A later session may lie beyond the longest lead, which decides what is the last one.
        found = sittings(learners, since=since, until=until + timedelta(weeks=8))
        over, wishes = settled(found), wished(deliveries, KindName.DUE)
        silent = why_silent(learners, at=at)
        still_open = by_learner(each for each in found if each.place not in over)
        return [
            NoNews(silent[delivery.learner_id])
            if delivery.learner_id in silent
            else _news(delivery, still_open[delivery.learner_id], wishes[delivery.learner_id])
            for delivery in deliveries
        ]


DUE = DueKind(
    list_title="Milepost milestones due",
    schedule=KindName.DUE,
    offer=Offer(
        says="A project or assessment nears its last session, or a session went by unstudied.",
        lead=Lead.DAYS,
        lead_minutes=2 * Lead.DAYS.value,
    ),
)


def _news(delivery: Delivery, sessions: Sequence[Sitting], wish: Wished) -> News:
    learner, today = delivery.learner, day_of(delivery)
    covered = timedelta(days=wish.days_covered(today))
    ahead = _ahead(sessions, learner, today)
    soon_until = today + timedelta(days=wish.lead_days)
    soon = [
        _soon(each.last, learner)
        for each in ahead.values()
        if each.last.sort in WITH_A_RESULT
        and soon_until - covered < each.last.day(learner) <= soon_until
    ]
    missed = [
        _missed(each, ahead.get(each.milestone_key), learner)
        for each in _gone_by(sessions, learner, today - covered, today)
    ]
    return _note(soon, missed) if soon or missed else NoNews(NOTHING_DUE)


def _ahead(sessions: Iterable[Sitting], learner: User, today: date) -> dict[str, Ahead]:
    found: dict[str, Ahead] = {}
    for each in sessions:
        if each.state == State.PLANNED and each.day(learner) >= today:
            first = found[each.milestone_key].first if each.milestone_key in found else each
            found[each.milestone_key] = Ahead(first, each)
    return found


def _gone_by(
    sessions: Iterable[Sitting], learner: User, since: date, until: date
) -> Iterable[Sitting]:
    """Return the latest session of each milestone that went by on those days."""
    unanswered = (State.PLANNED, State.MISSED)
    return {
        each.milestone_key: each
        for each in sessions
        if each.state in unanswered and since <= each.day(learner) < until
    }.values()


def _soon(last: Sitting, learner: User) -> Line:
    day = short_day(clock.date_of(last.starts_at, learner))
    return _line(last, f"Last session on {day}")


def _missed(session: Sitting, ahead: Ahead | None, learner: User) -> Line:
    was = f"Was planned for {short_day(session.day(learner))}"
    return _line(session, f"{was}, now for {short_day(ahead.first.day(learner))}" if ahead else was)


def _line(session: Sitting, detail: str) -> Line:
    path = milestone_path(session.milestone_key)
    return Line(session.title, path, detail, done=session.milestone_key)


def _note(soon: Sequence[Line], missed: Sequence[Line]) -> Note:
    return Note(
        heading=_heading(len(soon), len(missed)),
        says="The plan has made room for what is left. Done already? Check it off.",
        lines=(*soon, *missed),
        why="reminders of milestones due are",
        button="Open your plan",
        path=reverse("plan"),
    )


def _heading(soon: int, missed: int) -> str:
    parts = [
        f"{count} {'milestone' if count == 1 else 'milestones'} {what}"
        for count, what in ((soon, "due soon"), (missed, "still open"))
        if count
    ]
    return ", ".join(parts)

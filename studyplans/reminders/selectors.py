"""Questions asked of reminders; each answers in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from allauth.account.models import EmailAddress

from common import clock
from common.durations import duration
from studyplans.plans.models import StudySession
from studyplans.plans.selectors import SessionRow, with_milestones
from studyplans.plans.workload import SETTLED_STATES
from studyplans.reminders.models import Delivery, Kind, ReminderSchedule
from studyplans.reminders.rules import next_run
from tracker.accounts.models import User
from tracker.progress.models import Achievement, Enrolment

MOST_LISTED = 5
TOO_LATE = "it would have come too late"
NO_ADDRESS = "there is no confirmed e-mail address to send it to"
SWITCHED_OFF = "it is switched off"
NOTHING_PLANNED = "nothing is planned today"
PAUSED = "what is planned today is paused"
ALL_DONE = "everything planned for today is done"
ALL_OVER = "the sessions of today are over"


@dataclass(frozen=True, slots=True)
class Digest:
    """What a learner still has planned today, or why there is nothing to say."""

    learner: User
    date: date
    rows: tuple[SessionRow, ...]
    why_empty: str

    @property
    def minutes(self) -> int:
        return sum(row.session.minutes for row in self.rows)

    @property
    def in_words(self) -> str:
        if not self.rows:
            return "nothing planned"
        count = len(self.rows)
        return f"{count} session{'' if count == 1 else 's'}, {duration(self.minutes)}"

    @property
    def listed(self) -> tuple[SessionRow, ...]:
        return self.rows[:MOST_LISTED]

    @property
    def unlisted_count(self) -> int:
        return len(self.rows) - len(self.listed)


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a delivery is still true and useful: an empty reason says that it is."""

    delivery: Delivery
    digest: Digest
    reason: str


def digests_of(learners: Sequence[User], *, at: datetime) -> dict[int, Digest]:
    """Return each learner's digest of their own today, by the learner's primary key."""
    days = {learner.pk: clock.date_of(at, learner) for learner in learners}
    rows = _rows_today(learners, at=at)
    settled = _settled(rows)
    return {
        learner.pk: _digest(learner, days[learner.pk], rows[learner.pk], settled, at)
        for learner in learners
    }


def _rows_today(learners: Sequence[User], *, at: datetime) -> dict[int, list[SessionRow]]:
    # No local day is further away than this; whose day it is, is decided row by row.
    near = StudySession.objects.filter(
        plan__learner__in=learners,
        starts_at__gt=at - timedelta(days=2),
        starts_at__lt=at + timedelta(days=2),
    ).exclude(enrolment__state=Enrolment.State.LEFT)
    rows: dict[int, list[SessionRow]] = defaultdict(list)
    for row in with_milestones(near.select_related("plan__learner", "enrolment__curriculum")):
        learner = row.session.plan.learner
        if clock.date_of(row.session.starts_at, learner) == clock.date_of(at, learner):
            rows[learner.pk].append(row)
    return rows


def _settled(rows: dict[int, list[SessionRow]]) -> set[tuple[int, str]]:
    """Return (learner, milestone key) of what is done, known or skipped."""
    keys = {row.milestone.key for todays in rows.values() for row in todays}
    achievements = Achievement.objects.filter(
        learner__in=rows, milestone_key__in=keys, state__in=SETTLED_STATES
    )
    return set(achievements.values_list("learner", "milestone_key"))


def _digest(
    learner: User,
    day: date,
    rows: Sequence[SessionRow],
    settled: set[tuple[int, str]],
    at: datetime,
) -> Digest:
    active = [row for row in rows if row.session.enrolment.state != Enrolment.State.PAUSED]
    open_rows = [
        row
        for row in active
        if row.session.state == StudySession.State.PLANNED
        and (learner.pk, row.milestone.key) not in settled
    ]
    ahead = tuple(row for row in open_rows if row.session.ends_at > at)
    return Digest(learner, day, ahead, _why_empty(rows, active, open_rows, ahead))


def _why_empty(
    rows: Sequence[SessionRow],
    active: Sequence[SessionRow],
    open_rows: Sequence[SessionRow],
    ahead: Sequence[SessionRow],
) -> str:
    if not rows:
        return NOTHING_PLANNED
    if not active:
        return PAUSED
    if not open_rows:
        return ALL_DONE
    return "" if ahead else ALL_OVER


def decisions_on(deliveries: Sequence[Delivery], *, at: datetime) -> list[Decision]:
    """Decide on deliveries whose learners are loaded, saved or not."""
    learners = list({delivery.learner_id: delivery.learner for delivery in deliveries}.values())
    digests = digests_of(learners, at=at)
    reachable = _reachable(learners)
    wanting = set(
        ReminderSchedule.objects.filter(
            learner__in=learners, kind=Kind.DIGEST, is_on=True
        ).values_list("learner", flat=True)
    )

    def reason(delivery: Delivery) -> str:
        if delivery.stale_at <= at:
            return TOO_LATE
        if delivery.learner_id not in reachable:
            return NO_ADDRESS
        if delivery.kind == Kind.TEST:
            return ""
        if delivery.learner_id not in wanting:
            return SWITCHED_OFF
        return digests[delivery.learner_id].why_empty

    return [
        Decision(delivery, digests[delivery.learner_id], reason(delivery))
        for delivery in deliveries
    ]


def _reachable(learners: Sequence[User]) -> set[int]:
    """Return the keys of learners with an open account and a confirmed address."""
    confirmed = EmailAddress.objects.filter(user__in=learners, verified=True)
    addresses = {(pk, email.lower()) for pk, email in confirmed.values_list("user", "email")}
    return {
        learner.pk
        for learner in learners
        if learner.is_active and (learner.pk, learner.email.lower()) in addresses
    }


def schedule_of(learner: User, *, kind: str = Kind.DIGEST) -> ReminderSchedule | None:
    return ReminderSchedule.objects.filter(learner=learner, kind=kind).first()


def runs_due(schedule: ReminderSchedule, *, at: datetime) -> Iterator[datetime]:
    """Return every moment the schedule came due, also those that an outage let pass."""
    run = schedule.next_run_at
    while run is not None and run <= at:
        yield run
        run = run_after(schedule, run)


def run_after(schedule: ReminderSchedule, moment: datetime) -> datetime | None:
    return next_run(
        after=moment,
        local_time=schedule.local_time,
        weekdays=schedule.weekdays,
        zone=schedule.learner.zone,
    )


def delivery_for(schedule: ReminderSchedule, run: datetime, *, at: datetime) -> Delivery:
    """Build, without saving, the delivery of one run; one that is too late is born skipped."""
    learner = schedule.learner
    day = clock.date_of(run, learner)
    delivery = Delivery(
        learner=learner,
        kind=schedule.kind,
        occurrence=day.isoformat(),
        due_at=run,
        stale_at=clock.start_of_day(day + timedelta(days=1), learner),
    )
    if delivery.stale_at <= at:
        delivery.status = Delivery.Status.SKIPPED
        delivery.reason = TOO_LATE
        delivery.settled_at = at
    return delivery


def last_occurrence(learner: User, *, kind: str) -> date | None:
    """Return the latest local date this kind was sent, or decided upon, for."""
    past = Delivery.objects.filter(learner=learner, kind=kind).order_by("-occurrence")
    occurrence = past.values_list("occurrence", flat=True).first()
    return date.fromisoformat(occurrence) if occurrence else None


def rehearsal(*, at: datetime) -> list[Decision]:
    """Decide on everything that a dispatch at this moment would take up; write nothing."""
    waiting = list(Delivery.objects.due(at).select_related("learner"))
    schedules = list(ReminderSchedule.objects.due(at).select_related("learner"))
    learners = [schedule.learner_id for schedule in schedules]
    known = set(
        Delivery.objects.filter(learner__in=learners).values_list("learner", "kind", "occurrence")
    )
    fresh = (
        delivery_for(schedule, run, at=at)
        for schedule in schedules
        for run in runs_due(schedule, at=at)
    )
    unknown = [
        delivery
        for delivery in fresh
        if (delivery.learner_id, delivery.kind, delivery.occurrence) not in known
    ]
    return decisions_on([*waiting, *unknown], at=at)


def deliveries_to(learner: User, *, limit: int) -> list[Delivery]:
    """Return the latest deliveries, newest first."""
    return list(Delivery.objects.filter(learner=learner).order_by("-due_at", "-pk")[:limit])

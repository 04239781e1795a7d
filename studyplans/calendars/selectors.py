"""Questions asked of feeds and busy calendars; each answers in a constant number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.urls import reverse

from common import clock
from studyplans.calendars.addresses import secret_of
from studyplans.calendars.feed import FeedEvent, PlanFeed
from studyplans.calendars.models import BusyCalendar, CalendarFeed
from studyplans.calendars.occupancy import Horizon, Interval
from studyplans.plans.availability import weekly_windows
from studyplans.plans.models import (
    BusyTime,
    CancelledSession,
    ReviewTime,
    StudyPlan,
    StudySession,
)
from studyplans.plans.selectors import SessionRow, windows_of, with_milestones
from studyplans.scheduling import PlanProblem, study_windows
from tracker.accounts.models import User
from tracker.curricula.models import Milestone
from tracker.progress.selectors import titles_by_key

DAYS_BACK = timedelta(days=30)
DAYS_AHEAD = timedelta(days=400)
WEEKS_WEIGHED = 4


def feed_of(learner: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(learner=learner).first()


def feed_at(token: str) -> CalendarFeed | None:
    """Return the feed at an address; None for one revoked, replaced, or never given out."""
    secret = secret_of(token)
    if secret is None:
        return None
    found = CalendarFeed.objects.filter(secret=secret, learner__is_active=True)
    return found.select_related("learner__study_plan").first()


def plan_feed(feed: CalendarFeed, *, at: datetime) -> PlanFeed:
    """Return what a learner's calendar is to show: a month back, and the plan to its end."""
    learner = feed.learner
    begin, end = _feed_span(at)
    sessions = StudySession.objects.of(learner).filter(ends_at__gt=begin, starts_at__lt=end)
    rows = with_milestones(sessions.select_related("enrolment__curriculum"))
    reviews = ReviewTime.objects.filter(plan__learner=learner, ends_at__gt=begin, starts_at__lt=end)
    cancelled = CancelledSession.objects.filter(plan__learner=learner, cancelled_at__gte=begin)
    planned_at = _planned_at(feed)
    events = [
        *(_session_event(row, planned_at) for row in rows),
        *(_review_event(review, planned_at) for review in reviews),
        *_cancelled_events(list(cancelled)),
    ]
    return PlanFeed("Milepost", learner.zone.key, feed.alarm_minutes, events)


def feed_changed_at(feed: CalendarFeed, *, at: datetime) -> datetime:
    """Return since when the feed has been as it is; with each new day old events drop out."""
    return max(_planned_at(feed), feed.changed_at, _midnight(at))


def _feed_span(at: datetime) -> tuple[datetime, datetime]:
    # By the day: a span that moved with every second would change the file every second.
    return _midnight(at) - DAYS_BACK, _midnight(at) + DAYS_AHEAD


def _midnight(at: datetime) -> datetime:
    return datetime.combine(at.astimezone(UTC), time.min, tzinfo=UTC)


def _planned_at(feed: CalendarFeed) -> datetime:
    study_plan: StudyPlan | None = getattr(feed.learner, "study_plan", None)
    return (study_plan and study_plan.planned_at) or feed.changed_at


def _session_event(row: SessionRow, planned_at: datetime) -> FeedEvent:
    session, milestone = row.session, row.milestone
    is_exam = session.is_pinned and milestone.kind == Milestone.Kind.EXAM
    is_skipped = session.state == StudySession.State.SKIPPED
    address = f"{settings.SITE_URL}{milestone.get_absolute_url()}"
    about = f"Done when: {milestone.done_when}\n\n{session.enrolment.curriculum}\n{address}"
    return FeedEvent(
        uid=str(session.uid),
        sequence=session.sequence + is_skipped,
        title=f"Exam: {milestone.title}" if is_exam else milestone.title,
        description=about,
        url=address,
        starts_at=session.starts_at,
        ends_at=session.ends_at,
        changed_at=min(planned_at, session.ends_at),
        is_cancelled=is_skipped,
    )


def _review_event(review: ReviewTime, planned_at: datetime) -> FeedEvent:
    """Return an event named by its time: review times have no identity that could move."""
    named = f"review-{review.plan_id}-{review.starts_at:%Y%m%dT%H%M}-{review.ends_at:%H%M}"
    return FeedEvent(
        uid=named,
        sequence=0,
        title="Reviews",
        description="A look back at what you finished.",
        url=f"{settings.SITE_URL}{reverse('today')}",
        starts_at=review.starts_at,
        ends_at=review.ends_at,
        changed_at=min(planned_at, review.ends_at),
    )


def _cancelled_events(cancelled: Sequence[CancelledSession]) -> Iterable[FeedEvent]:
    titles = titles_by_key(each.milestone_key for each in cancelled)
    for each in cancelled:
        yield FeedEvent(
            uid=str(each.uid),
            sequence=each.sequence,
            title=titles.get(each.milestone_key, each.milestone_key),
            description="No longer planned.",
            url=f"{settings.SITE_URL}{reverse('plan')}",
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            changed_at=each.cancelled_at,
            is_cancelled=True,
        )


# --- busy calendars -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BusyWeek:
    """A calendar, and what it takes of an average week to come."""

    calendar: BusyCalendar
    minutes: int
    study_minutes: int


def horizon_of(learner: User, *, at: datetime) -> Horizon:
    """Return the time busy calendars are read for.

    It moves on once a week: the same calendar gives the same times until then.
    """
    today = clock.date_of(at, learner)
    begins_at = clock.start_of_day(today - timedelta(days=today.weekday()), learner)
    return Horizon(learner.zone, begins_at, begins_at + DAYS_AHEAD)


def is_read_for(calendar: BusyCalendar, horizon: Horizon) -> bool:
    return calendar.read_at is not None and calendar.read_at >= horizon.begins_at


def busy_weeks_of(learner: User, *, at: datetime) -> list[BusyWeek]:
    """Return each of a learner's calendars with the minutes it takes of a week."""
    calendars = BusyCalendar.objects.of(learner)
    end = at + timedelta(weeks=WEEKS_WEIGHED)
    ahead = BusyTime.objects.filter(plan__learner=learner, ends_at__gt=at, starts_at__lt=end)
    taken: dict[str, list[Interval]] = defaultdict(list)
    for source, starts_at, ends_at in ahead.values_list("source", "starts_at", "ends_at"):
        taken[source].append((max(starts_at, at), min(ends_at, end)))
    open_for_study = _open_for_study(learner, at=at)
    return [
        BusyWeek(
            calendar,
            _minutes(taken[calendar.source]) // WEEKS_WEIGHED,
            _minutes(_common(taken[calendar.source], open_for_study)) // WEEKS_WEIGHED,
        )
        for calendar in calendars
    ]


def _open_for_study(learner: User, *, at: datetime) -> list[Interval]:
    problem = PlanProblem(
        zone=learner.zone.key,
        start=at,
        horizon_days=7 * WEEKS_WEIGHED,
        windows=weekly_windows(windows_of(learner)),
        milestones=(),
    )
    return [(window.starts_at, window.ends_at) for window in study_windows(problem)]


def _common(some: Sequence[Interval], others: Sequence[Interval]) -> list[Interval]:
    """Return the time that lies in both; each side comes in order and apart."""
    found, mine, theirs = [], 0, 0
    while mine < len(some) and theirs < len(others):
        begin = max(some[mine][0], others[theirs][0])
        end = min(some[mine][1], others[theirs][1])
        if begin < end:
            found.append((begin, end))
        if some[mine][1] < others[theirs][1]:
            mine += 1
        else:
            theirs += 1
    return found


def _minutes(intervals: Iterable[Interval]) -> int:
    return int(sum((end - begin).total_seconds() for begin, end in intervals) // 60)

"""The learner's day: both sides of the house on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from common import clock
from common.durations import duration
from studyplans.plans import selectors as plans
from studyplans.plans.availability import availability_read_once
from studyplans.plans.availability_selectors import followed_enrolments
from studyplans.plans.finish_ranges import FinishRange
from studyplans.plans.free_time import Stretch, open_time
from studyplans.plans.kept_answers import KeptAnswers
from studyplans.plans.models import StudyPlan, StudySession
from studyplans.plans.plan_now import why, why_of
from studyplans.plans.plan_selectors import counts, ends_of, minutes_studied
from studyplans.plans.receipts_text import day_text
from studyplans.reviews.selectors import DueReview, ReviewDay, review_day
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.models import Achievement
from tracker.progress.percent import COUNTED_STATES, Share
from tracker.progress.selectors import shares_of, states_of

DAYS_AHEAD = 3
LOOK_AHEAD = timedelta(days=15)
LOOK_BACK = timedelta(days=3)
EARLIER_SHOWN = 3
REVIEWS_SHOWN = 3

State = StudySession.State
SETTLED_STATES = COUNTED_STATES | {Achievement.State.SKIPPED}


@dataclass(frozen=True, slots=True)
class TodayRow:
    """A session of today and where its milestone stands."""

    row: plans.SessionRow
    state: str
    at: datetime

    @property
    def session(self) -> StudySession:
        return self.row.session

    @property
    def is_counted(self) -> bool:
        return self.state in COUNTED_STATES

    @property
    def is_settled(self) -> bool:
        """Nothing is left to do about it."""
        return self.is_counted or self.session.state != State.PLANNED

    @property
    def is_now(self) -> bool:
        return self.session.starts_at <= self.at < self.session.ends_at

    @property
    def is_over(self) -> bool:
        return self.session.ends_at <= self.at

    @property
    def state_label(self) -> str:
        return Achievement.State(self.state).label

    @property
    def minutes_studied(self) -> int:
        return minutes_studied(self.session)


@dataclass(frozen=True, slots=True)
class EarlierRow:
    """A session of the last days that nobody answered, and when its work is planned again."""

    row: plans.SessionRow
    again: StudySession | None


@dataclass(frozen=True, slots=True)
class FollowedPath:
    forecast: plans.Forecast
    share: Share
    range: FinishRange | None

    @property
    def curriculum(self) -> Curriculum:
        return self.forecast.enrolment.curriculum

    @property
    def percent_text(self) -> str:
        return f"{self.share.percent} %"

    @property
    def early_text(self) -> str:
        """Return the first day of the range; its year where the last day has another."""
        if self.range is None or self.range.early_on is None or self.range.late_on is None:
            return ""
        return day_text(self.range.early_on, year=self.range.late_on.year)


@dataclass(frozen=True, slots=True)
class DayTime:
    """The minutes of the learner's week, and those it gives to the day."""

    week_minutes: int
    budget_minutes: int


@dataclass(frozen=True, slots=True)
class TodayView:
    date: date
    rows: tuple[TodayRow, ...]
    earlier: tuple[EarlierRow, ...]
    ahead: tuple[plans.Day, ...]
    paths: tuple[FollowedPath, ...]
    reviews: ReviewDay
    review_times: tuple[Stretch, ...]
    budget_minutes: int
    has_time: bool
    why_next: str

    @property
    def earlier_shown(self) -> tuple[EarlierRow, ...]:
        return self.earlier[:EARLIER_SHOWN]

    @property
    def earlier_hidden(self) -> int:
        return len(self.earlier) - len(self.earlier_shown)

    @property
    def reviews_shown(self) -> tuple[DueReview, ...]:
        return self.reviews.asked[:REVIEWS_SHOWN]

    @property
    def reviews_hidden(self) -> int:
        return len(self.reviews.asked) - len(self.reviews_shown)

    @property
    def minutes_left(self) -> int:
        return sum(row.session.minutes for row in self.rows if not row.is_settled) + (
            self.reviews.minutes
        )

    @property
    def minutes_done(self) -> int:
        return sum(row.minutes_studied for row in self.rows) + self.reviews.minutes_done

    @property
    def minutes_planned(self) -> int:
        """Return what the day asks for in all: what is left of it and what was planned for it."""
        done = sum(
            row.session.minutes for row in self.rows if row.is_settled and counts(row.session)
        )
        return self.minutes_left + done + self.reviews.minutes_done

    @property
    def most_minutes(self) -> int:
        return max(self.budget_minutes, self.minutes_planned, self.minutes_done)

    @property
    def done_text(self) -> str:
        return f"{duration(self.minutes_done)} of {duration(self.most_minutes)}"

    @property
    def is_settled(self) -> bool:
        """No session of today is left to do."""
        return all(row.is_settled for row in self.rows)

    @property
    def is_done(self) -> bool:
        return self.is_settled and not self.reviews.asked

    @property
    def following(self) -> plans.SessionRow | None:
        """What comes after today."""
        return self.ahead[0].rows[0] if self.ahead else None

    @property
    def next_up(self) -> plans.SessionRow | None:
        """The session to do next: of today as long as there is one, else of the next day."""
        return _first_open(self.rows) or self.following


def today_of(learner: User, study_plan: StudyPlan | None, *, at: datetime) -> TodayView:
    """Return the whole page, in a constant number of queries."""
    if study_plan is None:
        return _unplanned(learner, at=at)
    today = clock.date_of(at, learner)
    kept = KeptAnswers(study_plan, at=at)
    around = _sessions_around(study_plan, today)
    states = states_of(learner, {row.milestone.key for row in around})
    days = plans.days_of(around, learner)
    rows = tuple(
        TodayRow(row, states.get(row.milestone.key, Achievement.State.OPEN), at)
        for day in days
        if day.date == today
        for row in day.rows
    )
    ahead = _ahead(days, today)
    next_up = _first_open(rows) or (ahead[0].rows[0] if ahead else None)
    paths = _followed_paths(study_plan, kept, at=at)
    time = kept.to("time", partial(_time_on, study_plan, today))
    return TodayView(
        date=today,
        rows=rows,
        earlier=tuple(_earlier(days, states, today=today, at=at)),
        ahead=tuple(ahead[:DAYS_AHEAD]),
        paths=tuple(paths),
        reviews=review_day(learner, at, week_minutes=time.week_minutes),
        review_times=tuple(_review_times(study_plan, today)),
        budget_minutes=time.budget_minutes,
        has_time=bool(time.week_minutes),
        why_next=_why(next_up, kept, at=at) if next_up else "",
    )


def _unplanned(learner: User, *, at: datetime) -> TodayView:
    """Return the page of who has no plan yet: paths to choose from, and reviews where there are."""
    return TodayView(
        date=clock.date_of(at, learner),
        rows=(),
        earlier=(),
        ahead=(),
        paths=(),
        reviews=review_day(learner, at),
        review_times=(),
        budget_minutes=0,
        has_time=False,
        why_next="",
    )


def _followed_paths(
    study_plan: StudyPlan, kept: KeptAnswers, *, at: datetime
) -> list[FollowedPath]:
    learner = study_plan.learner
    enrolments = followed_enrolments(learner)
    ends = kept.to("ends", partial(ends_of, study_plan, at=at))
    editions = [enrolment.curriculum for enrolment in enrolments]
    asked = "-".join(str(edition.pk) for edition in editions)
    shares = kept.to(f"shares:{asked}", partial(shares_of, learner, editions))
    return [
        FollowedPath(
            plans.Forecast(each, ends.days.get(each.pk)),
            shares[each.curriculum_id],
            ends.ranges.get(each.pk),
        )
        for each in enrolments
    ]


def _sessions_around(study_plan: StudyPlan, today: date) -> list[plans.SessionRow]:
    learner = study_plan.learner
    begin = clock.start_of_day(today - LOOK_BACK, learner)
    end = clock.start_of_day(today + LOOK_AHEAD, learner)
    own = study_plan.sessions.filter(starts_at__gte=begin, starts_at__lt=end)
    return plans.with_milestones(own.select_related("enrolment__curriculum"))


def _first_open(rows: Sequence[TodayRow]) -> plans.SessionRow | None:
    return next((row.row for row in rows if not row.is_settled), None)


def _ahead(days: Sequence[plans.Day], today: date) -> list[plans.Day]:
    """Return the days to come with what is planned on them."""
    planned = [
        plans.Day(day.date, tuple(row for row in day.rows if row.session.state == State.PLANNED))
        for day in days
        if day.date > today
    ]
    return [day for day in planned if day.rows]


def _earlier(
    days: Sequence[plans.Day], states: Mapping[str, str], *, today: date, at: datetime
) -> list[EarlierRow]:
    """Return what of the last days nobody answered, with the next time planned for it."""
    again = {
        row.session.milestone_key: row.session
        for day in reversed(days)
        for row in reversed(day.rows)
        if row.session.state == State.PLANNED and row.session.starts_at > at
    }
    return [
        EarlierRow(row, again.get(row.session.milestone_key))
        for day in days
        if day.date < today
        for row in day.rows
        if row.session.state in (State.PLANNED, State.MISSED)
        and states.get(row.milestone.key) not in SETTLED_STATES
    ]


def _why(row: plans.SessionRow, kept: KeptAnswers, *, at: datetime) -> str:
    """Say why the next session is next; what comes first in a plan waits for nothing."""
    if row.session.ends_at <= at:
        return "Its time has gone by, and it still comes first."
    if row.session.starts_at <= at:
        return "Its time is now."
    reason = kept.to(why_of(row.session), partial(why, row, at=at))
    return reason or "All it builds on is done, and it comes first in your plan."


def _time_on(study_plan: StudyPlan, day: date) -> DayTime:
    learner = study_plan.learner
    availability = availability_read_once(study_plan)
    begin = clock.start_of_day(day, learner)
    stretches = open_time(availability, learner.zone, begin=begin, days=1)
    return DayTime(
        week_minutes=availability.weekly_minutes,
        budget_minutes=sum(stretch.minutes for stretch in stretches),
    )


def _review_times(study_plan: StudyPlan, day: date) -> list[Stretch]:
    """Return when the day keeps time for reviews, times without a gap as one."""
    learner = study_plan.learner
    begin, end = (clock.start_of_day(each, learner) for each in (day, day + timedelta(days=1)))
    kept = study_plan.review_times.filter(starts_at__gte=begin)
    merged: list[Stretch] = []
    for starts_at, ends_at in kept.filter(starts_at__lt=end).values_list("starts_at", "ends_at"):
        if merged and merged[-1].ends_at == starts_at:
            starts_at = merged.pop().starts_at
        merged.append(Stretch(starts_at, ends_at))
    return merged

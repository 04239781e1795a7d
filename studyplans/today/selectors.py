"""The learner's day: both sides of the house on one screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from common import clock
from studyplans.plans import selectors as plans
from studyplans.plans.models import StudySession
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum
from tracker.progress.models import Achievement
from tracker.progress.percent import COUNTED_STATES, Share
from tracker.progress.selectors import shares_of, states_of

DAYS_AHEAD = 3
LOOK_AHEAD = timedelta(days=15)
LOOK_BACK = timedelta(days=3)


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
        return self.is_counted or self.session.state != StudySession.State.PLANNED

    @property
    def is_now(self) -> bool:
        return self.session.starts_at <= self.at < self.session.ends_at

    @property
    def is_over(self) -> bool:
        return self.session.ends_at <= self.at

    @property
    def state_label(self) -> str:
        return Achievement.State(self.state).label


@dataclass(frozen=True, slots=True)
class FollowedPath:
    forecast: plans.Forecast
    share: Share

    @property
    def curriculum(self) -> Curriculum:
        return self.forecast.enrolment.curriculum

    @property
    def percent_text(self) -> str:
        return f"{self.share.percent} %"


@dataclass(frozen=True, slots=True)
class TodayView:
    date: date
    rows: tuple[TodayRow, ...]
    earlier: tuple[plans.SessionRow, ...]
    ahead: tuple[plans.Day, ...]
    paths: tuple[FollowedPath, ...]
    weekly_minutes: int

    @property
    def minutes_left(self) -> int:
        return sum(row.session.minutes for row in self.rows if not row.is_settled)

    @property
    def minutes_planned(self) -> int:
        return sum(row.session.minutes for row in self.rows)

    @property
    def is_done(self) -> bool:
        return all(row.is_settled for row in self.rows)

    @property
    def following(self) -> plans.SessionRow | None:
        """What comes after today."""
        return self.ahead[0].rows[0] if self.ahead else None


def today_of(learner: User, *, at: datetime) -> TodayView:
    today = clock.date_of(at, learner)
    begin = clock.start_of_day(today, learner)
    days = plans.agenda(learner, begin=begin, end=begin + LOOK_AHEAD)
    earlier = plans.unsettled(learner, since=begin - LOOK_BACK, at=begin)
    todays = [row for day in days if day.date == today for row in day.rows]
    states = states_of(learner, {row.milestone.key for row in [*todays, *earlier]})
    windows = plans.windows_of(learner)
    return TodayView(
        date=today,
        rows=tuple(
            TodayRow(row, states.get(row.milestone.key, Achievement.State.OPEN), at)
            for row in todays
        ),
        earlier=tuple(
            row for row in earlier if states.get(row.milestone.key) not in COUNTED_STATES
        ),
        ahead=tuple([day for day in days if day.date > today][:DAYS_AHEAD]),
        paths=tuple(followed_paths(learner)),
        weekly_minutes=plans.weekly_minutes(windows),
    )


def followed_paths(learner: User) -> list[FollowedPath]:
    forecasts = plans.forecasts_of(learner)
    shares = shares_of(learner, [forecast.enrolment.curriculum for forecast in forecasts])
    return [
        FollowedPath(forecast, shares[forecast.enrolment.curriculum_id]) for forecast in forecasts
    ]

"""The plan as a calendar: days with what is planned, what takes their time, and their sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from django.db.models import Max

from common import clock
from studyplans.plans.availability import Availability
from studyplans.plans.availability_selectors import followed_enrolments
from studyplans.plans.finish_ranges import FinishRange, finish_ranges
from studyplans.plans.free_time import availability_between, open_time
from studyplans.plans.kept_answers import KeptAnswers
from studyplans.plans.models import (
    Baseline,
    Break,
    BusyTime,
    PlannedFinish,
    ReviewTime,
    StudyPlan,
    StudySession,
)
from studyplans.plans.selectors import Forecast, SessionRow, finish_days, with_milestones
from studyplans.plans.session_selectors import SETTLED, minutes_counted
from tracker.accounts.models import User
from tracker.curricula.models import Milestone

State = StudySession.State
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that takes time on a day: a session, time for reviews, or a busy calendar."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    row: SessionRow | None = None


@dataclass(frozen=True, slots=True)
class CalendarDay:
    today: date
    date: date
    entries: tuple[Entry, ...]
    budget_minutes: int
    taken: Break | None
    is_special: bool

    @property
    def rows(self) -> list[SessionRow]:
        return [entry.row for entry in self.entries if entry.row]

    @property
    def minutes(self) -> int:
        return sum(row.session.minutes for row in self.rows if counts(row.session))

    @property
    def minutes_studied(self) -> int:
        return sum(minutes_studied(row.session) for row in self.rows)

    @property
    def load_percent(self) -> int:
        """Return how full the day is; a full day and more is 100."""
        most = max(self.minutes, self.budget_minutes)
        return 100 * self.minutes // most if most else 0

    @property
    def is_today(self) -> bool:
        return self.date == self.today

    @property
    def is_past(self) -> bool:
        return self.date < self.today

    @property
    def is_busy(self) -> bool:
        return any(entry.kind == "busy" for entry in self.entries)

    @property
    def has_exam(self) -> bool:
        exams = (row for row in self.rows if row.milestone.kind == Milestone.Kind.EXAM)
        return any(row.session.is_pinned for row in exams)


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    days: tuple[CalendarDay, ...]
    is_quiet = False

    @property
    def begins_on(self) -> date:
        return self.days[0].date

    @property
    def ends_on(self) -> date:
        return self.days[-1].date

    @property
    def is_past(self) -> bool:
        return self.days[-1].is_past

    @property
    def is_current(self) -> bool:
        return any(day.is_today for day in self.days)

    @property
    def days_with_sessions(self) -> list[CalendarDay]:
        return [day for day in self.days if day.rows]

    @property
    def minutes(self) -> int:
        return sum(day.minutes for day in self.days)

    @property
    def minutes_studied(self) -> int:
        return sum(day.minutes_studied for day in self.days)

    @property
    def budget_minutes(self) -> int:
        return sum(day.budget_minutes for day in self.days)


@dataclass(frozen=True, slots=True)
class QuietWeeks:
    """Weeks in a row with nothing planned, shown as one line."""

    begins_on: date
    ends_on: date
    is_quiet = True


def counts(session: StudySession) -> bool:
    """Tell whether a session's minutes are part of what its day holds."""
    return session.state not in (State.MISSED, State.SKIPPED)


def minutes_studied(session: StudySession) -> int:
    """Return the minutes really studied; a milestone done without a number took what it had."""
    if session.state in SETTLED:
        return minutes_counted(session) or session.minutes
    return minutes_counted(session)


def calendar_weeks(
    study_plan: StudyPlan, *, monday: date, weeks: int, at: datetime, path: str = ""
) -> list[CalendarWeek]:
    """Return whole weeks from a Monday on, of all paths or of one."""
    last = monday + weeks * WEEK - DAY
    availability = availability_between(study_plan, monday, last)
    budgets = _budgets(availability, study_plan.learner, first=monday, last=last)
    entries = _entries_by_day(study_plan, availability, first=monday, last=last, path=path)
    special = {window.date for window in availability.special_windows}
    today = clock.date_of(at, study_plan.learner)
    days = [
        CalendarDay(
            date=day,
            today=today,
            entries=tuple(sorted(entries[day], key=lambda entry: entry.starts_at)),
            budget_minutes=budgets.get(day, 0),
            taken=_break_on(day, availability.breaks),
            is_special=day in special,
        )
        for day in (monday + number * DAY for number in range(7 * weeks))
    ]
    return [CalendarWeek(tuple(days[number : number + 7])) for number in range(0, 7 * weeks, 7)]


def merged(weeks: Iterable[CalendarWeek]) -> list[CalendarWeek | QuietWeeks]:
    """Fold weeks without sessions that lie between others into one; leave out those at the end."""
    answer: list[CalendarWeek | QuietWeeks] = []
    quiet: list[CalendarWeek] = []
    for week in weeks:
        if not week.days_with_sessions:
            quiet.append(week)
            continue
        if quiet:
            answer.append(QuietWeeks(quiet[0].begins_on, quiet[-1].ends_on))
        answer.append(week)
        quiet = []
    return answer


def last_monday(study_plan: StudyPlan) -> date | None:
    """Return the Monday of the last week with a session."""
    last = study_plan.sessions.aggregate(last=Max("starts_at"))["last"]
    if last is None:
        return None
    day = clock.date_of(last, study_plan.learner)
    return day - day.weekday() * DAY


def _budgets(
    availability: Availability, learner: User, *, first: date, last: date
) -> dict[date, int]:
    begin = clock.start_of_day(first, learner)
    minutes: dict[date, int] = defaultdict(int)
    days = (last - first).days + 1
    for stretch in open_time(availability, learner.zone, begin=begin, days=days):
        minutes[clock.date_of(stretch.starts_at, learner)] += stretch.minutes
    return minutes


def _entries_by_day(
    study_plan: StudyPlan, availability: Availability, *, first: date, last: date, path: str
) -> dict[date, list[Entry]]:
    learner = study_plan.learner
    begin, end = clock.start_of_day(first, learner), clock.start_of_day(last + DAY, learner)
    sessions = study_plan.sessions.filter(starts_at__gte=begin, starts_at__lt=end)
    if path:
        sessions = sessions.filter(enrolment__curriculum__slug=path)
    rows = with_milestones(sessions.select_related("enrolment__curriculum"))
    reviews = study_plan.review_times.filter(starts_at__gte=begin, starts_at__lt=end)
    entries: dict[date, list[Entry]] = defaultdict(list)
    for entry in (
        *(_entry("session", row.session, row) for row in rows),
        *(_entry("review", review) for review in reviews),
        *(_entry("busy", busy) for busy in availability.busy_times),
    ):
        for day in _days_touched(entry, learner, first, last):
            entries[day].append(entry)
    return entries


def _entry(
    kind: str, timed: StudySession | ReviewTime | BusyTime, row: SessionRow | None = None
) -> Entry:
    return Entry(kind, timed.starts_at, timed.ends_at, row)


def _days_touched(entry: Entry, learner: User, first: date, last: date) -> Iterable[date]:
    """Return the shown days an entry is on; sessions stand on the day they begin."""
    day = clock.date_of(entry.starts_at, learner)
    if entry.kind != "busy":
        return [day]
    ends_on = clock.date_of(entry.ends_at - timedelta(microseconds=1), learner)
    begin, end = max(day, first), min(ends_on, last)
    return [begin + number * DAY for number in range((end - begin).days + 1)]


def _break_on(day: date, breaks: Sequence[Break]) -> Break | None:
    return next((each for each in breaks if each.starts_on <= day <= each.ends_on), None)


@dataclass(frozen=True, slots=True)
class PathStanding:
    """Where a path's finish stands beside what was promised first and a week ago."""

    forecast: Forecast
    first_finish: date | None
    last_finish: date | None
    range: FinishRange | None = None

    @property
    def words(self) -> str:
        finish_on = self.forecast.finish_on
        if finish_on is None or self.first_finish is None:
            return ""
        first = _beside(finish_on, self.first_finish, "your first plan", unit=True)
        if self.last_finish is None:
            return f"{first}.".capitalize()
        is_short = finish_on != self.first_finish
        last = _beside(finish_on, self.last_finish, "last week’s", unit=not is_short)
        return f"{first}, {last}.".capitalize()


def _beside(finish_on: date, other: date, name: str, *, unit: bool) -> str:
    days = (finish_on - other).days
    if not days:
        return f"the same as {name}"
    direction = "behind" if days > 0 else "ahead of"
    counted = f"{abs(days)} day{'s' * (abs(days) > 1)}" if unit else f"{abs(days)}"
    return f"{counted} {direction} {name}"


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a plan takes each path, by enrolment: the day it says, and the range around it."""

    days: Mapping[int, date] = field(default_factory=dict)
    ranges: Mapping[int, FinishRange] = field(default_factory=dict)


def ends_of(study_plan: StudyPlan, *, at: datetime) -> Ends:
    return Ends(finish_days(study_plan), finish_ranges(study_plan, at=at))


def standings_of(
    learner: User, study_plan: StudyPlan | None, *, at: datetime
) -> list[PathStanding]:
    """Return each active path with its finish, and the finishes to tell it against."""
    enrolments = followed_enrolments(learner)
    keys = [enrolment.pk for enrolment in enrolments]
    ends = Ends()
    if study_plan is not None:
        ends = KeptAnswers(study_plan, at=at).to("ends", partial(ends_of, study_plan, at=at))
    first = dict(Baseline.objects.filter(pk__in=keys).values_list("pk", "finish_on"))
    earlier = _finishes_before(clock.date_of(at, learner), keys)
    return [
        PathStanding(
            Forecast(each, ends.days.get(each.pk)),
            first.get(each.pk),
            earlier.get(each.pk),
            ends.ranges.get(each.pk),
        )
        for each in enrolments
    ]


def _finishes_before(today: date, keys: Sequence[int]) -> Mapping[int, date]:
    """Return the finish each path showed at the end of the last week it was planned in."""
    monday = today - today.weekday() * DAY
    kept = PlannedFinish.objects.filter(enrolment__in=keys, week_of__lt=monday)
    oldest_first = kept.order_by("week_of").values_list("enrolment", "finish_on")
    return dict(oldest_first)

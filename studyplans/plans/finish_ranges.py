"""When a learner will really finish: the forecast, asked with what their plan and past say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from common import clock
from studyplans.forecasting import (
    BUILT_IN,
    Calibration,
    FinishForecast,
    StudiedWeek,
    day_at,
    forecast,
    weeks_until,
)
from studyplans.plans.availability import Availability, availability_read_once
from studyplans.plans.models import ForecastCalibration, StudyPlan, StudySession
from studyplans.plans.workload import problem_of
from studyplans.scheduling import study_windows
from tracker.accounts.models import User
from tracker.curricula.models import Milestone
from tracker.progress.models import Achievement, AchievementEvent, Enrolment

# Older weeks weigh next to nothing in a pace that halves every eight.
WEEKS_LOOKED_BACK = 52
WEEKS_LOOKED_AHEAD = 260
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishRange:
    """The days between which a path will be finished, four times out of five.

    A day is None where it lies beyond five years.  `percent_by_target` is None without a target.
    """

    early_on: date | None
    likely_on: date | None
    late_on: date | None
    rests_on: str
    percent_by_target: int | None


def finish_ranges(study_plan: StudyPlan, *, at: datetime) -> dict[int, FinishRange]:
    """Return the range of each path being followed, by enrolment, in a constant number of queries.

    Empty for a plan that is paused or has no sessions to come.
    """
    to_come = study_plan.sessions.planned().not_ended(at).order_by("starts_at")
    sessions = list(to_come.select_related("enrolment"))
    if not sessions:
        return {}
    learner = study_plan.learner
    history = studied_weeks(learner, at=at)
    ahead = minutes_ahead(learner, availability_read_once(study_plan), at=at)
    efforts = efforts_of({session.milestone_key for session in sessions})
    calibration = current_calibration()
    today = clock.date_of(at, learner)
    enrolments = {each.enrolment_id: each.enrolment for each in sessions}
    return {
        pk: _range(
            forecast(history, work, ahead, calibration), enrolments[pk].target_date, today=today
        )
        for pk, work in _work_until_finish(sessions, efforts).items()
        if enrolments[pk].state == Enrolment.State.ACTIVE
    }


def _range(found: FinishForecast, target_date: date | None, *, today: date) -> FinishRange:
    def day(weeks: float | None) -> date | None:
        return None if weeks is None else day_at(weeks, first_day=today)

    percent = None
    if target_date is not None:
        by_target = found.probability_by(weeks_until(target_date, first_day=today))
        percent = round(100 * by_target)
    return FinishRange(
        early_on=day(found.early),
        likely_on=day(found.likely),
        late_on=day(found.late),
        rests_on=str(found.rests_on),
        percent_by_target=percent,
    )


def _work_until_finish(
    sessions: Iterable[StudySession], efforts: Mapping[str, int]
) -> dict[int, int]:
    """Return for each path the estimates of all the plan does until that path is finished.

    All paths share the week, so what the others do before counts as well.
    """
    met: set[str] = set()
    work = 0
    until: dict[int, int] = {}
    for session in sessions:
        if session.milestone_key not in met:
            met.add(session.milestone_key)
            work += efforts.get(session.milestone_key, session.minutes)
        until[session.enrolment_id] = work
    return until


def efforts_of(keys: Iterable[str]) -> dict[str, int]:
    found = Milestone.objects.newest_last(keys)
    return dict(found.values_list("key", "effort_minutes"))


def minutes_ahead(learner: User, availability: Availability, *, at: datetime) -> list[int]:
    """Return the minutes open for study in each of the coming spans of seven days."""
    problem = problem_of([], availability=availability, zone=learner.zone, begin=at)
    minutes = [0] * WEEKS_LOOKED_AHEAD
    for window in study_windows(problem):
        week = (window.starts_at - at) // WEEK
        if week >= WEEKS_LOOKED_AHEAD:
            break
        minutes[week] += int((window.ends_at - window.starts_at).total_seconds() // 60)
    return minutes


def studied_weeks(learner: User, *, at: datetime) -> list[StudiedWeek]:
    """Return the learner's whole weeks so far, oldest first, from the first planned one on."""
    this_monday = _monday(at, learner)
    first = this_monday - WEEKS_LOOKED_BACK * WEEK
    since = clock.start_of_day(first, learner)
    until = clock.start_of_day(this_monday, learner)
    planned = _planned_minutes(learner, since=since, until=until)
    if not planned:
        return []
    finished, begun = _done_minutes(learner, since=since, until=until)
    weeks: list[StudiedWeek] = []
    monday = min(planned)
    while monday < this_monday:
        weeks.append(
            StudiedWeek(
                planned_minutes=planned.get(monday, 0),
                finished_minutes=finished.get(monday, 0),
                begun_minutes=begun.get(monday, weeks[-1].begun_minutes if weeks else 0),
            )
        )
        monday += WEEK
    return weeks


def _monday(moment: datetime, learner: User) -> date:
    day = clock.date_of(moment, learner)
    return day - timedelta(days=day.weekday())


def _planned_minutes(learner: User, *, since: datetime, until: datetime) -> dict[date, int]:
    past = StudySession.objects.of(learner).filter(starts_at__gte=since, starts_at__lt=until)
    minutes: dict[date, int] = defaultdict(int)
    for session in past.exclude(state=StudySession.State.SKIPPED):
        minutes[_monday(session.starts_at, learner)] += session.minutes
    return minutes


def _done_minutes(
    learner: User, *, since: datetime, until: datetime
) -> tuple[dict[date, int], dict[date, int]]:
    """Return the estimates of what was done in each week, and of what was under way at its end.

    What is known from before is no study, so credited milestones do not count.
    """
    happened = AchievementEvent.objects.of(learner).filter(
        happened_at__gte=since, happened_at__lt=until
    )
    events = list(
        happened.order_by("happened_at", "pk").values_list(
            "milestone_key", "happened_at", "after__state"
        )
    )
    efforts = efforts_of({key for key, _, _ in events})
    finished: dict[date, int] = {}
    begun: dict[date, int] = {}
    states: dict[str, str] = {}
    for monday, week in groupby(events, key=lambda event: _monday(event[1], learner)):
        done_before = _keys_in(states, Achievement.State.DONE)
        states.update((key, state) for key, _, state in week)
        done = _keys_in(states, Achievement.State.DONE) - done_before
        finished[monday] = sum(efforts.get(key, 0) for key in done)
        under_way = _keys_in(states, Achievement.State.LEARNING)
        begun[monday] = sum(efforts.get(key, 0) for key in under_way)
    return finished, begun


def _keys_in(states: Mapping[str, str], state: str) -> set[str]:
    return {key for key, held in states.items() if held == state}


def current_calibration() -> Calibration:
    """Return the newest calibration; the built-in one until enough learners have finished."""
    newest = ForecastCalibration.objects.first()
    return BUILT_IN if newest is None else Calibration.from_json(newest.values)


def history_until_finish(enrolment: Enrolment, *, finished_at: datetime) -> Sequence[StudiedWeek]:
    """Return the weeks of someone who finished, up to the one they finished in."""
    next_monday = _monday(finished_at, enrolment.learner) + WEEK
    at = clock.start_of_day(next_monday, enrolment.learner)
    return studied_weeks(enrolment.learner, at=at)

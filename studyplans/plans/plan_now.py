"""The plan as it would be computed this moment: what explains it, and what would mend it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from common import clock
from studyplans.plans.availability import weekly_minutes
from studyplans.plans.models import Receipt, StudyPlan, StudySession, Window
from studyplans.plans.open_question import open_question
from studyplans.plans.selectors import (
    SessionRow,
    last_day,
    with_milestones,
)
from studyplans.scheduling import Pin, plan
from studyplans.scheduling.dropping import DropOptional
from studyplans.scheduling.explaining import explain
from studyplans.scheduling.later_dates import LaterDate
from studyplans.scheduling.more_minutes import MoreMinutesAWeek
from studyplans.scheduling.options import options
from tracker.accounts.models import User
from tracker.curricula.models import Milestone
from tracker.progress.models import Enrolment
from tracker.progress.selectors import titles_by_key


@dataclass(frozen=True, slots=True)
class MoreTime:
    """A longer week with which every date is met; one minute less would not do."""

    minutes: int
    windows: tuple[Window, ...]

    @property
    def weekly_text(self) -> str:
        """Return the minutes of that week; elsewhere long times are told in whole hours."""
        hours, minutes = divmod(weekly_minutes(self.windows), 60)
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"


@dataclass(frozen=True, slots=True)
class NewTarget:
    """The earliest date a path can be done by; without an enrolment it is a booked exam's."""

    enrolment: Enrolment | None
    title: str
    before: date
    after: date


@dataclass(frozen=True, slots=True)
class LeaveOut:
    """Optional milestones without which every date is met.

    `is_fewest` tells that no smaller number would do; a search cut short cannot say so.
    """

    keys: tuple[str, ...]
    titles: tuple[str, ...]
    minutes: int
    is_fewest: bool


@dataclass(frozen=True, slots=True)
class Repairs:
    """What would make the plan meet every date; each by itself is enough.

    `early` are pinned before what they need is done: the rest is told as if they were not.
    """

    early: tuple[SessionRow, ...] = ()
    more_time: MoreTime | None = None
    leave_out: LeaveOut | None = None
    new_targets: tuple[NewTarget, ...] = ()


def why_of(session: StudySession) -> str:
    """Name the question, so that pages that ask it share the answer."""
    return f"why:{session.pk}"


def why(row: SessionRow, *, at: datetime) -> str:
    """Say why a session to come is when it is; empty where the plan has moved on since."""
    session, milestone = row.session, row.milestone
    if session.is_pinned and milestone.kind == Milestone.Kind.EXAM:
        return "It is booked for then, and the plan works towards it."
    if session.is_pinned:
        return _why_pinned(session, at=at)
    if session.starts_at <= at or session.state != StudySession.State.PLANNED:
        return ""
    earlier = session.plan.sessions.planned().filter(starts_at__lt=session.starts_at)
    if earlier.not_ended(at=at).filter(milestone_key=milestone.key).exists():
        return "It goes on with what an earlier session begins."
    return _explained(session, at=at)


def _why_pinned(session: StudySession, *, at: datetime) -> str:
    problem = open_question(session.plan, at=at).problem
    early = plan(problem).early_pins if problem else ()
    place = session.milestone_key, session.starts_at
    if place in {(pin.key, pin.starts_at) for pin in early}:
        return (
            "You put it there. What it needs is planned only after it: move it later, or unpin it."
        )
    return "You put it there, so it stays there."


def _explained(session: StudySession, *, at: datetime) -> str:
    is_settled = _is_today_settled(session.plan, at=at)
    question = open_question(session.plan, at=at, is_today_settled=is_settled)
    if question.problem is None or session.milestone_key not in question.titles:
        return ""
    explanation = explain(plan(question.problem), session.milestone_key, question.titles)
    return explanation.sentence if explanation.begins_at == session.starts_at else ""


def _is_today_settled(study_plan: StudyPlan, *, at: datetime) -> bool:
    """Tell whether the plan was last computed by a check-off of today, thus from tomorrow on."""
    newest = study_plan.receipts.undoable().only("plan", "cause", "made_at").first()
    if newest is None or newest.cause != Receipt.Cause.CHECK_OFF:
        return False
    learner = study_plan.learner
    return clock.date_of(newest.made_at, learner) == clock.date_of(at, learner)


def repairs_of(study_plan: StudyPlan, *, at: datetime) -> Repairs:
    """Return what would meet every date; nothing where all are met."""
    question = open_question(study_plan, at=at)
    problem = question.problem
    if problem is None:
        return Repairs()
    early = plan(problem).early_pins
    problem = dataclasses.replace(problem, pinned=tuple(set(problem.pinned).difference(early)))
    repairs = Repairs(early=tuple(_rows_of(study_plan, early)))
    for option in options(problem):
        if isinstance(option, MoreMinutesAWeek):
            repairs = dataclasses.replace(repairs, more_time=_more_time(option))
        if isinstance(option, DropOptional):
            leave_out = _leave_out(option, question.titles)
            repairs = dataclasses.replace(repairs, leave_out=leave_out)
        if isinstance(option, LaterDate):
            targets = tuple(_new_targets(option, study_plan.learner))
            repairs = dataclasses.replace(repairs, new_targets=targets)
    return repairs


def _rows_of(study_plan: StudyPlan, pins: Sequence[Pin]) -> list[SessionRow]:
    places = {(pin.key, pin.starts_at) for pin in pins}
    pinned = study_plan.sessions.planned().pinned().select_related("enrolment__curriculum")
    return with_milestones(
        each for each in pinned if (each.milestone_key, each.starts_at) in places
    )


def _more_time(option: MoreMinutesAWeek) -> MoreTime:
    windows = tuple(
        Window(weekday=each.weekday, starts_at=each.starts_at, ends_at=each.ends_at)
        for each in option.windows
    )
    return MoreTime(option.minutes, windows)


def _leave_out(option: DropOptional, titles: Mapping[str, str]) -> LeaveOut:
    # Every optional milestone is worth the same, so the least value is the fewest of them.
    keys = tuple(key for key in titles if key in option.keys)
    return LeaveOut(keys, tuple(titles[key] for key in keys), option.minutes, option.is_least)


def _new_targets(option: LaterDate, learner: User) -> list[NewTarget]:
    """Return the later dates by path: one that several paths share is one for each of them."""
    enrolments = list(Enrolment.objects.of(learner).active().select_related("curriculum"))
    titles = titles_by_key(key for new in option.dates for key in new.keys)
    targets = []
    for new in option.dates:
        before, after = last_day(new.before, learner), last_day(new.after, learner)
        own = [each for each in enrolments if each.target_date == before]
        targets += [NewTarget(each, each.curriculum.title, before, after) for each in own]
        if not own:
            title = titles.get(new.keys[-1], new.keys[-1])
            targets.append(NewTarget(None, title, before, after))
    return targets

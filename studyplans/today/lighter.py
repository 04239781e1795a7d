"""A bad week: what half its minutes would mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from common import clock
from studyplans.plans.absence import rehearse
from studyplans.plans.actions import halve_week
from studyplans.plans.availability import Availability, half_of_week
from studyplans.plans.free_time import availability_between, open_time
from studyplans.plans.models import StudyPlan
from studyplans.plans.receipts_text import finish_sentence
from tracker.accounts.models import User

WEEK = 7


@dataclass(frozen=True, slots=True)
class LighterWeek:
    """The minutes of the next seven days, now and halved, and what becomes of the finish."""

    minutes_before: int
    minutes_after: int
    finish: str


def lighter_week(study_plan: StudyPlan, *, at: datetime) -> LighterWeek:
    """Try a lighter week out."""
    learner = study_plan.learner
    today = clock.date_of(at, learner)
    availability = availability_between(study_plan, today, today + timedelta(days=WEEK - 1))
    receipt = rehearse(partial(halve_week, learner=learner, at=at), learner=learner, at=at)
    return LighterWeek(
        minutes_before=_minutes(availability, learner, at=at),
        minutes_after=_minutes(half_of_week(availability, today), learner, at=at),
        finish=finish_sentence(receipt) if receipt else "",
    )


def _minutes(availability: Availability, learner: User, *, at: datetime) -> int:
    stretches = open_time(availability, learner.zone, begin=at, days=WEEK)
    return sum(stretch.minutes for stretch in stretches)

"""Coming back to a paused plan: three choices, each with what it would lead to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from common import clock
from studyplans.plans.absence import rehearse
from studyplans.plans.availability_selectors import followed_enrolments
from studyplans.plans.models import PauseCause, StudyPlan
from studyplans.plans.receipts_text import finishes_of
from studyplans.plans.selectors import SessionRow, with_milestones
from studyplans.today.actions import come_back, stay_away
from tracker.accounts.models import User
from tracker.progress.models import Enrolment

# How long a pause is proposed to go on.
WEEK_MORE = timedelta(days=7)
KEPT_SHOWN = 3


@dataclass(frozen=True, slots=True)
class PathEnd:
    """Where a choice takes a path; without a day it would not be finished for now."""

    enrolment: Enrolment
    finish_on: date | None


@dataclass(frozen=True, slots=True)
class ReturnView:
    study_plan: StudyPlan
    paused_on: date
    full: tuple[PathEnd, ...]
    gentle: tuple[PathEnd, ...]
    later: tuple[PathEnd, ...]
    kept: tuple[SessionRow, ...]

    @property
    def is_quiet(self) -> bool:
        """The plan paused itself."""
        return self.study_plan.pause_cause == PauseCause.QUIET


def return_view(study_plan: StudyPlan, *, resumes_on: date | None, at: datetime) -> ReturnView:
    """Return the three choices, the third for one date; each is tried out and taken back."""
    learner = study_plan.learner
    enrolments = followed_enrolments(learner)
    ends = partial(_ends, enrolments, learner=learner, at=at)
    pinned = study_plan.sessions.planned().pinned().not_ended(at)
    return ReturnView(
        study_plan=study_plan,
        paused_on=clock.date_of(study_plan.paused_at or at, learner),
        full=ends(partial(come_back, choice="full")),
        gentle=ends(partial(come_back, choice="gentle")),
        later=ends(partial(stay_away, resumes_on=resumes_on)),
        kept=tuple(with_milestones(pinned.select_related("enrolment__curriculum")[:KEPT_SHOWN])),
    )


def proposed_date(study_plan: StudyPlan, *, today: date) -> date:
    """Return until when the pause is proposed to last: the date it has, or a week more."""
    return study_plan.resumes_on or today + WEEK_MORE


def _ends(
    enrolments: Sequence[Enrolment], change: Callable[..., None], *, learner: User, at: datetime
) -> tuple[PathEnd, ...]:
    receipt = rehearse(partial(change, learner=learner, at=at), learner=learner, at=at)
    days = {each.enrolment_id: each.after for each in finishes_of(receipt)} if receipt else {}
    return tuple(PathEnd(each, days.get(each.pk)) for each in enrolments)

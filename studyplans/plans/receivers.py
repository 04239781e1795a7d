"""What the tracker's news does to the plan: it is computed again, at once."""

import statistics
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from common import clock
from studyplans.plans import actions, selectors
from studyplans.plans.models import StudySession
from studyplans.plans.selectors import plan_of
from tracker.accounts.models import User
from tracker.accounts.signals import time_zone_changed
from tracker.curricula.models import Curriculum
from tracker.curricula.signals import publication_weighed
from tracker.progress.models import Enrolment
from tracker.progress.percent import COUNTED_STATES
from tracker.progress.selectors import states_of
from tracker.progress.signals import (
    achievement_changed,
    background_credited,
    edition_changed,
    enrolment_left,
    learner_enrolled,
)


@receiver(learner_enrolled)
@receiver(enrolment_left)
@receiver(edition_changed)
def replan_for_enrolment(
    sender: object, *, enrolment: Enrolment, at: datetime, **news: Any
) -> None:
    actions.replan(learner=enrolment.learner, at=at)


@receiver(achievement_changed)
def replan_for_achievement(
    sender: object, *, learner: User, milestone_key: str, at: datetime, **news: Any
) -> None:
    if plan_of(learner) is None:
        return
    if states_of(learner, [milestone_key])[milestone_key] in COUNTED_STATES:
        actions.settle_done(learner=learner, milestone_key=milestone_key, at=at)
    else:
        actions.unsettle_done(learner=learner, milestone_key=milestone_key, at=at)
    actions.replan_after_today(learner=learner, at=at)


@receiver(background_credited)
def replan_for_background(
    sender: object, *, learner: User, milestone_keys: Iterable[str], at: datetime, **news: Any
) -> None:
    if plan_of(learner) is None:
        return
    planned = StudySession.objects.of(learner).planned().filter(milestone_key__in=milestone_keys)
    for milestone_key in set(planned.values_list("milestone_key", flat=True)):
        actions.settle_done(learner=learner, milestone_key=milestone_key, at=at)
    actions.replan_after_today(learner=learner, at=at)


@receiver(time_zone_changed)
def replan_for_time_zone(sender: object, *, learner: User, **news: Any) -> None:
    if plan_of(learner) is not None:
        actions.replan(learner=learner, at=clock.now())


@receiver(publication_weighed)
def weigh_finish_dates(
    sender: object, *, before: Curriculum, after: Curriculum, at: datetime, **news: Any
) -> str:
    moves = selectors.finish_moves(before, after, at=at)
    if not moves:
        return ""
    days = round(statistics.median(moves))
    asked = f" (of {len(moves)} looked at)" if len(moves) == selectors.FINISHES_WEIGHED else ""
    if not days:
        return f"The finish date stays where it is for most of them{asked}."
    direction = "later" if days > 0 else "earlier"
    return (
        f"The finish date moves by a median of {abs(days)} day{'s' * (abs(days) > 1)} "
        f"{direction}{asked}."
    )

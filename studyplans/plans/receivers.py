"""What the tracker's news does to the plan: it is computed again, at once."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from common import clock
from studyplans.plans import actions
from studyplans.plans.models import StudySession
from studyplans.plans.selectors import plan_of
from tracker.accounts.models import User
from tracker.accounts.signals import time_zone_changed
from tracker.progress.models import Enrolment
from tracker.progress.percent import COUNTED_STATES
from tracker.progress.selectors import states_of
from tracker.progress.signals import (
    achievement_changed,
    background_credited,
    enrolment_left,
    learner_enrolled,
)


@receiver(learner_enrolled)
@receiver(enrolment_left)
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

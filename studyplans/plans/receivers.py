"""What the tracker's news does to the plan: it is computed again, at once."""

import statistics
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from common import clock
from studyplans.plans import actions, selectors
from studyplans.plans.absence import is_paused_on
from studyplans.plans.availability import weekly_minutes
from studyplans.plans.models import Receipt
from studyplans.plans.planning import News
from studyplans.plans.receipts_text import sentence_of
from studyplans.plans.selectors import plan_of
from studyplans.plans.undoing import (
    dates_of,
    is_planned,
    is_taken_back,
    receipt_of,
    take_back_sessions,
)
from studyplans.reviews.signals import study_week_asked
from tracker.accounts.models import User
from tracker.accounts.signals import time_zone_changed
from tracker.adverts.signals import study_week_asked as study_week_asked_for_path
from tracker.curricula.models import Curriculum
from tracker.curricula.signals import publication_weighed
from tracker.progress.models import Achievement, AchievementEvent, Enrolment
from tracker.progress.signals import (
    achievement_changed,
    background_credited,
    change_told,
    edition_changed,
    enrolment_left,
    learner_enrolled,
)
from tracker.readiness.signals import pause_told


@receiver(learner_enrolled)
def replan_for_enrolment(
    sender: object, *, enrolment: Enrolment, at: datetime, **news: Any
) -> None:
    study_plan = plan_of(enrolment.learner)
    if study_plan is None or not is_planned(study_plan, enrolment=enrolment, at=at):
        _follow(enrolment, Receipt.Cause.ENROLMENT, {"before": None}, at=at)


@receiver(enrolment_left)
def replan_for_leaving(sender: object, *, enrolment: Enrolment, at: datetime, **news: Any) -> None:
    before = {**dates_of(enrolment), "state": Enrolment.State.ACTIVE}
    _follow(enrolment, Receipt.Cause.LEAVING, {"before": before}, at=at)


@receiver(edition_changed)
def replan_for_edition(sender: object, *, enrolment: Enrolment, at: datetime, **news: Any) -> None:
    edition = {"edition": enrolment.curriculum.edition}
    _follow(enrolment, Receipt.Cause.EDITION, edition, at=at)


def _follow(enrolment: Enrolment, cause: str, origin: dict[str, Any], *, at: datetime) -> None:
    study_plan = plan_of(enrolment.learner)
    if study_plan is not None and is_taken_back(study_plan, enrolment=enrolment, at=at):
        return
    news = News(
        cause=cause,
        subject=enrolment.curriculum.title,
        origin={"enrolment": enrolment.pk, **origin},
    )
    actions.replan(learner=enrolment.learner, at=at, news=news)


@receiver(achievement_changed)
def replan_for_achievement(
    sender: object, *, learner: User, event: AchievementEvent, at: datetime, **news: Any
) -> None:
    if event.undoes is not None and _has_gone_back(event.undoes, at=at):
        return
    if _is_left_out(event, at=at):
        return
    actions.follow_check_offs(learner=learner, events=[event], at=at)


def _is_left_out(event: AchievementEvent, *, at: datetime) -> bool:
    """Tell whether a milestone was skipped by the plan's own repair, which has planned again."""
    if event.after["state"] != Achievement.State.SKIPPED:
        return False
    made = Receipt.objects.of(event.learner).filter(cause=Receipt.Cause.LEFT_OUT, made_at=at)
    return made.exists()


def _has_gone_back(undone: AchievementEvent, *, at: datetime) -> bool:
    """Take the plan back with a check-off that is undone, if nothing else moved it since."""
    study_plan = plan_of(undone.learner)
    receipt = receipt_of(study_plan, undone) if study_plan else None
    if study_plan is None or receipt is None:
        return False
    if receipt.undone_at is None:
        newest = study_plan.receipts.undoable().first()
        if newest != receipt or len(receipt.origin["events"]) > 1:
            return False
        take_back_sessions(study_plan, receipt, at=at)
    return True


@receiver(change_told)
def tell_what_moved(sender: object, *, event: AchievementEvent, **news: Any) -> str | None:
    study_plan = plan_of(event.learner)
    receipt = receipt_of(study_plan, event) if study_plan else None
    return f"Plan: {sentence_of(receipt)}" if receipt else None


@receiver(pause_told)
def tell_of_pause(sender: object, *, learner: User, **news: Any) -> str | None:
    study_plan = plan_of(learner)
    if study_plan is None or not is_paused_on(study_plan, clock.today_for(learner)):
        return None
    if study_plan.resumes_on is None:
        return "Your plan is paused: it is planned when you come back."
    day = study_plan.resumes_on
    return f"Your plan is paused: it is planned from {day.day} {day:%B} on."


@receiver(background_credited)
def replan_for_background(
    sender: object, *, learner: User, events: Sequence[AchievementEvent], at: datetime, **news: Any
) -> None:
    actions.follow_check_offs(learner=learner, events=events, at=at)


@receiver(time_zone_changed)
def replan_for_time_zone(sender: object, *, learner: User, **news: Any) -> None:
    if plan_of(learner) is not None:
        actions.replan(learner=learner, at=clock.now(), news=News(cause=Receipt.Cause.TIME_ZONE))


@receiver([study_week_asked, study_week_asked_for_path])
def tell_study_week(sender: object, *, learner: User, **news: Any) -> int:
    return weekly_minutes(selectors.windows_of(learner))


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

"""Go back to the plan from before a change, and to what the change rested on."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction

from studyplans.plans.availability import recalled, store_availability
from studyplans.plans.memory import Changes, take_back
from studyplans.plans.models import Receipt, StudyPlan
from studyplans.plans.planning import News, locked_plan, plan_again
from studyplans.plans.signals import plan_changed
from tracker.accounts.models import User
from tracker.progress.actions import (
    CannotUndo,
    accept_edition,
    go_back_to_edition,
    put_back_enrolment,
    undo_change,
)
from tracker.progress.models import AchievementEvent, Enrolment


def dates_of(enrolment: Enrolment) -> dict[str, Any]:
    """Return what an enrolment is put back to when a change of it is undone."""
    return {
        "state": enrolment.state,
        "started_on": str(enrolment.started_on),
        "target_date": enrolment.target_date and str(enrolment.target_date),
    }


@transaction.atomic
def undo_receipt(*, receipt: Receipt, at: datetime) -> int:
    """Go back to before a change and all that came after it; return how many were undone.

    What was learnt since stays learnt: check-offs after this change are kept, and planned for.
    """
    study_plan = locked_plan(receipt.plan.learner)
    chain = since(receipt)
    for each in chain:
        take_back_sessions(study_plan, each, at=at)
        _put_back(study_plan, each.origin, with_events=each == receipt, at=at)
    if any("events" in each.origin for each in chain[:-1]):
        news = News(cause=Receipt.Cause.REPLAN)
        plan_again(study_plan, news=news, changes=Changes(), at=at, is_today_settled=True)
    return len(chain)


def since(receipt: Receipt) -> list[Receipt]:
    """Return the receipts that undoing this one undoes, newest first and itself last."""
    newest_first = list(receipt.plan.receipts.undoable())
    return newest_first[: newest_first.index(receipt) + 1] if receipt in newest_first else []


def _put_back(
    study_plan: StudyPlan, origin: dict[str, Any], *, with_events: bool, at: datetime
) -> None:
    if "availability" in origin:
        _put_back_availability(study_plan, origin["availability"])
    if "events" in origin and with_events:
        _undo_events(origin["events"], at=at)
    if "enrolment" in origin:
        _put_back_enrolment(study_plan.learner, origin, at=at)


def take_back_sessions(study_plan: StudyPlan, receipt: Receipt, *, at: datetime) -> None:
    """Undo a receipt's sessions alone, what they rest on having gone back already."""
    receipt.undone_at = at
    receipt.save(update_fields=["undone_at"])
    take_back(study_plan, receipt.changes, at=at)
    study_plan.version += 1
    study_plan.save(update_fields=["version"])
    transaction.on_commit(partial(plan_changed.send, StudyPlan, plan=study_plan, at=at))


def _put_back_availability(study_plan: StudyPlan, stored: dict[str, Any]) -> None:
    store_availability(study_plan, recalled(stored))
    paused_at, cause, resumes_on = stored["pause"] or (None, "", None)
    study_plan.paused_at = paused_at and datetime.fromisoformat(paused_at)
    study_plan.pause_cause = cause
    study_plan.resumes_on = resumes_on and date.fromisoformat(resumes_on)
    study_plan.save(update_fields=["paused_at", "pause_cause", "resumes_on"])


def _undo_events(ids: Iterable[int], *, at: datetime) -> None:
    for event in AchievementEvent.objects.filter(pk__in=ids).select_related("learner"):
        # What was changed again by hand since stays as it is.
        with contextlib.suppress(CannotUndo):
            undo_change(event=event, at=at)


def _put_back_enrolment(learner: User, origin: dict[str, Any], *, at: datetime) -> None:
    enrolment = Enrolment.objects.of(learner).filter(pk=origin["enrolment"]).first()
    if enrolment is None:
        return
    if "edition" in origin:
        if enrolment.curriculum.edition == origin["edition"]:
            go_back_to_edition(enrolment=enrolment, at=at)
        else:
            accept_edition(enrolment=enrolment, at=at)
        return
    before = origin["before"] or {**dates_of(enrolment), "state": Enrolment.State.LEFT}
    put_back_enrolment(
        enrolment=enrolment,
        state=before["state"],
        started_on=date.fromisoformat(before["started_on"]),
        target_date=before["target_date"] and date.fromisoformat(before["target_date"]),
        at=at,
    )


def is_planned(study_plan: StudyPlan, *, enrolment: Enrolment, at: datetime) -> bool:
    """Tell whether enrolling was planned in the very step that stored it."""
    enrolled = study_plan.receipts.filter(cause=Receipt.Cause.ENROLMENT, made_at=at)
    return enrolled.filter(origin__enrolment=enrolment.pk).exists()


def is_taken_back(study_plan: StudyPlan, *, enrolment: Enrolment, at: datetime) -> bool:
    """Tell whether news of an enrolment came from undoing, which has put the plan back too."""
    return study_plan.receipts.filter(origin__enrolment=enrolment.pk, undone_at=at).exists()


def receipt_of(study_plan: StudyPlan, event: AchievementEvent) -> Receipt | None:
    """Return the receipt of what an event did to the plan, where it left one."""
    causes = (Receipt.Cause.CHECK_OFF, Receipt.Cause.LEFT_OUT)
    kept = study_plan.receipts.filter(cause__in=causes)
    return next((each for each in kept if event.pk in each.origin.get("events", ())), None)

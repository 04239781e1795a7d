"""What the tracker's news, and news of mail from a provider, does to reminders."""

from datetime import datetime
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.dispatch import receiver

from common import clock
from studyplans.plans.models import PauseCause, StudyPlan
from studyplans.plans.signals import plan_changed, plan_paused
from studyplans.reminders import actions, addresses
from studyplans.reminders.bounces import is_final_status
from studyplans.reminders.channels.email import ENHANCED_CODE
from studyplans.reminders.models import AddressEvent
from tracker.accounts.models import User
from tracker.accounts.signals import time_zone_changed
from tracker.progress.models import Enrolment
from tracker.progress.signals import learner_enrolled

DEAD_FOR = {RejectReason.BOUNCED, RejectReason.INVALID}


@receiver(learner_enrolled)
def offer_reminders(sender: object, *, enrolment: Enrolment, **news: Any) -> None:
    # An enrolment may be dated back; reminders begin now, or they would all be late at once.
    actions.offer_reminders(learner=enrolment.learner, at=clock.now())


@receiver(plan_paused)
def tell_of_pause(sender: object, *, plan: StudyPlan, at: datetime, **news: Any) -> None:
    if plan.pause_cause == PauseCause.QUIET:
        actions.announce_pause(learner=plan.learner, at=at)


@receiver(plan_changed)
def look_for_sessions(sender: object, *, plan: StudyPlan, **news: Any) -> None:
    actions.look_for_sessions(learner_id=plan.learner_id, at=clock.now())


@receiver(time_zone_changed)
def follow_time_zone(sender: object, *, learner: User, **news: Any) -> None:
    actions.follow_time_zone(learner=learner, at=clock.now())


@receiver(tracking)
def hear_provider(
    sender: object, *, event: AnymailTrackingEvent, esp_name: str, **news: Any
) -> None:
    sort = _sort_of(event)
    if sort and event.recipient:
        addresses.note_event(
            address=event.recipient,
            sort=sort,
            reference=f"{esp_name}:{event.event_type}:{event.event_id or event.message_id}",
            detail=event.description or event.mta_response or event.reject_reason or "",
            at=clock.now(),
        )


def _sort_of(event: AnymailTrackingEvent) -> str | None:
    if event.event_type == EventType.COMPLAINED or event.reject_reason == RejectReason.SPAM:
        return AddressEvent.Sort.COMPLAINT
    if event.event_type not in (EventType.BOUNCED, EventType.REJECTED):
        return None
    # Some providers call a full mailbox a bounce as well; the other server's own words tell.
    status = ENHANCED_CODE.search(event.mta_response or "")
    is_final = is_final_status(status[1]) if status else event.reject_reason in DEAD_FOR
    return AddressEvent.Sort.HARD if is_final else AddressEvent.Sort.SOFT

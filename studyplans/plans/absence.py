"""Quiet spells: notice them, pause what nobody studies, and show what coming back would mean.

Only days with sessions count, so a planned break is never an absence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from common import clock
from studyplans.plans.actions import pause_plan
from studyplans.plans.availability_selectors import latest_receipt
from studyplans.plans.models import PauseCause, Receipt, StudyPlan, StudySession
from studyplans.plans.planning import locked_plan
from studyplans.reviews.models import Review
from tracker.accounts.models import User
from tracker.progress.models import AchievementEvent

QUIET_DAYS = 10
PLANS_A_BATCH = 500
# A learner of one session a month is still noticed within the year.
LOOKED_BACK = timedelta(days=366)
# What only learners themselves do to a plan; the other causes come from clocks and calendars.
SIGNS_OF_LIFE = (
    Receipt.Cause.AVAILABILITY,
    Receipt.Cause.ENROLMENT,
    Receipt.Cause.LEAVING,
    Receipt.Cause.SESSION,
    Receipt.Cause.PAUSE,
    Receipt.Cause.RETURN,
)
# It is already the next day in the first zones while it still is this one in the last.
WIDEST_ZONE = timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Batch:
    """Learners gone quiet among so many plans; `last_plan_id` is None after the last plan."""

    learner_ids: tuple[int, ...]
    last_plan_id: int | None


def is_paused_on(study_plan: StudyPlan, day: date) -> bool:
    """Tell whether a plan is paused on the learner's day; a pause ends with its date."""
    resumes_on = study_plan.resumes_on
    return study_plan.is_paused and (resumes_on is None or resumes_on > day)


def quiet_days(
    sessions: Iterable[datetime], *, learner: User, since: datetime | None, at: datetime
) -> int:
    """Count the learner's days with sessions after the last sign of life, today left out."""
    days = {clock.date_of(starts_at, learner) for starts_at in sessions}
    last_sign = clock.date_of(since, learner) if since else date.min
    today = clock.date_of(at, learner)
    return sum(last_sign < day < today for day in days)


def last_signs(
    learners: Collection[int], *, causes: Collection[str] = SIGNS_OF_LIFE
) -> dict[int, datetime]:
    """Return by learner when they last studied, reviewed or changed something.

    `causes` are the changes of the plan that count.
    """
    events = AchievementEvent.objects.filter(learner__in=learners).order_by()
    reviews = Review.objects.finished().filter(card__learner__in=learners).order_by()
    receipts = Receipt.objects.filter(plan__learner__in=learners, cause__in=causes).order_by()
    signs: dict[int, datetime] = {}
    for newest in (
        events.values_list("learner").annotate(Max("happened_at")),
        reviews.values_list("card__learner").annotate(Max("finished_at")),
        receipts.values_list("plan__learner").annotate(Max("made_at")),
    ):
        for learner, moment in newest:
            signs[learner] = max(moment, signs.get(learner, moment))
    return signs


def gone_quiet(*, after: int = 0, limit: int = PLANS_A_BATCH, at: datetime) -> Batch:
    """Look at the next plans after one, in a constant number of queries."""
    running = StudyPlan.objects.filter(paused_at=None, learner__is_active=True, pk__gt=after)
    plans = list(running.select_related("learner").order_by("pk")[:limit])
    quiet = _quiet_among(plans, at=at)
    last = plans[-1].pk if len(plans) == limit else None
    return Batch(tuple(each.learner_id for each in quiet), last)


@transaction.atomic
def pause_if_quiet(*, learner: User, at: datetime) -> bool:
    """Pause the plan of a learner who is still gone quiet; twice pauses once."""
    # A pause is a sign of life itself, whoever made it.
    if not _quiet_among([locked_plan(learner)], at=at):
        return False
    pause_plan(learner=learner, cause=PauseCause.QUIET, at=at)
    return True


def end_pauses(*, at: datetime) -> int:
    """End the pauses whose date has come; their sessions are planned from that day already."""
    dated = StudyPlan.objects.exclude(paused_at=None).select_related("learner")
    near = dated.filter(resumes_on__lte=(at + WIDEST_ZONE).date())
    over = [each.pk for each in near if not is_paused_on(each, clock.date_of(at, each.learner))]
    # The date again, as a learner may have paused anew in the meantime.
    ended = StudyPlan.objects.filter(pk__in=over, resumes_on__lte=(at + WIDEST_ZONE).date())
    return ended.update(paused_at=None, pause_cause="", resumes_on=None)


def rehearse(change: Callable[[], None], *, learner: User, at: datetime) -> Receipt | None:
    """Return the receipt a change of the plan would leave; nothing is stored or announced."""
    with transaction.atomic():
        change()
        receipt = latest_receipt(learner, at=at)
        transaction.set_rollback(True)
    return receipt


def _quiet_among(plans: Sequence[StudyPlan], *, at: datetime) -> list[StudyPlan]:
    unanswered = _unanswered(plans, at=at)
    long_enough = [each for each in plans if len(unanswered[each.pk]) >= QUIET_DAYS]
    signs = last_signs([each.learner_id for each in long_enough])
    return [
        each
        for each in long_enough
        if quiet_days(
            unanswered[each.pk], learner=each.learner, since=signs.get(each.learner_id), at=at
        )
        >= QUIET_DAYS
    ]


def _unanswered(plans: Sequence[StudyPlan], *, at: datetime) -> dict[int, list[datetime]]:
    """Return by plan when the sessions began that are over and that nobody has settled."""
    over = StudySession.objects.unsettled().ended(by=at).filter(plan__in=plans)
    begun = over.filter(starts_at__gte=at - LOOKED_BACK).order_by()
    starts: dict[int, list[datetime]] = defaultdict(list)
    for pk, starts_at in begun.values_list("plan", "starts_at"):
        starts[pk].append(starts_at)
    return starts

"""A few words to someone who has gone quiet: spaced out, and then no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from common import clock
from studyplans.plans.absence import SIGNS_OF_LIFE, last_signs, quiet_days
from studyplans.plans.models import PauseCause, Receipt, StudyPlan, StudySession
from studyplans.reminders.kinds.kind import News, Offer, Traits
from studyplans.reminders.kinds.note import NoNews, Note
from studyplans.reminders.kinds.reading import NO_PATH, learners_of, paused_plans, why_silent
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName
from tracker.accounts.models import User

NOT_QUIET = "it is not time for a note"
SILENT = "the notes have come to their end"
OWN_PAUSE = "the learner paused the plan"
# After so many days with unanswered sessions; the last comes that long after the plan has paused.
STEPS = (3, 7)
DAYS_PAUSED = 21
LOOKED_BACK = timedelta(days=120)
# A plan that paused itself leaves the same receipt as one its learner paused.
SIGNS = tuple(cause for cause in SIGNS_OF_LIFE if cause != Receipt.Cause.PAUSE)


@dataclass(frozen=True, slots=True)
class Quiet:
    """How long a learner has been quiet, and how many notes they had since."""

    days: int
    notes: int
    paused_on: date | None = None


@dataclass(frozen=True, slots=True)
class NudgeKind(Traits):
    @property
    def example(self) -> News:
        return NOTE

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        learners = learners_of(deliveries)
        signs = last_signs([*learners], causes=SIGNS)
        sessions, notes = _unanswered(learners, at=at), _notes(learners, at=at)
        silent = why_silent(learners, at=at)
        paused = paused_plans(learners, at=at)
        found: list[News] = []
        for delivery in deliveries:
            pk, plan = delivery.learner_id, paused.get(delivery.learner_id)
            if silent.get(pk) == NO_PATH:
                found.append(NoNews(NO_PATH))
            elif plan and plan.pause_cause != PauseCause.QUIET:
                found.append(NoNews(OWN_PAUSE))
            else:
                since = signs.get(pk)
                quiet = _quiet(delivery.learner, since, sessions[pk], notes[pk], plan, at=at)
                found.append(_news(quiet, clock.date_of(at, delivery.learner)))
        return found


def _quiet(
    learner: User,
    since: datetime | None,
    sessions: Iterable[datetime],
    notes: Iterable[datetime],
    plan: StudyPlan | None,
    *,
    at: datetime,
) -> Quiet:
    return Quiet(
        days=quiet_days(sessions, learner=learner, since=since, at=at),
        notes=sum(since is None or sent > since for sent in notes),
        paused_on=clock.date_of(plan.paused_at, learner) if plan and plan.paused_at else None,
    )


NUDGE = NudgeKind(
    list_title="Milepost come-back notes",
    schedule=KindName.NUDGE,
    offer=Offer(says="After a few quiet days, three notes at most, further and further apart."),
)
NOTE = Note(
    heading="Your plan has kept your place",
    says=(
        "Your last sessions went by, and the plan has moved them ahead. A short one is enough to "
        "begin again, and a lighter week is one click away."
    ),
    why="come-back notes are",
    button="Take a short session",
    path="/today/",
)


def _news(quiet: Quiet, today: date) -> News:
    if quiet.notes > len(STEPS):
        return NoNews(SILENT)
    if quiet.paused_on is not None:
        is_time = (today - quiet.paused_on).days >= DAYS_PAUSED
        return NOTE if is_time else NoNews(NOT_QUIET)
    is_time = quiet.notes < len(STEPS) and quiet.days >= STEPS[quiet.notes]
    return NOTE if is_time else NoNews(NOT_QUIET)


def _unanswered(learners: Iterable[int], *, at: datetime) -> dict[int, list[datetime]]:
    over = StudySession.objects.unsettled().ended(by=at).order_by()
    own = over.filter(plan__learner__in=list(learners), starts_at__gte=at - LOOKED_BACK)
    return _by_learner(own.values_list("plan__learner", "starts_at"))


def _notes(learners: Iterable[int], *, at: datetime) -> dict[int, list[datetime]]:
    sent = Delivery.objects.filter(
        learner__in=list(learners),
        kind=KindName.NUDGE,
        status=Delivery.Status.SENT,
        settled_at__gt=at - LOOKED_BACK,
    )
    return _by_learner(sent.values_list("learner", "settled_at"))


def _by_learner(rows: Iterable[tuple[int, datetime | None]]) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    for learner, moment in rows:
        if moment:
            found[learner].append(moment)
    return found

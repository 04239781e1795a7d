"""A plan that paused itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from studyplans.plans.models import PauseCause, StudyPlan
from studyplans.reminders.kinds.kind import News, Offer, Rhythm, Traits
from studyplans.reminders.kinds.note import NoNews, Note
from studyplans.reminders.kinds.reading import learners_of, paused_plans
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName

GOES_ON = "the plan goes on"
OWN_PAUSE = "the learner paused the plan"


@dataclass(frozen=True, slots=True)
class PausedKind(Traits):
    @property
    def example(self) -> News:
        return NOTE

    def news_for(self, deliveries: Sequence[Delivery], *, at: datetime) -> list[News]:
        plans = paused_plans(learners_of(deliveries), at=at)
        return [_news(plans.get(delivery.learner_id)) for delivery in deliveries]


PAUSED = PausedKind(
    list_title="Milepost pauses",
    schedule=KindName.PAUSED,
    rhythm=Rhythm.EVENT,
    offer=Offer(says="Once, when your plan pauses itself after quiet days."),
)
NOTE = Note(
    heading="Your plan is paused",
    says=(
        "You have not studied for a while, so nothing is planned and the reminders about it "
        "stop. All you have done is kept. Come back with your full week or with half of one, "
        "whenever it suits you."
    ),
    why="the note about a paused plan is",
    button="Choose how to come back",
    path="/today/",
)


def _news(plan: StudyPlan | None) -> News:
    if plan is None:
        return NoNews(GOES_ON)
    return NOTE if plan.pause_cause == PauseCause.QUIET else NoNews(OWN_PAUSE)

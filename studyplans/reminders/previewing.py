"""What a kind's mail would look like now; where there is no news, an example's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from common import clock
from studyplans.reminders.kinds import SCHEDULED
from studyplans.reminders.kinds.kind import News, Rhythm
from studyplans.reminders.letters import Letter, letter_for
from studyplans.reminders.models import Delivery
from tracker.accounts.models import User


@dataclass(frozen=True, slots=True)
class Preview:
    letter: Letter
    is_example: bool


def preview_of(learner: User, kind: str, *, at: datetime) -> Preview:
    """Write the letter of this moment, and send nothing."""
    found = SCHEDULED[kind]
    day = clock.wall_date(at, learner).isoformat()
    delivery = Delivery(learner=learner, kind=kind, occurrence=day, due_at=at, stale_at=at, pk=0)
    # A session's reminder is about one session, so there is none of just any moment.
    has_news_now = found.rhythm is not Rhythm.SESSIONS
    news: list[News] = found.news_for([delivery], at=at) if has_news_now else []
    own = next((each for each in news if not each.why_useless), None)
    return Preview(letter_for(delivery, own or found.example), is_example=own is None)

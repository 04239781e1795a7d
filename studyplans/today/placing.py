"""Where in today there is room for one session more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from common import clock
from studyplans.plans.free_time import Stretch, availability_between, open_time
from studyplans.plans.models import StudyPlan, StudySession

STEP = timedelta(minutes=5)


def place_today(study_plan: StudyPlan, *, minutes: int, at: datetime) -> datetime | None:
    """Return when today so many minutes are free; None where the day has no room left.

    Time of the learner's week comes first, then any time that no session of today takes, as
    whoever asks is there now.
    """
    learner = study_plan.learner
    today = clock.date_of(at, learner)
    begin, end = next_step(at), clock.start_of_day(today + timedelta(days=1), learner)
    availability = availability_between(study_plan, today, today)
    # In the small hours, which are still today's, the calendar's day is tomorrow's already.
    open_now = open_time(availability, learner.zone, begin=begin, days=1)
    own_time = [each for each in open_now if each.starts_at < end]
    sessions = study_plan.sessions.planned().not_ended(at=at).filter(starts_at__lt=end)
    taken = list(sessions.order_by("starts_at"))
    length = timedelta(minutes=minutes)
    for stretch in (*own_time, Stretch(begin, end)):
        for gap in _gaps(stretch, taken):
            if gap.ends_at - gap.starts_at >= length:
                return gap.starts_at
    return None


def next_step(at: datetime) -> datetime:
    """Return the first full five minutes after a moment."""
    begun = at - (at - datetime.min.replace(tzinfo=at.tzinfo)) % STEP
    return begun + STEP


def _gaps(stretch: Stretch, taken: Iterable[StudySession]) -> Iterator[Stretch]:
    """Yield what is left of a stretch between sessions in time order."""
    begin = stretch.starts_at
    for session in taken:
        if begin < session.starts_at:
            yield Stretch(begin, min(session.starts_at, stretch.ends_at))
        begin = max(begin, session.ends_at)
    if begin < stretch.ends_at:
        yield Stretch(begin, stretch.ends_at)

"""The week keeps time for reviews: shared out, in one piece, and no wall."""

from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import ReviewTime, StudySession
from studyplans.reviews.models import ReviewCard
from tests.studyplans.cast import enrol, make_maths
from tracker.accounts.models import User
from tracker.progress.actions import set_state


@pytest.fixture
def learned(clock: time_machine.Traveller, ada: User) -> User:
    """Ada has finished twelve milestones, and all are due for review a month later."""
    enrol(ada, make_maths(20), at=wall.now())
    for number in range(1, 13):
        set_state(learner=ada, milestone_key=f"maths.m{number}", state="done", at=wall.now())
    clock.shift(timedelta(days=28))
    actions.replan(learner=ada, at=wall.now())
    return ada


def test_reviews_take_their_share_of_a_week_and_no_more(learned: User) -> None:
    assert ReviewCard.objects.of(learned).count() == 12
    ahead = ReviewTime.objects.filter(starts_at__gt=wall.now())
    week = ahead.filter(starts_at__lt=wall.now() + timedelta(days=7))

    assert 0 < sum(time.minutes for time in week) <= 180 * 20 // 100


def test_a_backlog_is_shared_out_over_the_days(learned: User) -> None:
    ahead = ReviewTime.objects.filter(starts_at__gt=wall.now())
    minutes = [time.minutes for time in ahead]

    assert len(minutes) >= 3
    assert max(minutes) <= 20


def test_reviews_come_in_one_piece_and_beside_the_sessions(learned: User) -> None:
    times = list(ReviewTime.objects.all())
    assert all(one.ends_at < other.starts_at for one, other in pairwise(times))
    for time in times:
        overlapping = StudySession.objects.of(learned).planned()
        assert not overlapping.filter(starts_at__lt=time.ends_at, ends_at__gt=time.starts_at)

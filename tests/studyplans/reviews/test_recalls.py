"""What is growing stale counts for less: reviews tell readiness what is still remembered."""

from datetime import timedelta

import time_machine

from common import clock as wall
from studyplans.reviews.models import Review
from studyplans.reviews.receivers import tell_recalls
from studyplans.reviews.signals import review_failed
from tests.studyplans.cast import make_maths
from tracker.accounts.models import User
from tracker.progress.actions import set_state
from tracker.progress.models import Achievement


def test_recall_fades_once_a_review_is_due(
    clock: time_machine.Traveller, ada: User, cleo: User
) -> None:
    make_maths()
    set_state(learner=ada, milestone_key="maths.m1", state="done", at=wall.now())
    today = wall.today_for(ada)

    soon = tell_recalls(None, learner=ada, on=today)["maths.m1"]
    later = tell_recalls(None, learner=ada, on=today + timedelta(days=60))["maths.m1"]

    assert soon.fade(today) == 1
    assert later.fade(today + timedelta(days=60)) < 1
    assert tell_recalls(None, learner=cleo, on=today) == {}


def test_a_failed_review_asks_again_about_a_mere_claim(
    clock: time_machine.Traveller, ada: User
) -> None:
    make_maths()
    for key, state in (("maths.m1", "credited"), ("maths.m2", "done")):
        set_state(learner=ada, milestone_key=key, state=state, at=wall.now())

    for key in ("maths.m1", "maths.m2"):
        review_failed.send(Review, learner=ada, milestone_key=key, review=None, at=wall.now())

    doubted = Achievement.objects.of(ada).exclude(doubted_at=None)
    assert [each.milestone_key for each in doubted] == ["maths.m1"]

"""What is growing stale counts for less: reviews tell readiness what is still remembered."""

from datetime import timedelta

import time_machine

from common import clock as wall
from studyplans.reviews.receivers import tell_recalls
from tests.studyplans.cast import make_maths
from tracker.accounts.models import User
from tracker.progress.actions import set_state


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

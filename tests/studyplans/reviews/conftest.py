"""Ada has finished what she should not forget; it is Monday, 10:00 in Berlin."""

import pytest
import time_machine

from common import clock as wall
from studyplans.reviews.models import ReviewCard
from tests.studyplans.reviews.lessons import check_off
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


@pytest.fixture
def card(clock: time_machine.Traveller, ada: User, maths: Curriculum) -> ReviewCard:
    """Ada has just checked off maths.m1, which has no questions."""
    return check_off(ada, "maths.m1", at=wall.now())

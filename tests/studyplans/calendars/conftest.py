"""Ada with a plan, on a Monday morning; a worker that answers at once; a site to read from."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine

from common import outside
from config.celery import app
from studyplans.calendars import actions
from studyplans.calendars.models import CalendarFeed
from tests.local_site import LocalSite
from tests.studyplans.cast import enrol
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum

SUNDAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def eager_worker() -> Iterator[None]:
    """Let every ring be answered at once, in this process."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture
def planned_ada(ada: User, maths: Curriculum, clock: time_machine.Traveller) -> User:
    """Ada, who studies on Monday, Wednesday and Friday from 19:00 to 20:00, now on Monday."""
    clock.move_to(SUNDAY)
    enrol(ada, maths, at=SUNDAY)
    clock.move_to(MONDAY)
    return ada


@pytest.fixture
def ada_feed(planned_ada: User) -> CalendarFeed:
    return actions.make_feed(learner=planned_ada, at=MONDAY)


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalSite]:
    """A site on this machine, which stands for one on the web at 127.0.0.1."""
    monkeypatch.setattr(outside, "is_public", "127.0.0.1".__eq__)
    site = LocalSite()
    yield site
    site.stop()

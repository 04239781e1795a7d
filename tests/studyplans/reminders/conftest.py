"""Ada and Cleo with a plan, and a Monday morning on which their digests are due."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.signals import setting_changed
from django.dispatch import receiver
from pytest_django import Settings

from config.celery import app
from studyplans.plans.models import StudySession
from studyplans.reminders.models import Delivery
from studyplans.reminders.names import KindName
from studyplans.reminders.signing import keyed
from studyplans.reminders.site import this_site
from tests.studyplans.cast import enrol
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


@receiver(setting_changed)
def forget_settings(**change: Any) -> None:
    """Let a process see other settings than it began with."""
    keyed.cache_clear()
    this_site.cache_clear()


SUNDAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MONDAY_AT_EIGHT = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # 08:00 in Berlin


@pytest.fixture(autouse=True)
def eager_worker() -> Iterator[None]:
    """Let every ring be answered at once, in this process."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture(autouse=True)
def own_outbox(settings: Settings, tmp_path: Path) -> None:
    """Keep the journals apart from those of tests that run at the same time."""
    settings.VAR_DIR = tmp_path


@pytest.fixture
def planned_ada(ada: User, maths: Curriculum) -> User:
    """Ada, who studies on Monday, Wednesday and Friday from 19:00 to 20:00."""
    enrol_on_sunday(ada, maths)
    return ada


def enrol_on_sunday(learner: User, curriculum: Curriculum, **choices: Any) -> None:
    """Enrol, and leave only the digest on: the other kinds have tests of their own."""
    with time_machine.travel(SUNDAY, tick=False):
        enrol(learner, curriculum, at=SUNDAY, **choices)
    learner.reminder_schedules.exclude(kind=KindName.DIGEST).delete()


def todays_sessions(learner: User) -> list[StudySession]:
    own = StudySession.objects.of(learner).planned().select_related("enrolment")
    return [session for session in own if session.starts_at.date() == MONDAY_AT_EIGHT.date()]


def outcomes(learner: User) -> list[tuple[str, str, str]]:
    """Return (occurrence, status, reason) of each delivery."""
    own = Delivery.objects.filter(learner=learner).order_by("occurrence")
    return list(own.values_list("occurrence", "status", "reason"))


def unconfirm(learner: User) -> None:
    EmailAddress.objects.filter(user=learner).update(verified=False)

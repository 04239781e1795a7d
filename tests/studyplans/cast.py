"""A small curriculum and a week, shared by the tests of plans and of today."""

from datetime import date, datetime, time

from django.test import Client

from studyplans.plans import actions
from studyplans.plans.models import StudySession, Window
from tests.factories import make_curriculum, make_milestone, make_module
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum


def make_maths(count: int = 4, *, minutes: int = 60, slug: str = "maths") -> Curriculum:
    """Build a curriculum of milestones m1, m2 ..., each needing the one before."""
    curriculum = make_curriculum(slug)
    module = make_module(curriculum)
    before = None
    for number in range(1, count + 1):
        requires = (before,) if before else ()
        before = make_milestone(
            module, f"{slug}.m{number}", requires=requires, effort_minutes=minutes
        )
    return curriculum


def evenings(*weekdays: int, starts_at: time = time(19), ends_at: time = time(20)) -> list[Window]:
    return [Window(weekday=day, starts_at=starts_at, ends_at=ends_at) for day in weekdays]


def enrol(
    learner: User,
    curriculum: Curriculum,
    *,
    at: datetime,
    windows: list[Window] | None = None,
    target_date: date | None = None,
) -> None:
    actions.start_plan(
        learner=learner,
        curriculum=curriculum,
        windows=windows or evenings(0, 2, 4),
        started_on=at.date(),
        target_date=target_date,
        at=at,
    )


def planned(learner: User) -> list[tuple[str, str]]:
    """Return the planned sessions as (milestone key, local start)."""
    return [
        (session.milestone_key, f"{session.starts_at.astimezone(learner.zone):%a %d %b %H:%M}")
        for session in StudySession.objects.of(learner).planned()
    ]


def logged_in(learner: User) -> Client:
    client = Client()
    client.force_login(learner)
    return client


def week_data(**times: str) -> dict[str, str]:
    """Return form data of a week: monday="19:00-20:00", "monday_2" for its second window."""
    data = {}
    for name, window in times.items():
        day, _, number = name.partition("_")
        starts, ends = window.split("-")
        data[f"{day}_{number or 1}_from"], data[f"{day}_{number or 1}_to"] = starts, ends
    return data

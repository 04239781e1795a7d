"""Measure plans with their database: `python -m bench.plans [LEARNERS]`.

Three questions.  What does storing a plan of 1,000 milestones cost beside reading what it rests
on, and does its number of queries stay the same?  What does planning add to the request that
checks a milestone off?  And how many learners a second does a run over many take on, beside
reading alone?  Ratios are what to compare; milliseconds differ from machine to machine.  It works
in a test database, made and dropped where DATABASE_URL points.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from itertools import pairwise
from unittest import mock

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import (  # noqa: E402
    CaptureQueriesContext,
    setup_test_environment,
    teardown_test_environment,
)

from studyplans.plans import actions, replan_runs  # noqa: E402
from studyplans.plans.availability import availability_of  # noqa: E402
from studyplans.plans.models import StudyPlan, StudySession, Window  # noqa: E402
from studyplans.plans.selectors import followed_by  # noqa: E402
from studyplans.plans.workload import standings_by_key, work_left  # noqa: E402
from tracker.accounts.models import User  # noqa: E402
from tracker.curricula.models import Curriculum, Milestone, Module  # noqa: E402
from tracker.progress.models import Enrolment  # noqa: E402

LEARNERS = 200
MONDAY = date(2027, 1, 4)
NOW = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)
ROUNDS = 15


@contextmanager
def own_database() -> Iterator[None]:
    kept = connection.settings_dict["NAME"]
    setup_test_environment(debug=False)  # else Django remembers every query
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(kept, verbosity=0)
        teardown_test_environment()


def make_path(size: int) -> Curriculum:
    """Build a path of so many milestones, each needing the one before."""
    curriculum = Curriculum.objects.create(slug=f"path-{size}", title="A path", kind="path")
    module = Module.objects.create(curriculum=curriculum, key="m", title="All of it", position=1)
    milestones = Milestone.objects.bulk_create(
        Milestone(
            curriculum=curriculum,
            module=module,
            key=f"path{size}.m{number}",
            title=f"Step {number}",
            kind=Milestone.Kind.READ,
            effort_minutes=90,
            position=number,
        )
        for number in range(1, size + 1)
    )
    needs = Milestone.prerequisites.through
    needs.objects.bulk_create(
        needs(from_milestone=after, to_milestone=before) for before, after in pairwise(milestones)
    )
    Curriculum.objects.filter(pk=curriculum.pk).update(status="published")
    curriculum.refresh_from_db()
    return curriculum


def enrol(learner: User, curriculum: Curriculum) -> Enrolment:
    return actions.start_plan(
        learner=learner,
        curriculum=curriculum,
        windows=[
            Window(weekday=day, starts_at=wall_time(18), ends_at=wall_time(20)) for day in range(7)
        ],
        started_on=MONDAY,
        target_date=None,
        at=NOW,
    )


def make_learner(number: int) -> User:
    return User.objects.create_user(
        email=f"learner{number}@example.org", password=None, time_zone="Europe/Berlin"
    )


def median_seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    def once() -> float:
        begin = time.perf_counter()
        work()
        return time.perf_counter() - begin

    return statistics.median(once() for _ in range(rounds))


def read(learner: User) -> None:
    """Read all that a plan rests on: the floor of any replan."""
    study_plan = StudyPlan.objects.get(learner=learner)
    enrolments = Enrolment.objects.of(learner).active().select_related("curriculum")
    work_left([followed_by(each) for each in enrolments], standings_by_key(learner))
    availability_of(study_plan)


def storing() -> None:
    print("milestones  sessions  replan ms  reading ms  ratio  queries")
    for number, size in enumerate((100, 1_000)):
        learner = make_learner(number)
        enrol(learner, make_path(size))
        hours = iter(range(1, 10_000))

        def shifted(learner: User = learner, hours: Iterator[int] = hours) -> None:
            """Plan with every session in another place, so that all of them are written."""
            windows = Window.objects.filter(plan__learner=learner)
            windows.update(
                starts_at=wall_time(8, hour := next(hours) % 50), ends_at=wall_time(10, hour)
            )
            actions.replan(learner=learner, at=NOW)

        full = median_seconds(shifted, 5)
        least = median_seconds(lambda learner=learner: read(learner), 5)  # type: ignore[misc]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            shifted()
        count = StudySession.objects.of(learner).count()
        print(
            f"{size:>10,} {count:>9,} {full * 1e3:>10.1f} {least * 1e3:>11.1f}"
            f" {full / least:>6.1f} {len(queries):>8}"
        )


def checking_off() -> None:
    """Compare the request that checks off, on plan, with and without planning."""
    learner = User.objects.get(email="learner1@example.org")
    client = Client()
    client.force_login(learner)
    keys = iter(StudySession.objects.of(learner).values_list("milestone_key", flat=True).distinct())
    in_order = list(dict.fromkeys(keys))

    def check_off() -> float:
        key = in_order.pop(0)
        last = StudySession.objects.of(learner).filter(milestone_key=key).latest("ends_at")
        with mock.patch("common.clock.now", return_value=last.ends_at):
            begin = time.perf_counter()
            client.post(f"/milestones/{key}/state/", {"state": "done"})
            return time.perf_counter() - begin

    def without_planning() -> float:
        with mock.patch.object(actions, "follow_check_offs"):
            return check_off()

    check_off()
    pairs = [(check_off(), without_planning()) for _ in range(40)]
    planned, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(
        f"check-off on plan, 1,000 milestones: {planned * 1e3:.1f} ms, without planning"
        f" {bare * 1e3:.1f} ms, ratio {planned / bare:.2f}"
    )


def many(learners: int) -> None:
    curriculum = make_path(300)
    for number in range(learners):
        enrol(make_learner(1_000 + number), curriculum)
    run = replan_runs.begin_run(reason="bench", curriculum_slug=curriculum.slug, at=NOW)
    begin = time.perf_counter()
    while replan_runs.go_on(run.pk, at=NOW + timedelta(hours=1)):
        pass
    took = time.perf_counter() - begin
    begin = time.perf_counter()
    for learner in User.objects.filter(enrolments__curriculum=curriculum):
        read(learner)
    least = time.perf_counter() - begin
    print(
        f"replanning {learners:,} learners of 300 milestones: {learners / took:.0f} a second,"
        f" {took / least:.1f} times reading alone"
    )


def main() -> None:
    learners = int(sys.argv[1]) if len(sys.argv) > 1 else LEARNERS
    with own_database():
        storing()
        checking_off()
        many(learners)


if __name__ == "__main__":
    main()

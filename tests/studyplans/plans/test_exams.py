"""A booked exam: an appointment the plan works towards and never moves."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from common import clock as wall
from studyplans.plans import actions
from studyplans.plans.models import PauseCause, Receipt, StudySession
from studyplans.plans.selectors import time_of
from tests.factories import make_curriculum, make_milestone, make_module
from tests.studyplans.cast import enrol, make_maths, planned
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone
from tracker.progress.models import Enrolment

EXAM_AT = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def certificate(db: None) -> Curriculum:
    """Two hours to learn, then an exam of an hour."""
    curriculum = make_curriculum("cert")
    module = make_module(curriculum)
    first = make_milestone(module, "cert.m1")
    second = make_milestone(module, "cert.m2", requires=(first,))
    make_milestone(module, "cert.exam", requires=(second,), kind=Milestone.Kind.EXAM)
    return curriculum


def book(learner: User, at: datetime) -> StudySession:
    exam = StudySession.objects.of(learner).filter(milestone_key="cert.exam")[0]
    exam.starts_at, exam.ends_at, exam.is_pinned = at, at + timedelta(hours=1), True
    exam.save()
    actions.replan(learner=learner, at=wall.now())
    return exam


def test_what_the_exam_needs_comes_before_other_paths(
    clock: time_machine.Traveller, ada: User, certificate: Curriculum
) -> None:
    enrol(ada, make_maths(20), at=wall.now())
    enrol(ada, certificate, at=wall.now())

    book(ada, datetime(2026, 3, 5, 9, 0, tzinfo=UTC))

    assert planned(ada)[:3] == [
        ("cert.m1", "Mon 02 Mar 19:00"),
        ("cert.m2", "Wed 04 Mar 19:00"),
        ("cert.exam", "Thu 05 Mar 10:00"),
    ]


def test_a_booked_exam_stays_through_every_change(
    clock: time_machine.Traveller, ada: User, certificate: Curriculum
) -> None:
    enrol(ada, certificate, at=wall.now())
    exam = book(ada, EXAM_AT)

    actions.halve_week(learner=ada, at=wall.now())
    actions.give_up_missed(learner=ada, ended_by=wall.now(), at=wall.now())

    exam.refresh_from_db()
    assert exam.starts_at == EXAM_AT
    assert StudySession.objects.of(ada).filter(milestone_key="cert.exam").count() == 1


def test_a_target_that_is_lost_anyway_does_not_cost_the_exam(
    clock: time_machine.Traveller, ada: User, certificate: Curriculum
) -> None:
    enrol(ada, make_maths(20), at=wall.now(), target_date=date(2026, 3, 8))
    enrol(ada, certificate, at=wall.now())

    book(ada, datetime(2026, 3, 7, 9, 0, tzinfo=UTC))

    ends = {
        key: StudySession.objects.of(ada).filter(milestone_key=key).latest("ends_at").ends_at
        for key in ("cert.m1", "cert.m2")
    }
    assert max(ends.values()) <= datetime(2026, 3, 7, 9, 0, tzinfo=UTC)
    assert Enrolment.objects.get(curriculum__slug="maths").target_date == date(2026, 3, 8)


def test_a_path_in_focus_goes_first(
    clock: time_machine.Traveller, ada: User, certificate: Curriculum
) -> None:
    enrol(ada, make_maths(20), at=wall.now())
    enrol(ada, certificate, at=wall.now())
    in_focus = Enrolment.objects.get(curriculum=certificate)
    availability = replace(time_of(ada), focus_id=in_focus.pk)

    actions.change_availability(learner=ada, availability=availability, at=wall.now())
    assert [key[:4] for key, _ in planned(ada)[:3]] == ["cert", "cert", "cert"]


def test_a_pause_without_end_promises_no_finish(
    clock: time_machine.Traveller, ada: User, certificate: Curriculum
) -> None:
    enrol(ada, certificate, at=wall.now())
    book(ada, EXAM_AT)

    actions.pause_plan(learner=ada, cause=PauseCause.LEARNER, at=wall.now())

    [[_, before, after]] = Receipt.objects.of(ada)[0].finishes
    assert (before, after) == ("2026-03-20", None)

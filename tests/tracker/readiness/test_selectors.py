"""Readiness as other rooms ask for it, what they add to it, and what it costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.dispatch import Signal
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    NOW,
    make_curriculum,
    make_learner,
    make_milestone,
    make_module,
    make_skill,
)
from tests.tracker.readiness.conftest import make_role
from tracker.accounts.models import User
from tracker.assessments.models import Attempt, Invitation, Work
from tracker.credentials.actions import add_certification
from tracker.curricula.models import Certification, Milestone, SkillLevel
from tracker.progress import actions
from tracker.progress.models import Achievement
from tracker.readiness.proof import Evidence, Kind, Recall
from tracker.readiness.selectors import readiness_gain, readiness_view, scores_of
from tracker.readiness.signals import evidence_asked, recalls_asked

TODAY = NOW.date()
LINK = "https://example.org/work"
BUDGET = 9  # under ten: four for the catalogue, two of what others know: reviews, assessments


@contextmanager
def answering(question: Signal, answer: object) -> Iterator[None]:
    def receiver(sender: object, *, learner: User, on: date, **asked: object) -> object:
        return answer

    question.connect(receiver)
    try:
        yield
    finally:
        question.disconnect(receiver)


def check_off(learner: User, key: str, state: str = "done") -> actions.Change:
    return actions.set_state(learner=learner, milestone_key=key, state=state, at=NOW)


@pytest.mark.usefixtures("heading_for_entry")
def test_the_gain_of_an_event_is_told_and_so_is_the_loss_of_its_undoing(ada: User) -> None:
    change = check_off(ada, "craft.sql")
    assert change.event
    gain = readiness_gain(ada, change.event)
    assert gain
    assert [gain.before, gain.after] == [0, 30]
    assert gain.in_words == "Readiness for Entry: 30.00, +30.00."

    undoing = actions.undo_change(event=change.event, at=NOW)

    assert undoing.event
    loss = readiness_gain(ada, undoing.event)
    assert loss
    assert loss.points == -30


@pytest.mark.usefixtures("heading_for_entry")
def test_what_changes_nothing_is_not_told(ada: User) -> None:
    skipped = check_off(ada, "craft.sql", "skipped")
    elsewhere = check_off(ada, "another.milestone")

    assert skipped.event
    assert elsewhere.event
    assert readiness_gain(ada, skipped.event) is None
    assert readiness_gain(ada, elsewhere.event) is None


@pytest.mark.usefixtures("heading_for_entry")
def test_another_room_adds_its_evidence(ada: User) -> None:
    check_off(ada, "craft.sql")
    passed = Evidence(Kind.QUIZ, "quiz", frozenset({"craft.sql"}), Fraction(4, 5))

    with answering(evidence_asked, [passed]):
        score = scores_of(ada, on=TODAY)["mle-entry"]

    assert score.points == 50 * Fraction(85, 100) * Fraction(4, 5)
    assert scores_of(ada, on=TODAY)["mle-entry"].points == 30


@pytest.mark.usefixtures("heading_for_entry")
def test_what_is_not_reviewed_fades_and_is_called_stale(ada: User) -> None:
    check_off(ada, "craft.sql")
    recall = Recall(TODAY - timedelta(days=3), Fraction(45, 100))

    with answering(recalls_asked, {"craft.sql": recall}):
        view = readiness_view(ada, on=TODAY)

    assert view
    assert view.score.points == 30 * Fraction(85, 100)
    assert [line.skill.key for line in view.stale] == ["sql"]
    assert view.remainder.faded_keys == ("craft.sql",)
    assert view.changes[0].why == ("Finished or shown: “Query”", "1 review is due")


def build_library(roles: int, milestones: int) -> None:
    """Make roles of several skills, and a subject whose milestones need one another."""
    skills = [make_skill(f"s{number}") for number in range(10)]
    for number in range(roles):
        kind = "level" if number < 3 else "specialisation"
        asked = {skill.key: 1 + number % 5 for skill in skills}
        make_role(f"r{number}", kind, asked, position=number)
    module = make_module(make_curriculum("big"))
    earlier: tuple[Milestone, ...] = ()
    for number in range(milestones):
        skill = skills[number % 10]
        earlier = (make_milestone(module, f"m{number}", skill=skill, requires=earlier),)


def queries_for_scores(learner: User) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert len(scores_of(learner, on=TODAY)) == 8
    return len(captured)


@pytest.mark.django_db
def test_eight_roles_and_a_thousand_achievements_cost_as_many_queries_as_none() -> None:
    build_library(roles=8, milestones=100)
    ada = make_learner()
    bare = queries_for_scores(ada)
    Achievement.objects.bulk_create(
        Achievement(
            learner=ada,
            milestone_key=f"m{number}",
            state="done",
            is_tested=number % 2 == 0,
            changed_at=NOW,
        )
        for number in range(1_000)
    )
    certified(ada)
    assessed(ada, count=20)

    full = queries_for_scores(ada)

    assert bare == full <= BUDGET


def assessed(learner: User, *, count: int) -> None:
    """Give a learner passed checks, and work that a mentor confirmed."""
    for number in range(count):
        Attempt.objects.create(
            learner=learner,
            scope="milestone",
            about=f"m{number}",
            number=1,
            question_keys=["q"],
            milestone_keys=[f"m{number}"],
            answers=[{"question": "q", "choice": "a", "is_right": True, "of": 4}],
            **{"right_count": 1, "asked_count": 1, "has_passed": True},
            **{"started_at": NOW, "finished_at": NOW},
        )
        work = Work.objects.create(
            learner=learner, milestone_key=f"m{number}", url=LINK, changed_at=NOW
        )
        Invitation.objects.create(
            work=work,
            email="ben@example.org",
            verdict="confirmed",
            **{"invited_at": NOW, "answered_at": NOW, "expires_at": NOW + timedelta(days=14)},
        )


def certified(learner: User) -> None:
    prep = make_curriculum("prep", kind="certification")
    for number in range(3):
        milestone = make_milestone(make_module(prep, f"p{number}"), f"prep.m{number}")
        SkillLevel.objects.create(
            milestone=milestone, skill=make_skill(f"s{number}"), proficiency=3
        )
    exam = Certification.objects.create(key="e", title="E", status="current", curriculum=prep)
    add_certification(learner=learner, certification=exam, earned_on=TODAY, at=NOW)


@pytest.mark.django_db
def test_a_certificate_shows_only_what_it_wholly_reaches() -> None:
    module = make_module(make_curriculum("craft"))
    make_role("r0", "level", {"s0": 2, "s9": 2})
    make_milestone(module, "within", skill=make_skill("s0"))
    half = make_milestone(module, "half", skill=make_skill("s0"))
    SkillLevel.objects.create(milestone=half, skill=make_skill("s9"), proficiency=2)
    ada = make_learner()
    certified(ada)

    score = scores_of(ada, on=TODAY)["r0"]

    assert {key: credit.worth for key, credit in score.own.credits.items()} == {
        "within": Fraction(90, 100),
        "half": 0,
    }

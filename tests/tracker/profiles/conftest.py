from datetime import date

import pytest
from time_machine import Traveller

from tests.factories import (
    NOW,
    make_curriculum,
    make_enrolment,
    make_milestone,
    make_module,
    make_skill,
)
from tracker.accounts.models import User
from tracker.credentials.actions import add_certification
from tracker.curricula.models import Certification, Curriculum, Milestone, RoleProfile, Skill
from tracker.curricula.models import SkillRequirement as Asked


@pytest.fixture
def craft(db: None) -> Curriculum:
    """A subject of a lesson and a project, both of them about SQL."""
    curriculum = make_curriculum("craft", title="Craft")
    module = make_module(curriculum)
    make_milestone(module, "craft.lesson", title="Joins", skill=make_skill("sql"))
    make_milestone(
        module,
        "craft.shop",
        title="A shop in tables",
        kind=Milestone.Kind.PROJECT,
        skill=make_skill("sql"),
    )
    return curriculum


@pytest.fixture
def analyst(craft: Curriculum) -> RoleProfile:
    role = RoleProfile.objects.create(key="analyst", title="Analyst", kind="level", summary="Asks.")
    Asked.objects.create(role=role, skill=Skill.objects.get(key="sql"), proficiency=2)
    return role


@pytest.fixture
def busy_ada(clock: Traveller, ada: User, craft: Curriculum, analyst: RoleProfile) -> User:
    """Ada, who has something of each kind, and things that are nobody's business."""
    User.objects.filter(pk=ada.pk).update(name="Augusta King")
    make_enrolment(ada, craft, target_date=date(2031, 9, 9))
    exam = Certification.objects.create(key="cka", title="Clusters", provider="CNCF")
    add_certification(
        learner=ada,
        certification=exam,
        earned_on=date(2026, 1, 5),
        expires_on=date(2027, 1, 5),
        proof_url="https://badges.example.org/7",
        at=NOW,
    )
    return ada

import pytest

from tests.factories import make_curriculum, make_milestone, make_module, make_skill
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, RoleProfile, SkillRequirement
from tracker.readiness.actions import choose_roles


@pytest.fixture
def entry(db: None) -> RoleProfile:
    """Entry level: SQL and Python, both guided."""
    return make_role("mle-entry", "level", {"sql": 2, "python": 2}, title="Entry")


@pytest.fixture
def mid(entry: RoleProfile) -> RoleProfile:
    """Mid level: more Python, a must."""
    return make_role("mle-mid", "level", {"sql": 2, "python": 3}, title="Mid", position=1)


@pytest.fixture
def subject(entry: RoleProfile) -> Curriculum:
    """An hour of SQL, then two hours of Python in two milestones, the second a project."""
    curriculum = make_curriculum("craft", title="Craft")
    module = make_module(curriculum)
    make_milestone(module, "craft.sql", title="Query", skill=make_skill("sql"))
    python = make_skill("python")
    first = make_milestone(module, "craft.py1", title="Functions", skill=python)
    make_milestone(
        module, "craft.py2", title="Package", skill=python, requires=(first,), kind="project"
    )
    return curriculum


@pytest.fixture
def heading_for_entry(ada: User, entry: RoleProfile, subject: Curriculum) -> None:
    choose_roles(learner=ada, roles=[entry])


def make_role(
    key: str, kind: str, requires: dict[str, int], *, title: str = "", **details: object
) -> RoleProfile:
    role = RoleProfile.objects.create(key=key, kind=kind, title=title or key, **details)
    for skill, proficiency in requires.items():
        SkillRequirement.objects.create(role=role, skill=make_skill(skill), proficiency=proficiency)
    return role

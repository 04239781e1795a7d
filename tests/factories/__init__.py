"""Build rows for tests; a test names only what matters to it."""

from datetime import UTC, date, datetime
from typing import Any

from tracker.accounts.actions import confirm_address
from tracker.accounts.models import User
from tracker.curricula.models import Area, Curriculum, Milestone, Module, Skill, SkillLevel
from tracker.progress.models import Enrolment

PASSWORD = "correct horse battery staple"
NOW = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)  # a Monday


def make_learner(email: str = "ada@example.org", **details: Any) -> User:
    details.setdefault("time_zone", "Europe/Berlin")
    learner = User.objects.create_user(email, PASSWORD, **details)
    confirm_address(learner=learner)
    return learner


def make_skill(key: str = "linear-algebra", area: str = "math") -> Skill:
    found, _ = Area.objects.get_or_create(key=area, defaults={"title": area.title()})
    skill, _ = Skill.objects.get_or_create(
        key=key, defaults={"area": found, "title": key, "definition": f"What {key} is."}
    )
    return skill


def make_curriculum(slug: str = "maths", **details: Any) -> Curriculum:
    """Build a published curriculum without modules, not sealed: tests go on building it."""
    details = {
        "title": slug.title(),
        "summary": f"Learn {slug}.",
        "status": Curriculum.Status.PUBLISHED,
        **details,
    }
    return Curriculum.objects.create(slug=slug, **details)


def make_module(curriculum: Curriculum, key: str = "basics", **details: Any) -> Module:
    details.setdefault("position", curriculum.modules.count())
    return Module.objects.create(
        curriculum=curriculum, key=key, **{"title": key.title(), **details}
    )


def make_milestone(
    module: Module,
    key: str,
    *,
    requires: tuple[Milestone, ...] = (),
    skill: Skill | None = None,
    **details: Any,
) -> Milestone:
    details = {
        "title": f"Learn {key}",
        "effort_minutes": 60,
        "done_when": f"You can show {key}.",
        "position": module.milestones.count(),
        **details,
    }
    milestone = Milestone.objects.create(module=module, key=key, **details)
    milestone.prerequisites.set(requires)
    if skill is not None:
        SkillLevel.objects.create(milestone=milestone, skill=skill, proficiency=2)
    return milestone


def make_enrolment(learner: User, curriculum: Curriculum, **details: Any) -> Enrolment:
    details = {"started_on": date(2027, 1, 4), "enrolled_at": NOW, **details}
    return Enrolment.objects.create(learner=learner, curriculum=curriculum, **details)

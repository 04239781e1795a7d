"""A bigger library costs more rows, never more queries."""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    NOW,
    make_curriculum,
    make_enrolment,
    make_learner,
    make_milestone,
    make_module,
    make_skill,
)
from tests.tracker.conftest import signed_in
from tracker.accounts.models import User
from tracker.curricula.models import (
    Background,
    CareerStep,
    Certification,
    Curriculum,
    Milestone,
    Resource,
    RoleProfile,
    Route,
    SkillRequirement,
)
from tracker.progress import actions

BUDGETS = {
    "/": 8,
    "/paths/": 8,
    "/paths/?q=learn&area=math&kind=path&length=short": 8,
    "/paths/c0/": 15,
    "/milestones/m0/": 15,
    "/milestones/m1/?in=c0": 15,
    "/careers/": 14,
}
LEARNERS_BUDGETS = {**BUDGETS, "/progress/": 20}


def build_library(size: int) -> None:
    """Make `size` paths of `size` modules of `size` milestones, the same keys in each path."""
    role = RoleProfile.objects.create(key="role", title="Role", kind="level")
    background = Background.objects.create(key="background", title="Background")
    for number in range(size):
        RoleProfile.objects.create(key=f"r{number}", title=f"Role {number}", kind="level")
        CareerStep.objects.create(key=f"s{number}", title=f"Step {number}", after=["s0"])
        skill = make_skill(f"skill-{number}", area="math")
        SkillRequirement.objects.create(role=role, skill=skill, proficiency=3)
        route = Route.objects.create(key=f"route{number}", title=f"Route {number}", duration="long")
        route.paths.set([build_path(f"c{number}", size, role, background)])


def build_path(slug: str, size: int, role: RoleProfile, background: Background) -> Curriculum:
    path = make_curriculum(
        slug, kind="path", role=role, background=background, credited_keys=["m0", "m1"]
    )
    Certification.objects.create(key=slug, title=slug, provider="V", curriculum=path)
    earlier: tuple[Milestone, ...] = ()
    for number in range(size * size):
        if number % size == 0:
            module = make_module(path, f"module{number}")
        skill = make_skill(f"skill-{number % size}", area="math")
        milestone = make_milestone(module, f"m{number}", requires=earlier, skill=skill)
        resource, _ = Resource.objects.get_or_create(
            key=f"b{number}",
            defaults={"title": "B", "url": "https://example.org", "format": "book"},
        )
        milestone.resources.set([resource])
        earlier = (*earlier, milestone)[-size:]
    return path


def follow_everything(learner: User) -> None:
    for path in Curriculum.objects.all():
        make_enrolment(learner, path)
    for key in set(Milestone.objects.values_list("key", flat=True)):
        for state in ("learning", "done"):
            actions.set_state(learner=learner, milestone_key=key, state=state, at=NOW)


def queries_of(path: str, *, size: int, is_learner: bool) -> int:
    """Count the queries of a page in a library of this size, and forget the library again."""
    with transaction.atomic():
        build_library(size)
        client = Client()
        if is_learner:
            learner = make_learner()
            follow_everything(learner)
            client = signed_in(learner)
        client.get(path)  # what is fetched once per process is fetched here
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        transaction.set_rollback(True)
    return len(captured)


@pytest.mark.django_db
@pytest.mark.parametrize("path", BUDGETS)
def test_a_page_keeps_its_budget_for_visitors(path: str) -> None:
    small = queries_of(path, size=2, is_learner=False)
    big = queries_of(path, size=4, is_learner=False)

    assert small == big <= BUDGETS[path]


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path in LEARNERS_BUDGETS if path != "/"])
def test_a_page_keeps_its_budget_for_learners(path: str) -> None:
    small = queries_of(path, size=2, is_learner=True)
    big = queries_of(path, size=4, is_learner=True)

    assert small == big <= LEARNERS_BUDGETS[path]

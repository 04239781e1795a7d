"""The hub of roles and backgrounds, the way between two of them, and the pages behind."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import make_curriculum, make_milestone, make_module, make_skill
from tests.tracker.progress.pages import words
from tracker.curricula.models import (
    Background,
    CareerStep,
    Curriculum,
    RoleProfile,
    Route,
    SkillRequirement,
)


def make_role(key: str, *, requires: dict[str, int] | None = None, **details: Any) -> RoleProfile:
    details = {"title": f"The {key}", "kind": "level", "summary": "Does it.", **details}
    role = RoleProfile.objects.create(key=key, **details)
    for skill, proficiency in (requires or {}).items():
        SkillRequirement.objects.create(role=role, skill=make_skill(skill), proficiency=proficiency)
    return role


def make_background(key: str, **assumed: int) -> Background:
    return Background.objects.create(key=key, title=f"A {key}", assumed=assumed)


def make_path(slug: str, background: Background, role: RoleProfile) -> Curriculum:
    path = make_curriculum(slug, kind="path", background=background, role=role)
    make_milestone(make_module(path), f"{slug}.one", effort_minutes=600)
    return path


@pytest.fixture
def ladder(db: None) -> None:
    """From coder to junior by one path, from junior to senior by another."""
    junior = make_role("junior", requires={"python": 2}, position=1)
    senior = make_role("senior", requires={"python": 4}, position=2)
    make_path("coder-to-junior", make_background("coder", python=1), junior)
    make_path("junior-to-senior", make_background("junior", python=2), senior)
    make_background("poet")


def asked(client: Client, start: str, goal: str) -> str:
    return words(client.get("/careers/", {"start": start, "goal": goal}))


# --- the hub ----------------------------------------------------------------------------------


def test_the_hub_shows_roles_ladder_backgrounds_and_routes(client: Client, db: None) -> None:
    role = RoleProfile.objects.create(
        key="mle", title="ML engineer", kind="level", summary="Builds.", daily=["train models"]
    )
    RoleProfile.objects.create(key="vision", title="Vision expert", kind="specialisation")
    background = Background.objects.create(key="coder", title="Coder")
    Background.objects.create(key="poet", title="Poet")
    make_curriculum("road", title="The road", kind="path", role=role, background=background)
    CareerStep.objects.create(key="junior", title="Junior", position=1)
    CareerStep.objects.create(key="senior", title="Senior", after=["junior"], position=2)
    Route.objects.create(key="self", title="Self-study", duration="open")

    response = client.get("/careers/")

    page = words(response)
    assert "ML engineer Builds. A day Train models The road" in page
    assert "Vision expert" in page
    assert "Senior After Junior" in page
    assert "Coder The road" in page
    assert "Poet No path of its own yet" in page
    assert "Self-study Open" in page
    for address in ("/roles/mle/", "/backgrounds/coder/", "/routes/#self", "/certifications/"):
        assert f'href="{address}"' in response.content.decode()


def test_one_path_may_be_the_whole_way(client: Client, ladder: None) -> None:
    page = asked(client, "coder", "junior")

    assert "A coder to The junior 1 path: 10 h. 1 Coder-To-Junior 10 h" in page


def test_a_longer_way_takes_path_after_path(client: Client, ladder: None) -> None:
    page = asked(client, "coder", "senior")

    assert "2 paths, one after the other: 20 h." in page
    assert "1 Coder-To-Junior 10 h 2 Junior-To-Senior 10 h" in page


def test_who_is_there_already_is_told_so(client: Client, ladder: None) -> None:
    assert "already meets that role" in asked(client, "junior", "junior")


def test_without_a_way_the_paths_from_elsewhere_are_named(client: Client, ladder: None) -> None:
    page = asked(client, "poet", "senior")

    assert "No path starts from there yet" in page
    assert "on the way. Junior-To-Senior" in page


def test_a_retired_path_is_no_way(client: Client, ladder: None) -> None:
    Curriculum.objects.filter(slug="coder-to-junior").update(status="retired")

    assert "No path starts from there yet" in asked(client, "coder", "senior")


def test_half_a_question_is_asked_for_the_rest(client: Client, ladder: None) -> None:
    assert "This field is required." in words(client.get("/careers/?start=coder"))
    assert "Select a valid choice" in asked(client, "coder", "nobody")


# --- a role -----------------------------------------------------------------------------------


def test_a_role_says_what_it_asks_for_in_words(client: Client, db: None) -> None:
    role = make_role(
        "mle",
        requires={"python": 3, "statistics": 4, "poetry": 0},
        daily=["train models"],
        any_of=[{"skills": ["python", "statistics"], "level": 3, "count": 1}],
    )
    assert role.requirements.count() == 3

    page = words(client.get("/roles/mle/"))

    assert "A day Train models" in page
    assert "At least 1 of python, statistics: independent" in page
    assert "Math statistics Advanced python Independent" in page
    assert "poetry" not in page


def test_a_role_names_the_paths_to_it_and_beyond(client: Client, ladder: None) -> None:
    page = words(client.get("/roles/junior/"))

    before, after = page.split("What comes next")
    assert "Paths that lead here Coder-To-Junior" in before
    assert "The next level: The senior" in after
    assert "Junior-To-Senior" in after
    assert "Junior-To-Senior" not in before


def test_the_highest_level_has_no_next(client: Client, ladder: None) -> None:
    assert "The next level" not in words(client.get("/roles/senior/"))


@pytest.mark.parametrize("path", ["/roles/nobody/", "/backgrounds/nobody/"])
def test_what_does_not_exist_is_not_found(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 404


# --- routes -----------------------------------------------------------------------------------


def test_a_route_says_how_long_and_what_for(client: Client, db: None) -> None:
    route = Route.objects.create(
        key="self",
        title="Self-study",
        duration="open",
        strengths=["cheap"],
        risks=["no deadline"],
        product_help="a weekly plan",
    )
    route.paths.set([make_curriculum("road", title="The road", kind="path")])

    page = words(client.get("/routes/"))

    assert "Self-study Open Strengths Cheap Risks No deadline" in page
    assert "How Milepost helps A weekly plan. Paths that suit it The road" in page


# --- a bigger library costs no more queries ---------------------------------------------------


@pytest.mark.parametrize(
    ("path", "budget"),
    [
        ("/careers/?start=coder&goal=senior", 20),
        ("/roles/junior/", 10),
        ("/backgrounds/coder/", 12),
        ("/routes/", 4),
    ],
)
def test_a_bigger_library_costs_no_more_queries(
    client: Client, ladder: None, path: str, budget: int
) -> None:
    small = queries_of(client, path)
    junior, coder = RoleProfile.objects.get(key="junior"), Background.objects.get(key="coder")
    for number in range(5):
        more = make_path(f"more{number}", coder, junior)
        more.credited_keys = ["coder-to-junior.one"]
        more.save()
        make_role(f"role{number}", requires={f"skill{number}": 3})
        skill = make_skill(f"skill{number}", area=f"area{number}")
        SkillRequirement.objects.create(role=junior, skill=skill, proficiency=1)
        coder.assumed[skill.key] = 1
        Route.objects.create(key=f"r{number}", title="R", duration="long").paths.set([more])
    coder.save()

    assert queries_of(client, path) <= budget
    assert queries_of(client, path) - small <= 1  # credited milestones are looked up once


def queries_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_market_facts_come_with_year_place_and_source(client: Client, db: None) -> None:
    page = client.get("/careers/").content.decode()

    assert "132,000 to 180,000 USD" in page
    fact = page.split("132,000 to 180,000 USD")[1].split("</li>")[0]
    assert "<span>2023</span>" in fact
    assert "United States" in fact
    assert "Founding document 001" in fact
    assert "Confidence: low" in fact

"""The author's desk: writing, checking and publishing a curriculum through the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from tests.tracker.curricula.desk import (
    DESK,
    a_curriculum,
    a_milestone,
    a_module,
    errors_in,
    milestone_row,
    post,
    rows,
    send,
)
from tracker.accounts.models import User
from tracker.curricula.models import (
    Area,
    Certification,
    Curriculum,
    Milestone,
    Module,
    Resource,
    RoleProfile,
    Route,
    Skill,
    SkillLevel,
)

pytestmark = pytest.mark.django_db

CONFIRMED = {"confirmed": "on"}


@pytest.fixture
def skill() -> Skill:
    area = Area.objects.create(key="math", title="Mathematics")
    return Skill.objects.create(
        key="vectors", title="Vectors", definition="Works with them.", area=area
    )


def publishable() -> Curriculum:
    """Return a draft that passes every check."""
    curriculum = a_curriculum()
    module = a_module(curriculum)
    first = a_milestone(module, "math.first")
    a_milestone(module, "math.second", first)
    return curriculum


def test_a_publisher_writes_and_publishes_a_curriculum(publisher: Client, skill: Skill) -> None:
    about = {"title": "Vectors", "slug": "vectors", "kind": "subject", "position": 0}
    about["summary"] = "Count in many directions."
    basics = {"position": "", "key": "basics", "title": "Basics", "rule": "all"}
    post(publisher, "curriculum/add/", about, rows("modules", basics))
    module = Module.objects.get()

    page = f"module/{module.pk}/change/"
    wanted = [milestone_row("math.adding"), milestone_row("math.norms")]
    below = {"title": "Basics", "rule": "all"}
    answer = post(publisher, page, below, rows("milestones", *wanted))
    adding, norms = Milestone.objects.order_by("position")
    assert answer.headers["Location"] == f"{DESK}/curriculum/{module.curriculum_id}/change/"

    resource = Resource.objects.create(
        key="book", title="A book", url="https://example.org", format="book"
    )
    facts = milestone_row("ignored", title="Norms", prerequisites=[adding.pk])
    facts["resources"] = [resource.pk]
    level = {"skill": skill.pk, "proficiency": 2}
    answer = post(publisher, f"milestone/{norms.pk}/change/", facts, rows("skill_levels", level))
    assert answer.headers["Location"] == f"{DESK}/module/{module.pk}/change/"

    post(publisher, f"curriculum/{module.curriculum_id}/publish/", CONFIRMED)
    curriculum = Curriculum.objects.get()
    assert curriculum.is_published
    assert curriculum.published_at
    norms.refresh_from_db()
    assert (norms.title, norms.key, norms.curriculum) == ("Norms", "math.norms", curriculum)
    assert list(norms.prerequisites.all()) == [adding]
    assert list(norms.resources.all()) == [resource]
    assert list(norms.skill_levels.values_list("skill", "proficiency")) == [(skill.pk, 2)]


def test_rows_without_a_position_go_to_the_end(author: Client, module: Module) -> None:
    first, second = a_milestone(module, "b"), a_milestone(module, "a")
    given = [
        milestone_row("b", id=first.pk, position=7),
        milestone_row("a", id=second.pk, position=2),
        milestone_row("c"),
        milestone_row("d"),
    ]

    post(
        author,
        f"module/{module.pk}/change/",
        {"title": "Basics", "rule": "all"},
        rows("milestones", *given, initial=2),
    )

    assert list(Milestone.objects.order_by("position").values_list("key", "position")) == [
        ("a", 2),
        ("b", 7),
        ("c", 8),
        ("d", 9),
    ]


def test_a_key_never_changes(author: Client, module: Module) -> None:
    milestone = a_milestone(module, "math.first")

    given = rows("milestones", milestone_row("stolen", id=milestone.pk), initial=1)
    post(
        author, f"module/{module.pk}/change/", {"key": "other", "title": "X", "rule": "all"}, given
    )
    post(author, f"milestone/{milestone.pk}/change/", milestone_row("stolen"), rows("skill_levels"))

    assert Milestone.objects.get().key == "math.first"
    assert Module.objects.get().key == "basics"


# --- what is refused ----------------------------------------------------------------------------


def test_publishing_names_every_fault_and_the_mend(publisher: Client) -> None:
    curriculum = a_curriculum()

    asked = publisher.get(f"{DESK}/curriculum/{curriculum.pk}/publish/")
    refused = send(publisher, f"curriculum/{curriculum.pk}/publish/", CONFIRMED)

    answers: list[Any] = [asked, refused]
    for answer in answers:
        page = answer.content.decode()
        assert "Not ready" in page
        assert answer.context["faults"]
        for fault in answer.context["faults"]:
            assert fault.message in page
            assert fault.mend in page
    assert (asked.status_code, refused.status_code) == (200, 422)
    assert not Curriculum.objects.get().is_published


def test_looking_at_the_publish_page_publishes_nothing(publisher: Client) -> None:
    curriculum = publishable()

    page = publisher.get(f"{DESK}/curriculum/{curriculum.pk}/publish/").content.decode()

    assert "Every check passed" in page
    assert not Curriculum.objects.get().is_published


def test_retiring_asks_first(publisher: Client) -> None:
    curriculum = a_curriculum(status=Curriculum.Status.PUBLISHED)
    page = f"curriculum/{curriculum.pk}/retire/"

    assert "keep it, with every tick" in publisher.get(f"{DESK}/{page}").content.decode()
    assert Curriculum.objects.get().is_published

    post(publisher, page)
    assert Curriculum.objects.get().status == Curriculum.Status.RETIRED


def test_a_loop_is_refused_and_printed(author: Client, module: Module) -> None:
    first = a_milestone(module, "first")
    second = a_milestone(module, "second", first)
    third = a_milestone(module, "third", second)

    facts = milestone_row("first", prerequisites=[third.pk])
    answer = send(author, f"milestone/{first.pk}/change/", facts, rows("skill_levels"))

    assert errors_in(answer)[0] == [
        "This would never end: “About first” needs “About third” needs “About second” needs "
        "“About first”. Take one of them out."
    ]
    assert not first.prerequisites.exists()


def test_a_milestone_never_needs_itself_or_another_curriculums(
    author: Client, module: Module
) -> None:
    mine = a_milestone(module, "mine")
    other = a_milestone(a_module(a_curriculum("other")), "other")

    for wrong in (mine, other):
        facts = milestone_row("mine", prerequisites=[wrong.pk])
        answer = send(author, f"milestone/{mine.pk}/change/", facts, rows("skill_levels"))
        assert errors_in(answer)[0] == [
            "A prerequisite must be another milestone of the same curriculum."
        ]


def test_only_milestones_of_the_same_curriculum_are_offered(author: Client, module: Module) -> None:
    mine, beside = a_milestone(module, "mine"), a_milestone(module, "beside")
    a_milestone(a_module(a_curriculum("other")), "other")

    form = author.get(f"{DESK}/milestone/{mine.pk}/change/").context["adminform"].form

    assert form["prerequisites"].field.choices == [("Basics", [(beside.pk, "About beside")])]


@pytest.mark.parametrize(
    "hostile",
    [
        {"key": "Not A Key"},
        {"key": "x" * 81},
        {"key": "nul\x00"},
        {"title": ""},
        {"title": "t" * 161},
        {"effort_minutes": -5},
        {"effort_minutes": 10**12},
        {"kind": "dance"},
        {"position": -1},
        {"position": 10**12},
    ],
)
def test_a_row_we_cannot_take_saves_nothing(
    author: Client, module: Module, hostile: dict[str, Any]
) -> None:
    given = rows("milestones", milestone_row("math.first", **hostile))

    answer = send(author, f"module/{module.pk}/change/", {"title": "Basics", "rule": "all"}, given)

    assert answer.status_code == 200
    assert errors_in(answer)
    assert not Milestone.objects.exists()


def test_a_title_is_text_and_never_markup(author: Client) -> None:
    curriculum = a_curriculum(title="<script>alert(1)</script>")
    module = a_module(curriculum)
    a_milestone(module, "math.first")

    for page in (
        "curriculum/",
        f"curriculum/{curriculum.pk}/change/",
        f"module/{module.pk}/change/",
    ):
        assert "<script>alert" not in author.get(f"{DESK}/{page}").content.decode()


# --- what an author is told -----------------------------------------------------------------------


def test_deleting_from_a_next_edition_says_that_ticks_are_kept(author: Client) -> None:
    milestone = a_milestone(a_module(a_curriculum(edition=2)), "math.first")

    for page in (f"milestone/{milestone.pk}/delete/", f"module/{milestone.module_id}/delete/"):
        words = author.get(f"{DESK}/{page}").content.decode()
        assert "kept" in words, page


def test_the_page_leads_to_the_learners_page_once_there_is_one(publisher: Client) -> None:
    curriculum = publishable()
    page = f"{DESK}/curriculum/{curriculum.pk}/change/"
    assert "View as learner" not in publisher.get(page).content.decode()

    post(publisher, f"curriculum/{curriculum.pk}/publish/", CONFIRMED)

    shown = publisher.get(page)
    assert "View as learner" in shown.content.decode()
    assert shown.context["absolute_url"] == curriculum.get_absolute_url()


def test_lists_are_written_one_on_a_line(author: Client, skill: Skill) -> None:
    facts = {"title": "Vectors", "definition": "D.", "area": skill.area_id}

    post(author, f"skill/{skill.pk}/change/", facts, {"aliases": " linear algebra \n\nvectors\n"})

    skill.refresh_from_db()
    assert skill.aliases == ["linear algebra", "vectors"]


def test_the_list_finds_and_filters(author: Client) -> None:
    publishable()
    a_curriculum("calculus", kind="path")

    def titles(**query: str) -> set[str]:
        answer = author.get(f"{DESK}/curriculum/", query)
        return {curriculum.title for curriculum in answer.context["cl"].result_list}

    assert titles() == {"Vectors", "Calculus"}
    assert titles(q="calc") == {"Calculus"}
    assert titles(kind__exact="path") == {"Calculus"}
    assert titles(editions="published") == set()


# --- who may ------------------------------------------------------------------------------------


def test_a_command_makes_an_author_of_an_account(client: Client) -> None:
    ben = User.objects.create_user("ben@example.org")
    call_command("make_author", "Ben@example.org")
    call_command("make_author", "ben@example.org")
    client.force_login(User.objects.get(pk=ben.pk))

    assert client.get(f"{DESK}/curriculum/add/").status_code == 200
    with pytest.raises(CommandError, match="sign up with it first"):
        call_command("make_author", "nobody@example.org")


def test_an_author_sees_no_learner(author: Client) -> None:
    index = author.get("/admin/").content.decode()

    assert "Curricula" in index
    for room in ("accounts/user", "progress/achievement", "plans/studyplan", "reminders/delivery"):
        assert author.get(f"/admin/{room}/").status_code == 403
        assert room not in index


def every_page_of_the_admin() -> list[str]:
    curriculum = publishable()
    module = curriculum.modules.get()
    milestone = module.milestones.all()[0]
    return [
        *(f"/admin/{room}/" for room in ("accounts/user", "auth/group")),
        *(f"{DESK}/{model}/" for model in ("curriculum", "module", "milestone", "skill", "area")),
        *(f"{DESK}/{model}/add/" for model in ("curriculum", "skill", "resource")),
        f"{DESK}/curriculum/{curriculum.pk}/change/",
        f"{DESK}/curriculum/{curriculum.pk}/check/",
        f"{DESK}/curriculum/{curriculum.pk}/publish/",
        f"{DESK}/curriculum/{curriculum.pk}/draft/",
        f"{DESK}/curriculum/compare/vectors/",
        f"{DESK}/curriculum/{curriculum.pk}/retire/",
        f"{DESK}/curriculum/{curriculum.pk}/history/",
        f"{DESK}/module/{module.pk}/change/",
        f"{DESK}/milestone/{milestone.pk}/change/",
        f"{DESK}/milestone/{milestone.pk}/delete/",
        "/admin/progress/achievement/",
        "/admin/reminders/delivery/",
        "/admin/plans/studyplan/",
        "/admin/autocomplete/?app_label=curricula&model_name=milestone&field_name=prerequisites",
        "/admin/jsi18n/",
        "/admin/",
    ]


def test_a_learner_never_gets_in(client: Client) -> None:
    cleo = User.objects.create_user("cleo@example.org")
    client.force_login(cleo)

    for page in every_page_of_the_admin():
        for answer in (client.get(page, follow=True), client.post(page, follow=True)):
            assert answer.status_code == 403, page


def test_a_visitor_is_led_to_the_one_log_in(client: Client) -> None:
    for page in every_page_of_the_admin():
        answer = client.get(page, follow=True)
        assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next="), page


# --- cost ---------------------------------------------------------------------------------------

Grow = Callable[[int], str]


def grow_curricula(number: int) -> str:
    for index in range(number):
        module = a_module(a_curriculum(f"more-{index}"))
        a_milestone(module, f"more.{index}")
    return f"{DESK}/curriculum/"


def grow_modules(number: int) -> str:
    curriculum = a_curriculum("modules")
    for index in range(number):
        a_module(curriculum, f"module-{index}")
    return f"{DESK}/curriculum/{curriculum.pk}/change/"


def grow_milestones(number: int) -> str:
    module = a_module(a_curriculum("milestones"))
    first = a_milestone(module, "first")
    skill = Skill.objects.get()
    for index in range(number):
        milestone = a_milestone(module, f"next.{index}", first)
        SkillLevel.objects.create(milestone=milestone, skill=skill, proficiency=1)
    return f"{DESK}/module/{module.pk}/change/"


def grow_milestone_list(number: int) -> str:
    grow_milestones(number)
    return f"{DESK}/milestone/"


@pytest.mark.parametrize(
    "grow", [grow_curricula, grow_modules, grow_milestones, grow_milestone_list]
)
def test_more_rows_cost_no_more_queries(
    author: Client,
    skill: Skill,
    grow: Grow,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    few = queries_for(author, grow, 2, django_assert_max_num_queries)
    Curriculum.objects.all().delete()
    many = queries_for(author, grow, 12, django_assert_max_num_queries)

    assert many == few


def queries_for(author: Client, grow: Grow, number: int, counting: DjangoAssertNumQueries) -> int:
    page = grow(number)
    with counting(30) as counted:
        assert author.get(page).status_code == 200
    return len(counted)


@pytest.mark.parametrize(
    "model", ["area", "skill", "resource", "roleprofile", "certification", "background", "route"]
)
def test_every_list_and_form_opens(author: Client, model: str) -> None:
    for page in ("changelist", "add"):
        address = reverse(f"admin:curricula_{model}_{page}")
        assert author.get(address, {"q": "x"} if page == "changelist" else {}).status_code == 200


def test_an_author_divides_a_long_milestone_into_steps(author: Client, module: Module) -> None:
    milestone = a_milestone(module, "math.long")
    facts = milestone_row("math.long", effort_minutes=150)
    facts |= {"steps": "90 Read the guide\n60 Do the sheet\n", "rubric": "One.\nTwo.\nThree."}

    post(author, f"milestone/{milestone.pk}/change/", facts, rows("skill_levels"))

    milestone.refresh_from_db()
    assert milestone.steps == [
        {"title": "Read the guide", "minutes": 90},
        {"title": "Do the sheet", "minutes": 60},
    ]
    assert milestone.rubric == ["One.", "Two.", "Three."]


def test_a_line_that_is_no_step_is_named(author: Client, module: Module) -> None:
    milestone = a_milestone(module, "math.long")
    facts = milestone_row("math.long") | {"steps": "Read the guide"}

    answer = send(author, f"milestone/{milestone.pk}/change/", facts, rows("skill_levels"))

    assert "“Read the guide” is not a step. Write its minutes, then its title" in (
        answer.content.decode()
    )


# --- what refers to curricula -------------------------------------------------------------------


def test_a_certification_and_a_route_name_no_draft_and_no_old_edition(author: Client) -> None:
    """Except the one they name already, or saving anything else would be refused."""
    named = a_curriculum("named", kind="path", status="retired")
    published = a_curriculum("open", kind="path", status="published")
    a_curriculum("drafted", kind="path")
    a_curriculum("old", kind="path", status="retired")
    certification = Certification.objects.create(
        key="exam", title="E", provider="P", status="current", curriculum=named
    )
    route = Route.objects.create(key="alone", title="Alone", duration="long")
    route.paths.add(named)

    exam = author.get(f"{DESK}/certification/{certification.pk}/change/")
    alone = author.get(f"{DESK}/route/{route.pk}/change/")

    for page, name in ((exam, "curriculum"), (alone, "paths")):
        offered = page.context["adminform"].form.fields[name].queryset
        assert set(offered) == {named, published}


def test_the_skills_of_a_role_are_read_once(author: Client, skill: Skill) -> None:
    role = RoleProfile.objects.create(key="helper", title="Helper", kind="level", summary="Helps.")
    page = f"{DESK}/roleprofile/{role.pk}/change/"
    counts = []
    for number in range(2):
        area = Area.objects.create(key=f"area{number}", title=f"Area {number}")
        for index in range(1 + 5 * number):
            more = Skill.objects.create(key=f"s{number}{index}", title="S", area=area)
            role.requirements.create(skill=more, proficiency=2)
        author.get(page)
        with CaptureQueriesContext(connection) as captured:
            assert author.get(page).status_code == 200
        counts.append(len(captured))

    assert counts[0] == counts[1]

"""The author's tools beside the forms: paste, duplicate, graph, hours, preview, prerequisites."""

import html
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from tests.tracker.curricula.desk import (
    DESK,
    a_curriculum,
    a_milestone,
    a_module,
    milestone_row,
    post,
    rows,
    send,
)
from tracker.accounts.models import User
from tracker.curricula.models import Curriculum, Milestone, Module, Resource

pytestmark = pytest.mark.django_db

OUTLINE = """# Vectors for all

Count in many directions.

## Basics
- Add (90 min, read): done when you add two
- Norms (1 h 30): done when you compute three
  - needs: Add
"""
PASTE = "curriculum/paste/"


def pasted(text: str, step: str = "look", **more: str) -> dict[str, str]:
    return {"text": text, "kind": "subject", "step": step, **more}


def words(answer: Any) -> str:
    return str(answer.content.decode())


# --- paste --------------------------------------------------------------------------------------


def test_an_outline_is_shown_before_anything_is_made(author: Client) -> None:
    answer = send(author, PASTE, pasted(OUTLINE))

    assert answer.status_code == 200
    page = words(answer)
    for shown in ("Vectors for all", "You compute three", "vectors-for-all.basics.add", "3 h"):
        assert shown in page
    assert not Curriculum.objects.exists()


def test_the_preview_sends_on_all_that_it_showed(author: Client) -> None:
    preview = words(send(author, PASTE, pasted(OUTLINE, title="Other")))
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', preview)
    sent_on = {name: html.unescape(value) for name, value in hidden}

    answer = post(author, PASTE, {**sent_on, "step": "create"})

    draft = Curriculum.objects.get()
    assert answer.headers["Location"] == f"{DESK}/curriculum/{draft.pk}/change/"
    assert (draft.title, draft.slug, draft.status) == ("Other", "other", "draft")
    add, norms = Milestone.objects.order_by("position")
    assert (add.key, add.effort_minutes, add.module.title) == ("other.basics.add", 90, "Basics")
    assert list(norms.prerequisites.all()) == [add]


def test_going_back_keeps_the_text_and_makes_nothing(author: Client) -> None:
    answer = send(author, PASTE, pasted(OUTLINE, step="edit"))

    assert escape("- Norms (1 h 30): done when you compute three") in words(answer)
    assert "<textarea" in words(answer)
    assert not Curriculum.objects.exists()


@pytest.mark.parametrize("step", ["look", "create"])
def test_all_faults_come_at_once_and_the_text_stays(author: Client, step: str) -> None:
    a_curriculum("vectors-for-all")
    text = OUTLINE.replace("90 min", "soon").replace("needs: Add", "needs: Nothing; Norms")
    text += "  - skills: flying 2\n  - resources: no-book\n- No time: done when it is over\n"

    answer = send(author, PASTE, pasted(text, step=step))

    assert answer.status_code == 422
    faults = [(fault.place, fault.message) for fault in answer.context["faults"]]
    assert faults == [
        ("curriculum", "the address “vectors-for-all” is taken"),
        ("line 6", "“soon” is not understood"),
        ("line 6", "“minutes” is missing or empty"),
        ("line 7", "there is no milestone “Nothing”"),
        ("line 7", "there is no skill “flying”"),
        ("line 7", "there is no resource “no-book”"),
        (
            "line 7",
            "these milestones wait for one another: "
            "vectors-for-all.basics.norms → vectors-for-all.basics.norms",
        ),
        ("line 11", "“minutes” is missing or empty"),
    ]
    assert "resources: no-book" in words(answer)
    assert Curriculum.objects.count() == 1


def test_csv_needs_a_title_and_a_summary_beside_it(author: Client) -> None:
    text = "module,title,minutes,done_when\nBasics,Add,90 min,You add two\n"

    refused = send(author, PASTE, pasted(text, step="create"))
    assert {fault.message for fault in refused.context["faults"]} >= {
        "“title” is missing or empty",
        "“summary” is missing or empty",
    }

    post(author, PASTE, pasted(text, step="create", title="Vectors", summary="Count."))
    assert Milestone.objects.get().key == "vectors.basics.add"


@pytest.mark.parametrize("text", ["", "nul\x00", "x" * 200_001, "\n\n", '"', 'a,title\n"open', "#"])
def test_a_text_we_cannot_take_makes_nothing(author: Client, text: str) -> None:
    answer = send(author, PASTE, pasted(text, step="create"))

    assert answer.status_code == 422
    assert not Curriculum.objects.exists()


def test_pasted_markup_is_text(author: Client) -> None:
    text = OUTLINE.replace("Norms", "<script>alert(1)</script>")

    for step in ("look", "edit"):
        assert "<script>alert" not in words(send(author, PASTE, pasted(text, step=step)))


def test_a_key_that_others_have_is_named_before_it_is_shared(
    author: Client, module: Module
) -> None:
    a_milestone(module, "math.add")

    page = words(send(author, PASTE, pasted(f"{OUTLINE}  - key: math.add\n")))

    assert "Other curricula have these milestones too: math.add" in page


# --- duplicate ----------------------------------------------------------------------------------


def duplicated(curriculum: Curriculum, **form: str) -> tuple[str, dict[str, str]]:
    return f"curriculum/{curriculum.pk}/duplicate/", {"title": "Other", "slug": "other", **form}


@pytest.mark.parametrize(
    ("keys", "expected"),
    [("new", ["other.add", "other.norms"]), ("same", ["math.add", "math.norms"])],
)
def test_a_duplicate_says_the_same_under_another_address(
    author: Client, module: Module, keys: str, expected: list[str]
) -> None:
    a_milestone(module, "math.norms", a_milestone(module, "math.add"))

    answer = post(author, *duplicated(module.curriculum, keys=keys))

    copy = Curriculum.objects.get(slug="other")
    assert answer.headers["Location"] == f"{DESK}/curriculum/{copy.pk}/change/"
    assert (copy.title, copy.status, copy.edition) == ("Other", "draft", 1)
    add, norms = copy.milestones.order_by("pk")
    assert [add.key, norms.key] == expected
    assert list(norms.prerequisites.all()) == [add]
    assert Curriculum.objects.get(slug="vectors").milestones.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "vectors"},
        {"slug": "no address"},
        {"slug": "under_score"},
        {"slug": "o" * 78},
        {"slug": ""},
        {"title": ""},
        {"keys": "both"},
    ],
)
def test_a_duplicate_we_cannot_make_is_not_made(
    author: Client, module: Module, wrong: dict[str, str]
) -> None:
    a_milestone(module, "math.add")

    answer = send(author, *duplicated(module.curriculum, **({"keys": "new"} | wrong)))

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == list(wrong)
    assert Curriculum.objects.count() == 1


def test_the_milestones_of_a_path_stay_the_same(author: Client) -> None:
    path = a_curriculum("way", kind="path")
    a_milestone(a_module(path), "math.add")

    assert "their keys stay" in words(author.get(f"{DESK}/curriculum/{path.pk}/duplicate/"))
    post(author, *duplicated(path))

    assert Curriculum.objects.get(slug="other").milestones.get().key == "math.add"


# --- graph --------------------------------------------------------------------------------------


def test_the_graph_links_each_milestone_and_a_table_says_the_same(
    author: Client, module: Module
) -> None:
    first = a_milestone(module, "first")
    second = a_milestone(module, "second", first)
    a_milestone(module, "alone")

    page = words(author.get(f"{DESK}/curriculum/{module.curriculum_id}/graph/"))

    picture, table = page.split('class="graph__picture"')[1].split("</svg>", 1)
    for milestone in (first, second):
        assert f'href="{DESK}/milestone/{milestone.pk}/change/"' in picture
    assert picture.count('class="graph__line"') == 1
    assert "About alone" not in picture
    assert "About alone" in table
    assert "style=" not in page


def test_the_graph_of_nothing_is_a_page(author: Client) -> None:
    page = words(author.get(f"{DESK}/curriculum/{a_curriculum().pk}/graph/"))

    assert "No milestone needs another one yet" in page


# --- hours --------------------------------------------------------------------------------------


def hours(milestone: Milestone, minutes: object, *, required: bool = True) -> dict[str, Any]:
    cells = {f"m{milestone.pk}-effort_minutes": minutes}
    return cells | ({f"m{milestone.pk}-is_required": "on"} if required else {})


def test_all_hours_are_saved_at_once(author: Client, module: Module) -> None:
    other = a_module(module.curriculum, "more")
    first, second, third = (
        a_milestone(module, "first"),
        a_milestone(module, "second"),
        a_milestone(other, "third"),
    )
    page = f"curriculum/{module.curriculum_id}/hours/"

    post(author, page, hours(first, 90), hours(second, 30, required=False), hours(third, 60))

    said = Milestone.objects.order_by("pk").values_list("effort_minutes", "is_required")
    assert list(said) == [(90, True), (30, False), (60, True)]
    assert "Required work: <strong>2 h 30 min</strong>" in words(author.get(f"{DESK}/{page}"))
    history = words(author.get(f"{DESK}/curriculum/{module.curriculum_id}/history/"))
    assert "Changed the hours of first, second." in history


def test_adding_up_saves_nothing(author: Client, module: Module) -> None:
    milestone = a_milestone(module, "first")
    page = f"curriculum/{module.curriculum_id}/hours/"

    answer = send(author, page, hours(milestone, 600), {"step": "add_up"})

    assert "Required work: <strong>10 h</strong>" in words(answer)
    assert Milestone.objects.get().effort_minutes == 60


@pytest.mark.parametrize("minutes", ["", "4", "6001", "-1", "much", "9" * 30])
def test_one_wrong_row_saves_nothing_and_says_so_beside_it(
    author: Client, module: Module, minutes: str
) -> None:
    good, wrong = a_milestone(module, "good"), a_milestone(module, "wrong")
    page = f"curriculum/{module.curriculum_id}/hours/"

    answer = send(author, page, hours(good, 90), hours(wrong, minutes))

    assert answer.status_code == 422
    cell = words(answer).split(f'id="id_m{wrong.pk}-effort_minutes-error"')[1][:600]
    assert f'aria-describedby="id_m{wrong.pk}-effort_minutes-error"' in cell
    assert set(Milestone.objects.values_list("effort_minutes", flat=True)) == {60}


def test_a_milestone_added_meanwhile_keeps_its_hours(author: Client, module: Module) -> None:
    asked, added = a_milestone(module, "asked"), a_milestone(module, "added")

    post(author, f"curriculum/{module.curriculum_id}/hours/", hours(asked, 90))

    added.refresh_from_db()
    assert (added.effort_minutes, added.is_required) == (60, True)


def test_the_hours_of_a_published_edition_stay(author: Client, module: Module) -> None:
    milestone = a_milestone(module, "first")
    seal(module.curriculum)
    page = f"curriculum/{module.curriculum_id}/hours/"

    assert author.get(f"{DESK}/{page}").status_code == 302
    answer = send(author, page, hours(milestone, 90))

    assert answer.status_code == 409
    assert ("About first: Effort minutes", "90") in unsaved_in(answer)
    assert Milestone.objects.get().effort_minutes == 60


def unsaved_in(answer: Any) -> list[tuple[str, str]]:
    return [(one.label, one.text) for one in answer.context["unsaved"]]


def seal(curriculum: Curriculum) -> None:
    sealed = {"status": "published", "published_at": "2027-01-04T12:00:00Z"}
    Curriculum.objects.filter(pk=curriculum.pk).update(**sealed)


# --- preview ------------------------------------------------------------------------------------


def test_a_draft_is_previewed_as_its_learners_would_see_it(author: Client, module: Module) -> None:
    milestone = a_milestone(module, "math.second", a_milestone(module, "math.first"))

    page = words(author.get("/paths/vectors/?draft"))
    assert "Preview of the draft" in page
    assert f"{milestone.get_absolute_url()}?in=vectors&amp;draft" in page
    assert "/state/" not in page

    page = words(author.get(f"{milestone.get_absolute_url()}?in=vectors&draft"))
    assert "Preview of the draft" in page
    assert "You can explain it." in page
    assert "/state/" not in page
    assert "/paths/vectors/?draft" in page


def test_the_preview_shows_the_draft_and_others_the_published_edition(
    author: Client, module: Module
) -> None:
    a_milestone(module, "math.first")
    seal(module.curriculum)
    a_curriculum(title="Newer vectors", edition=2)

    assert "Newer vectors" in words(author.get("/paths/vectors/?draft"))
    assert "Newer vectors" not in words(author.get("/paths/vectors/"))


def test_a_draft_stays_hidden_from_everybody_else(client: Client, module: Module) -> None:
    milestone = a_milestone(module, "math.first")
    cleo = User.objects.create_user("cleo@example.org")
    cleo.user_permissions.add(Permission.objects.get(codename="view_curriculum"))
    staff = User.objects.create_user("staff@example.org", is_staff=True)

    for person in (None, cleo, staff):
        client.logout()
        if person:
            client.force_login(person)
        assert client.get("/paths/vectors/?draft").status_code == 404
        address = f"{milestone.get_absolute_url()}?in=vectors&draft"
        assert client.get(address).status_code == 404


# --- prerequisites ------------------------------------------------------------------------------


def test_the_milestones_page_carries_what_refuses_a_loop(author: Client, module: Module) -> None:
    first = a_milestone(module, "first")
    second = a_milestone(module, "second", first)

    answer = author.get(f"{DESK}/milestone/{first.pk}/change/")

    assert json.loads(answer.context["prerequisite_edges"]) == {str(second.pk): [first.pk]}
    assert "admin_milepost/tools.js" in words(answer)


def test_the_server_refuses_a_loop_whatever_the_browser_did(author: Client, module: Module) -> None:
    first = a_milestone(module, "first")
    second = a_milestone(module, "second", first)

    facts = milestone_row("first", prerequisites=[second.pk])
    answer = send(author, f"milestone/{first.pk}/change/", facts, rows("skill_levels"))

    assert "This would never end" in words(answer)
    assert not first.prerequisites.exists()


# --- doors --------------------------------------------------------------------------------------


def tools_of(curriculum: Curriculum) -> list[str]:
    below = (f"curriculum/{curriculum.pk}/{name}/" for name in ("duplicate", "graph", "hours"))
    return [PASTE, *below]


def test_the_tools_are_found_where_they_are_needed(author: Client, module: Module) -> None:
    desk = words(author.get(f"{DESK}/curriculum/"))
    page = words(author.get(f"{DESK}/curriculum/{module.curriculum_id}/change/"))

    assert f'href="{DESK}/{PASTE}"' in desk
    for tool in tools_of(module.curriculum)[1:]:
        assert f'href="{DESK}/{tool}"' in page
    assert 'href="/paths/vectors/?draft"' in page

    seal(module.curriculum)
    page = words(author.get(f"{DESK}/curriculum/{module.curriculum_id}/change/"))
    assert "/hours/" not in page
    assert "?draft" not in page


def test_a_learner_never_gets_in(client: Client, module: Module) -> None:
    client.force_login(User.objects.create_user("cleo@example.org"))

    for tool in tools_of(module.curriculum):
        for answer in (
            client.get(f"{DESK}/{tool}", follow=True),
            client.post(f"{DESK}/{tool}", follow=True),
        ):
            assert answer.status_code == 403, tool


def test_staff_may_do_what_their_rights_say(client: Client, module: Module) -> None:
    a_milestone(module, "math.first")
    reader = User.objects.create_user("reader@example.org", is_staff=True)
    client.force_login(reader)
    tools = tools_of(module.curriculum)

    assert {client.get(f"{DESK}/{tool}").status_code for tool in tools} == {403}

    reader.user_permissions.add(Permission.objects.get(codename="view_curriculum"))
    statuses = {tool: client.get(f"{DESK}/{tool}").status_code for tool in tools}
    assert [tool for tool, status in statuses.items() if status == 200] == [tools[2]]
    for tool in (PASTE, tools[1], tools[3]):
        assert client.post(f"{DESK}/{tool}", pasted(OUTLINE, "create")).status_code == 403
    page = words(client.get(f"{DESK}/curriculum/{module.curriculum_id}/change/"))
    assert "/duplicate/" not in page
    assert "/hours/" not in page
    assert Curriculum.objects.count() == 1


def test_the_right_to_change_a_curriculum_alone_does_not_change_its_milestones(
    client: Client, module: Module
) -> None:
    editor = User.objects.create_user("editor@example.org", is_staff=True)
    editor.user_permissions.set(
        Permission.objects.filter(codename__in=["view_curriculum", "change_curriculum"])
    )
    client.force_login(editor)

    page = f"{DESK}/curriculum/{module.curriculum_id}/hours/"
    assert client.get(page).status_code == 403
    assert client.post(page, hours(a_milestone(module, "a"), 90)).status_code == 403


def test_a_tool_of_no_curriculum_is_not_found(author: Client) -> None:
    for tool in ("duplicate", "graph", "hours"):
        assert author.get(f"{DESK}/curriculum/4711/{tool}/").status_code == 404


# --- cost ---------------------------------------------------------------------------------------


def grow(curriculum: Curriculum, key: str, size: int) -> None:
    module = a_module(curriculum, key)
    needed: list[Milestone] = []
    for number in range(size):
        needed = [a_milestone(module, f"{key}.m{number}", *needed)]


def cost(client: Client, page: str, form: dict[str, Any] | None = None) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = client.post(page, form) if form else client.get(page)
    assert answer.status_code in {200, 302}
    return len(queries)


def test_a_bigger_curriculum_costs_no_more_queries(author: Client) -> None:
    curriculum = a_curriculum()
    grow(curriculum, "one", 2)
    first = Milestone.objects.earliest("pk")
    pages = [f"{DESK}/curriculum/{curriculum.pk}/{name}/" for name in ("graph", "hours")]
    pages += ["/paths/vectors/?draft", f"{DESK}/milestone/{first.pk}/change/"]

    def costs(minutes: int) -> list[int]:
        typed = {
            name: value
            for milestone in Milestone.objects.all()
            for name, value in hours(milestone, minutes).items()
        }
        return [*(cost(author, page) for page in pages), cost(author, pages[1], typed)]

    few = costs(90)
    grow(curriculum, "two", 5)
    grow(curriculum, "three", 5)

    assert costs(100) == few


def test_a_longer_outline_costs_no_more_queries(author: Client) -> None:
    longer = OUTLINE + "".join(f"- More {number} (1 h): X\n" for number in range(20))
    a_resource = Resource.objects.create(key="book", title="B", url="https://e.org", format="book")

    costs = [
        cost(author, f"{DESK}/{PASTE}", pasted(f"{text}  - resources: {a_resource.key}\n"))
        for text in (OUTLINE, longer)
    ]

    assert costs[0] == costs[1]

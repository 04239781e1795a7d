"""What a save changed in a draft, field by field, and the way back."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.factories import NOW, make_learner, make_skill
from tests.tracker.conftest import signed_in
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
from tracker.curricula import actions
from tracker.curricula.models import Curriculum, DraftChange, Milestone, Module, Resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Curriculum:
    """Two modules: sets, then vectors and matrices, which need vectors."""
    draft = a_curriculum("maths")
    a_milestone(a_module(draft, "start", position=1), "m.set")
    module = a_module(draft, "basics", position=2)
    vectors = a_milestone(module, "m.vec")
    a_milestone(module, "m.mat", vectors)
    for position, key in enumerate(["m.vec", "m.mat"], start=1):
        Milestone.objects.filter(key=key).update(position=position)
    return draft


def milestone(key: str) -> Milestone:
    return Milestone.objects.get(key=key)


def change_milestone(browser: Client, key: str, **said: Any) -> None:
    """Save the form of a milestone; what is not said stays as it is."""
    row = milestone(key)
    kept = {"prerequisites": list(row.prerequisites.values_list("pk", flat=True))}
    given = milestone_row(key, **{"title": row.title, **kept, **said})
    post(browser, f"milestone/{row.pk}/change/", given, rows("skill_levels"))


def delete(browser: Client, page: str) -> None:
    post(browser, f"{page}/delete/", {"post": "yes"})


def history(browser: Client, draft: Curriculum) -> str:
    answer = browser.get(f"{DESK}/curriculum/{draft.pk}/history/")
    assert answer.status_code == 200
    return str(answer.content.decode())


def restore(browser: Client, change: DraftChange, **asked: Any) -> Any:
    page = f"{DESK}/curriculum/{change.edition_id}/changes/{change.pk}/restore/"
    return browser.post(page, asked, follow=True)


def row_of(change: DraftChange, key: str) -> int:
    [number] = [number for number, row in enumerate(change.rows) if row["key"] == key]
    return number


def last_change() -> DraftChange:
    change = DraftChange.objects.first()
    assert change is not None
    return change


# --- what is written down -------------------------------------------------------------------------


def test_a_save_says_who_changed_what_from_what_to_what(author: Client, draft: Curriculum) -> None:
    change_milestone(author, "m.vec", title="Arrows", effort_minutes=90)

    [row] = last_change().rows
    assert (row["kind"], row["key"]) == ("milestone", "m.vec")
    assert row["before"] == {"title": "About m.vec", "minutes": 60}
    assert row["after"] == {"title": "Arrows", "minutes": 90}
    page = history(author, draft)
    for told in ("Ada", "“Arrows”", "Minutes", "60", "90", "Set back"):
        assert told in page, told


def test_a_save_that_changes_nothing_is_no_change(author: Client, draft: Curriculum) -> None:
    change_milestone(author, "m.vec")

    assert not DraftChange.objects.exists()


def test_a_refused_save_leaves_no_trace(author: Client, draft: Curriculum) -> None:
    page = f"milestone/{milestone('m.vec').pk}/change/"

    send(author, page, milestone_row("m.vec", effort_minutes=1), rows("skill_levels"))

    assert not DraftChange.objects.exists()


def test_rows_dragged_into_another_order_are_one_change(author: Client, draft: Curriculum) -> None:
    vectors, matrices = milestone("m.vec"), milestone("m.mat")
    given = [
        milestone_row("m.vec", id=vectors.pk, position=2),
        milestone_row("m.mat", id=matrices.pk, position=1),
    ]
    basics = {"title": "Basics", "rule": "all"}

    post(
        author,
        f"module/{vectors.module_id}/change/",
        basics,
        rows("milestones", *given, initial=2),
    )

    [row] = last_change().rows
    assert row["before"] == {"milestones": ["m.vec", "m.mat"]}
    assert row["after"] == {"milestones": ["m.mat", "m.vec"]}

    restore(author, last_change(), row=0, field="milestones")
    assert list(Milestone.objects.filter(module=vectors.module).values_list("key", flat=True)) == [
        "m.vec",
        "m.mat",
    ]


def test_the_table_of_hours_is_written_down_too(author: Client, draft: Curriculum) -> None:
    prefix = f"m{milestone('m.vec').pk}"
    given = {f"{prefix}-effort_minutes": 75, f"{prefix}-is_required": "on"}

    post(author, f"curriculum/{draft.pk}/hours/", given)

    [row] = last_change().rows
    assert row["after"] == {"minutes": 75}
    assert "Changed the hours of m.vec." in history(author, draft)


def test_milestones_deleted_from_the_list_can_come_back(author: Client, draft: Curriculum) -> None:
    chosen = [milestone("m.vec").pk, milestone("m.set").pk]
    given = {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}

    author.post(f"{DESK}/milestone/", given)
    assert set(draft.milestones.values_list("key", flat=True)) == {"m.mat"}

    restore(author, last_change(), row=row_of(last_change(), "m.set"))
    assert milestone("m.set").module.key == "start"


# --- the way back ---------------------------------------------------------------------------------


def test_a_field_is_set_back_and_that_is_written_down(author: Client, draft: Curriculum) -> None:
    change_milestone(author, "m.vec", title="Arrows", effort_minutes=90)

    answer = restore(author, last_change(), row=0, field="minutes")

    assert "Set back: Minutes of milestone “Arrows”." in answer.content.decode()
    vectors = milestone("m.vec")
    assert (vectors.title, vectors.effort_minutes) == ("Arrows", 60)
    assert last_change().rows[0]["before"] == {"minutes": 90}

    restore(author, last_change(), row=0, field="minutes")
    assert milestone("m.vec").effort_minutes == 90


def test_links_are_set_back(author: Client, draft: Curriculum) -> None:
    skill = make_skill()
    book = Resource.objects.create(key="book", title="A book", url="https://example.org")
    matrices = milestone("m.mat")
    matrices.resources.add(book)
    matrices.skill_levels.create(skill=skill, proficiency=2)
    level = {"id": matrices.skill_levels.get().pk, "skill": skill.pk, "proficiency": 4}
    given = milestone_row("m.mat", prerequisites=[], resources=[])
    page = f"milestone/{matrices.pk}/change/"
    post(author, page, given, rows("skill_levels", level, initial=1))
    change = last_change()

    for name in ("prerequisites", "resources", "skills"):
        restore(author, change, row=0, field=name)

    matrices = milestone("m.mat")
    assert [needed.key for needed in matrices.prerequisites.all()] == ["m.vec"]
    assert list(matrices.resources.all()) == [book]
    assert matrices.skill_levels.get().proficiency == 2


def test_what_would_close_a_loop_is_not_set_back(author: Client, draft: Curriculum) -> None:
    change_milestone(author, "m.mat", prerequisites=[])
    change = last_change()
    change_milestone(author, "m.vec", prerequisites=[milestone("m.mat").pk])

    answer = restore(author, change, row=0, field="prerequisites")

    assert "Nothing was restored. This would never end" in answer.content.decode()
    assert not milestone("m.mat").prerequisites.exists()


def test_a_deleted_milestone_comes_back_with_all_it_said(author: Client, draft: Curriculum) -> None:
    skill = make_skill()
    vectors = milestone("m.vec")
    vectors.skill_levels.create(skill=skill, proficiency=3)
    vectors.prerequisites.add(milestone("m.set"))
    Milestone.objects.filter(pk=vectors.pk).update(description="*Why*", effort_minutes=75)
    delete(author, f"milestone/{vectors.pk}")
    change = last_change()
    assert [row["key"] for row in change.rows] == ["m.vec", "m.mat"]
    assert not milestone("m.mat").prerequisites.exists()

    answer = restore(author, change, row=row_of(change, "m.vec"))

    assert "Brought back: milestone “About m.vec”." in answer.content.decode()
    vectors = milestone("m.vec")
    assert (vectors.description, vectors.effort_minutes) == ("*Why*", 75)
    assert vectors.skill_levels.get().proficiency == 3
    assert [needed.key for needed in vectors.prerequisites.all()] == ["m.set"]
    assert [needed.key for needed in milestone("m.mat").prerequisites.all()] == ["m.vec"]
    order = Milestone.objects.filter(module=vectors.module).values_list("key", flat=True)
    assert list(order) == ["m.vec", "m.mat"]
    assert (
        "is there already" in restore(author, change, row=row_of(change, "m.vec")).content.decode()
    )


@pytest.mark.parametrize("key", ["m.vec", "m.mat"])
def test_a_deleted_milestone_comes_back_where_it_stood(
    author: Client, draft: Curriculum, key: str
) -> None:
    basics = Module.objects.get(key="basics")
    Milestone.objects.filter(pk=a_milestone(basics, "m.eig").pk).update(position=3)
    delete(author, f"milestone/{milestone(key).pk}")

    restore(author, last_change(), row=row_of(last_change(), key))

    assert [item.key for item in basics.milestones.all()] == ["m.vec", "m.mat", "m.eig"]


def test_a_deleted_module_comes_back_with_its_milestones(author: Client, draft: Curriculum) -> None:
    basics = Module.objects.get(key="basics")
    Module.objects.filter(pk=basics.pk).update(rule="count", rule_amount=1)
    delete(author, f"module/{basics.pk}")
    change = last_change()

    restore(author, change, row=row_of(change, "basics"))

    basics = Module.objects.get(key="basics")
    assert (basics.rule, basics.rule_amount) == ("count", 1)
    assert [item.key for item in basics.milestones.all()] == ["m.vec", "m.mat"]
    assert [needed.key for needed in milestone("m.mat").prerequisites.all()] == ["m.vec"]
    assert [module.key for module in draft.modules.all()] == ["start", "basics"]


def test_a_milestone_brings_its_deleted_module_along(author: Client, draft: Curriculum) -> None:
    delete(author, f"module/{Module.objects.get(key='basics').pk}")
    change = last_change()

    restore(author, change, row=row_of(change, "m.mat"))

    assert milestone("m.mat").module.key == "basics"
    assert not Milestone.objects.filter(key="m.vec").exists()


def test_a_field_of_what_is_gone_says_so(author: Client, draft: Curriculum) -> None:
    change_milestone(author, "m.vec", title="Arrows")
    change = last_change()
    delete(author, f"milestone/{milestone('m.vec').pk}")

    answer = restore(author, change, row=0, field="title")

    assert "Bring it back first" in answer.content.decode()


# --- who may, and when ----------------------------------------------------------------------------


def test_a_published_edition_is_not_restored(author: Client, draft: Curriculum) -> None:
    change_milestone(author, "m.vec", title="Arrows")
    change = last_change()
    actions.publish_curriculum(curriculum=draft, at=NOW)
    actions.draft_next_edition(curriculum=draft)

    answer = restore(author, change, row=0, field="title")

    assert "published meanwhile" in answer.content.decode()
    assert draft.milestones.get(key="m.vec").title == "Arrows"
    assert "Set back" not in history(author, draft)


def test_only_those_who_may_change_it_may_set_it_back(author: Client, draft: Curriculum) -> None:
    change_milestone(author, "m.vec", title="Arrows")
    dora = make_learner("dora@example.org", is_staff=True)
    codenames = ["view_curriculum", "change_curriculum", "view_milestone"]
    dora.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    learner = signed_in(make_learner("cleo@example.org"))

    for browser in (signed_in(dora), learner, Client()):
        restore(browser, last_change(), row=0, field="title")

    assert milestone("m.vec").title == "Arrows"
    assert restore(signed_in(dora), last_change(), row=0, field="title").status_code == 403


@pytest.mark.parametrize(
    "asked",
    [{"row": 7, "field": "title"}, {"row": 0, "field": "key"}, {"row": 0}, {"row": "x"}, {}],
)
def test_what_was_never_changed_is_not_found(
    author: Client, draft: Curriculum, asked: dict[str, Any]
) -> None:
    change_milestone(author, "m.vec", title="Arrows")

    assert restore(author, last_change(), **asked).status_code == 404
    page = f"{DESK}/curriculum/{draft.pk}/changes/{last_change().pk}/restore/"
    assert author.get(page).status_code == 405


# --- published between load and save --------------------------------------------------------------


def test_what_comes_after_publication_is_given_back(author: Client, draft: Curriculum) -> None:
    vectors = milestone("m.vec")
    actions.publish_curriculum(curriculum=draft, at=NOW)
    given = milestone_row("m.vec", title="Arrows", description="Long *thoughts*.")
    page = f"milestone/{vectors.pk}/change/"

    answer = send(author, page, given, rows("skill_levels"))

    assert answer.status_code == 409
    words = answer.content.decode()
    assert "nothing was saved" in words
    assert "Long *thoughts*." in words
    assert "Draft the next edition" in words
    assert ("Title", "Arrows") in unsaved_in(answer)
    assert "Done when" not in dict(unsaved_in(answer))
    assert milestone("m.vec").title == "About m.vec"


def test_rows_that_come_after_publication_are_given_back(author: Client, draft: Curriculum) -> None:
    vectors = milestone("m.vec")
    actions.publish_curriculum(curriculum=draft, at=NOW)
    given = [milestone_row("m.vec", id=vectors.pk, title="Arrows"), milestone_row("m.new")]
    basics = {"title": "Basics", "rule": "all"}

    answer = send(
        author,
        f"module/{vectors.module_id}/change/",
        basics,
        rows("milestones", *given, initial=1),
    )

    assert answer.status_code == 409
    assert ("Arrows: Title", "Arrows") in unsaved_in(answer)
    assert ("About m.new: Key", "m.new") in unsaved_in(answer)


def test_answers_that_come_after_publication_are_given_back(
    author: Client, draft: Curriculum
) -> None:
    actions.publish_curriculum(curriculum=draft, at=NOW)

    answer = send(author, f"curriculum/{draft.pk}/check/", {"edition_note": "Much is new."})

    assert answer.status_code == 409
    assert unsaved_in(answer) == [("What is new", "Much is new.")]


def unsaved_in(answer: Any) -> list[tuple[str, str]]:
    return [(one.label, one.text) for one in answer.context["unsaved"]]

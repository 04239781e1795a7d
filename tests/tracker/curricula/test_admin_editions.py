"""The author's desk, from one edition to the next: sealed pages, publishing, comparing, history."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.factories import (
    NOW,
    make_curriculum,
    make_enrolment,
    make_learner,
    make_milestone,
    make_module,
)
from tests.tracker.curricula.desk import DESK, milestone_row, post, rows, send
from tracker.accounts.models import User
from tracker.curricula import actions
from tracker.curricula.models import Curriculum, Milestone

pytestmark = pytest.mark.django_db

CONFIRMED = {"confirmed": "on"}


@pytest.fixture
def first() -> Curriculum:
    """Edition 1 of maths, published: vectors and matrices."""
    draft = make_curriculum("maths", status=Curriculum.Status.DRAFT)
    module = make_module(draft)
    make_milestone(module, "m.vec", title="Vectors")
    make_milestone(module, "m.mat", title="Matrices")
    actions.publish_curriculum(curriculum=draft, at=NOW)
    return draft


def next_draft(edition: Curriculum) -> Curriculum:
    return actions.draft_next_edition(curriculum=edition)


def without_matrices(edition: Curriculum) -> Curriculum:
    draft = next_draft(edition)
    draft.milestones.filter(key="m.mat").delete()
    return draft


def page_of(browser: Client, page: str, **query: Any) -> str:
    answer = browser.get(f"{DESK}/{page}", query)
    assert answer.status_code == 200
    return answer.content.decode()


def pages_inside(edition: Curriculum) -> list[str]:
    module = edition.modules.all()[0]
    milestone = module.milestones.all()[0]
    return [
        f"curriculum/{edition.pk}/change/",
        f"module/{module.pk}/change/",
        f"milestone/{milestone.pk}/change/",
    ]


# --- sealed pages -------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["published", "retired"])
def test_a_sealed_edition_can_only_be_read(
    publisher: Client, first: Curriculum, status: str
) -> None:
    Curriculum.objects.filter(pk=first.pk).update(status=status)

    for page in pages_inside(first):
        words = page_of(publisher, page)
        assert "never changes" in words, page
        assert "Draft the next edition" in words, page
        assert 'name="_save"' not in words, page
        assert '-0-title"' not in words, page
        assert send(publisher, page, {"title": "Other"}).status_code == 409, page
        assert publisher.get(f"{DESK}/{page.replace('change', 'delete')}").status_code == 403
        assert send(publisher, page.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert Milestone.objects.filter(curriculum=first).count() == 2


def test_many_at_once_cannot_be_deleted_either(publisher: Client, first: Curriculum) -> None:
    for model, row in (("curriculum", first), ("milestone", first.milestones.all()[0])):
        chosen = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        assert send(publisher, f"{model}/", chosen).status_code == 403
    assert Curriculum.objects.filter(pk=first.pk).exists()


def test_the_next_edition_is_drafted_and_edited_at_the_desk(
    author: Client, first: Curriculum
) -> None:
    answer = post(author, f"curriculum/{first.pk}/draft/")

    draft = Curriculum.objects.get(status="draft")
    assert answer.headers["Location"] == f"{DESK}/curriculum/{draft.pk}/change/"
    assert (draft.slug, draft.edition) == ("maths", 2)
    vectors = draft.milestones.get(key="m.vec")
    new = milestone_row("m.vec", title="Arrows")
    post(author, f"milestone/{vectors.pk}/change/", new, rows("skill_levels"))
    assert draft.milestones.get(key="m.vec").title == "Arrows"
    assert first.milestones.get(key="m.vec").title == "Vectors"


def test_a_second_draft_is_not_made_but_the_first_is_shown(
    author: Client, first: Curriculum
) -> None:
    draft = next_draft(first)

    answer = author.post(f"{DESK}/curriculum/{first.pk}/draft/", follow=True)

    assert answer.redirect_chain[-1][0] == f"{DESK}/curriculum/{draft.pk}/change/"
    assert "being drafted already" in answer.content.decode()
    assert "Open the draft of edition 2" in page_of(author, f"curriculum/{first.pk}/change/")
    assert Curriculum.objects.count() == 2


def test_looking_drafts_nothing(author: Client, first: Curriculum) -> None:
    assert author.get(f"{DESK}/curriculum/{first.pk}/draft/").status_code == 405
    assert Curriculum.objects.count() == 1


def test_a_draft_can_be_deleted(author: Client, first: Curriculum) -> None:
    draft = next_draft(first)

    post(author, f"curriculum/{draft.pk}/delete/", {"post": "yes"})

    assert list(Curriculum.objects.all()) == [first]
    history = page_of(author, f"curriculum/{first.pk}/history/")
    assert "Deleted the draft of edition 2." in history


def test_the_address_of_a_next_edition_and_of_others_is_taken(
    author: Client, first: Curriculum
) -> None:
    draft = next_draft(first)
    about = {"title": "T", "slug": "new", "kind": "subject", "position": 0, "summary": "S."}

    given = {"id": draft.modules.get().pk, "title": "B", "rule": "all", "position": 0}
    post(author, f"curriculum/{draft.pk}/change/", about, rows("modules", given, initial=1))
    taken = send(author, "curriculum/add/", about | {"slug": "maths"}, rows("modules"))

    assert "is the address of another curriculum" in taken.content.decode()
    assert set(Curriculum.objects.values_list("slug", "title")) == {
        ("maths", "Maths"),
        ("maths", "T"),
    }


def test_the_list_leaves_old_editions_out_until_asked(author: Client, first: Curriculum) -> None:
    second = next_draft(first)
    actions.publish_curriculum(curriculum=second, at=NOW)
    next_draft(second)

    def shown(**query: str) -> list[int]:
        answer = author.get(f"{DESK}/curriculum/", query)
        return [edition.edition for edition in answer.context["cl"].result_list]

    assert sorted(shown()) == [2, 3]
    assert sorted(shown(editions="all")) == [1, 2, 3]
    assert shown(editions="retired") == [1]
    assert shown(editions="draft") == [3]
    assert shown(editions="nonsense") == []


# --- publishing ---------------------------------------------------------------------------------


def test_the_publish_page_says_what_it_means_for_learners(
    publisher: Client, first: Curriculum
) -> None:
    make_enrolment(make_learner("cleo@example.org"), first)
    draft = without_matrices(first)

    words = page_of(publisher, f"curriculum/{draft.pk}/publish/")

    assert "1 learner follows it. Nobody moves to the new edition" in words
    assert "“Matrices” (m.mat) is gone. In its place:" in words
    assert "nothing says what takes its place" in words
    assert 'value="Publish"' not in words


def test_answers_are_kept_and_mend_the_fault(publisher: Client, first: Curriculum) -> None:
    draft = without_matrices(first)
    page = f"curriculum/{draft.pk}/publish/"

    answers = {"gone-m.mat": ["m.vec"], "edition_note": "Shorter.", "keep": "yes"}
    post(publisher, page, answers)

    draft.refresh_from_db()
    assert draft.replaced_keys == {"m.mat": ["m.vec"]}
    assert draft.edition_note == "Shorter."
    assert not draft.is_published
    words = page_of(publisher, page)
    assert "Every check passed" in words
    assert "in its place: Vectors" in words


def test_retired_for_good_is_an_answer_too(publisher: Client, first: Curriculum) -> None:
    draft = without_matrices(first)

    post(publisher, f"curriculum/{draft.pk}/publish/", {"gone-m.mat": ["-"]}, CONFIRMED)

    draft.refresh_from_db()
    assert draft.is_published
    assert draft.replaced_keys == {"m.mat": []}
    assert not Curriculum.objects.get(pk=first.pk).is_published


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"confirmed": "on"}, "nothing says what takes its place"),
        ({"gone-m.mat": ["-", "m.vec"], "confirmed": "on"}, "either milestones, or nothing"),
        ({"gone-m.mat": ["m.nowhere"], "confirmed": "on"}, "Select a valid choice"),
    ],
)
def test_publishing_is_refused_until_all_is_said(
    publisher: Client, first: Curriculum, answers: dict[str, Any], words: str
) -> None:
    draft = without_matrices(first)

    answer = send(publisher, f"curriculum/{draft.pk}/publish/", answers)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Curriculum.objects.get(pk=first.pk).is_published
    assert not Curriculum.objects.get(pk=draft.pk).is_published


def test_publishing_takes_a_word_that_one_means_it(publisher: Client, first: Curriculum) -> None:
    draft = next_draft(first)

    answer = send(publisher, f"curriculum/{draft.pk}/publish/")

    assert answer.status_code == 422
    assert "Tick this to publish: it cannot be undone." in answer.content.decode()
    assert not Curriculum.objects.get(pk=draft.pk).is_published


def test_an_answer_about_a_key_that_came_back_goes(publisher: Client, first: Curriculum) -> None:
    draft = next_draft(first)
    Curriculum.objects.filter(pk=draft.pk).update(replaced_keys={"m.mat": ["m.vec"]})
    page = f"curriculum/{draft.pk}/publish/"
    assert "is said to be replaced but is still there" in page_of(publisher, page)

    post(publisher, page, {"keep": "yes"})

    draft.refresh_from_db()
    assert draft.replaced_keys == {}
    assert "Every check passed" in page_of(publisher, page)


def test_what_is_not_a_draft_is_not_published_again(publisher: Client, first: Curriculum) -> None:
    Curriculum.objects.filter(pk=first.pk).update(status=Curriculum.Status.RETIRED)

    answer = publisher.post(f"{DESK}/curriculum/{first.pk}/publish/", CONFIRMED, follow=True)

    assert "there is nothing to publish" in answer.content.decode()
    assert Curriculum.objects.get().status == Curriculum.Status.RETIRED


def test_a_draft_is_not_retired(publisher: Client, first: Curriculum) -> None:
    draft = next_draft(first)

    answer = publisher.post(f"{DESK}/curriculum/{draft.pk}/retire/", follow=True)

    assert "there is nothing to retire" in answer.content.decode()
    assert Curriculum.objects.get(pk=draft.pk).status == Curriculum.Status.DRAFT


# --- comparing ----------------------------------------------------------------------------------


def test_two_editions_are_compared_in_words(author: Client, first: Curriculum) -> None:
    draft = next_draft(first)
    draft.milestones.filter(key="m.vec").update(title="Arrows", effort_minutes=90)

    words = page_of(author, "curriculum/compare/maths/")
    backwards = page_of(author, "curriculum/compare/maths/", **{"from": 2, "to": 1})
    same = page_of(author, "curriculum/compare/maths/", **{"from": 1, "to": 1})

    for shown in (words, backwards):
        assert "From edition 1 to edition 2" in shown
        assert "Arrows" in shown
        assert "1 h becomes 1 h 30 min" in shown
    assert "No milestone was added" in same


def test_an_edition_that_is_not_there_is_not_compared(author: Client, first: Curriculum) -> None:
    words = page_of(author, "curriculum/compare/maths/", **{"from": 1, "to": 7})

    assert "Select a valid choice" in words
    assert author.get(f"{DESK}/curriculum/compare/nowhere/").status_code == 404


# --- history ------------------------------------------------------------------------------------


def test_one_page_says_who_changed_what(
    author: Client, publisher: Client, first: Curriculum
) -> None:
    post(author, f"curriculum/{first.pk}/draft/")
    draft = Curriculum.objects.get(status="draft")
    module, vectors = draft.modules.get(), draft.milestones.get(key="m.vec")
    matrices = draft.milestones.get(key="m.mat")
    new = milestone_row("m.vec", title="Arrows")
    post(author, f"milestone/{vectors.pk}/change/", new, rows("skill_levels"))
    post(author, f"milestone/{matrices.pk}/delete/", {"post": "yes"})
    given = rows("milestones", milestone_row("m.vec", id=vectors.pk, title="Rays"), initial=1)
    post(publisher, f"module/{module.pk}/change/", {"title": "Basics", "rule": "all"}, given)
    answers = {"gone-m.mat": ["-"], "confirmed": "on"}
    post(publisher, f"curriculum/{draft.pk}/publish/", answers)

    words = page_of(author, f"curriculum/{first.pk}/history/")

    for told in (
        "Drafted from edition 1.",
        "“Arrows”",
        "“Matrices”</strong> deleted",
        "“Rays”",
        "Published edition 2.",
        "Ada",
        "Ben",
    ):
        assert told in words, told
    for inner in (f"module/{module.pk}", f"milestone/{vectors.pk}"):
        answer = author.get(f"{DESK}/{inner}/history/")
        assert answer.headers["Location"] == f"{DESK}/curriculum/{draft.pk}/history/"


def test_publishing_without_new_answers_tells_of_none(
    author: Client, publisher: Client, first: Curriculum
) -> None:
    draft = next_draft(first)

    post(publisher, f"curriculum/{draft.pk}/publish/", CONFIRMED)

    words = page_of(author, f"curriculum/{first.pk}/history/")
    assert "Published edition 2." in words
    assert "Said what is new" not in words


def test_an_old_edition_is_taken_up_again(author: Client, first: Curriculum) -> None:
    second = without_matrices(first)
    second.replaced_keys = {"m.mat": []}
    second.save()
    actions.publish_curriculum(curriculum=second, at=NOW)
    page = f"curriculum/{first.pk}/history/"
    assert "Make a draft from this edition" in page_of(author, page)

    post(author, f"curriculum/{first.pk}/draft/")

    draft = Curriculum.objects.get(status="draft")
    assert draft.edition == 3
    assert draft.milestones.filter(key="m.mat").exists()
    words = page_of(author, page)
    assert "Make a draft from this edition" not in words
    assert "Edition 3 is being drafted" in words


# --- who may ------------------------------------------------------------------------------------


def doors(first: Curriculum, draft: Curriculum) -> dict[str, str]:
    return {
        "list": "curriculum/",
        "add": "curriculum/add/",
        "change": f"curriculum/{draft.pk}/change/",
        "delete": f"curriculum/{draft.pk}/delete/",
        "check": f"curriculum/{draft.pk}/check/",
        "publish": f"curriculum/{draft.pk}/publish/",
        "retire": f"curriculum/{first.pk}/retire/",
        "draft": f"curriculum/{first.pk}/draft/",
        "compare": "curriculum/compare/maths/",
        "history": f"curriculum/{first.pk}/history/",
    }


def opened(browser: Client, first: Curriculum) -> set[str]:
    """Return the doors that let this browser in, to look and to send."""
    found = doors(first, next_draft(first))
    looked = {name for name, page in found.items() if may(browser.get(f"{DESK}/{page}"))}
    sent = {name for name, page in found.items() if may(send(browser, page))}
    return looked & sent


def may(answer: Any) -> bool:
    return bool(answer.status_code != 403)


def staff_with(*codenames: str) -> Client:
    dora = User.objects.create_user("dora@example.org", is_staff=True)
    dora.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = Client()
    browser.force_login(dora)
    return browser


ALL_DOORS = {
    *("list", "add", "change", "delete", "check"),
    *("publish", "retire", "draft", "compare", "history"),
}


def test_a_publisher_may_go_through_every_door(publisher: Client, first: Curriculum) -> None:
    assert opened(publisher, first) == ALL_DOORS


def test_an_author_neither_publishes_nor_retires(author: Client, first: Curriculum) -> None:
    assert opened(author, first) == ALL_DOORS - {"publish", "retire"}
    assert Curriculum.objects.get(pk=first.pk).is_published
    words = page_of(author, f"curriculum/{next_draft(first).pk}/change/")
    assert "Publish…" not in words
    assert "Check…" in words


def test_an_author_says_what_became_of_it_before_a_publisher_comes(
    author: Client, first: Curriculum
) -> None:
    draft = without_matrices(first)
    page = f"curriculum/{draft.pk}/check/"

    post(author, page, {"gone-m.mat": ["m.vec"], "confirmed": "on"})

    draft.refresh_from_db()
    assert draft.replaced_keys == {"m.mat": ["m.vec"]}
    assert not draft.is_published
    sealed = author.post(f"{DESK}/curriculum/{first.pk}/check/", follow=True)
    assert "there is nothing to check" in sealed.content.decode()


def test_staff_without_rights_stay_outside(first: Curriculum) -> None:
    assert opened(staff_with(), first) == set()


def test_staff_who_may_look_only_look(first: Curriculum) -> None:
    browser = staff_with("view_curriculum")

    assert opened(browser, first) == {"list", "compare", "history"}
    assert "Draft the next edition" not in page_of(browser, f"curriculum/{first.pk}/change/")


def test_staff_who_publish_cannot_see_what_they_may_not_view(first: Curriculum) -> None:
    assert opened(staff_with("publish_curriculum"), first) == set()


def test_the_command_makes_a_publisher(first: Curriculum) -> None:
    User.objects.create_user("ben@example.org")

    call_command("make_author", "ben@example.org")
    assert not User.objects.get().has_perm("curricula.publish_curriculum")

    call_command("make_author", "ben@example.org", "--publisher")
    assert User.objects.get().has_perm("curricula.publish_curriculum")
    assert User.objects.get().has_perm("curricula.change_curriculum")


# --- cost ---------------------------------------------------------------------------------------


def a_succession(slug: str, number: int) -> tuple[Curriculum, Curriculum]:
    """Return a published edition of so many milestones and a draft without half of them."""
    draft = make_curriculum(slug, status=Curriculum.Status.DRAFT)
    module = make_module(draft)
    for index in range(number):
        make_milestone(module, f"{slug}.{index}")
    actions.publish_curriculum(curriculum=draft, at=NOW)
    after = next_draft(draft)
    gone = [f"{slug}.{index}" for index in range(number // 2)]
    after.milestones.filter(key__in=gone).delete()
    return draft, after


@pytest.mark.parametrize("name", ["publish", "compare", "history", "delete", "sealed"])
def test_more_milestones_cost_no_more_queries(
    publisher: Client, name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    counts = []
    for slug, number in (("small", 4), ("large", 24)):
        first, draft = a_succession(slug, number)
        page = {
            "publish": f"curriculum/{draft.pk}/publish/",
            "compare": f"curriculum/compare/{slug}/",
            "history": f"curriculum/{draft.pk}/history/",
            "delete": f"curriculum/{draft.pk}/delete/",
            "sealed": f"module/{first.modules.get().pk}/change/",
        }[name]
        page_of(publisher, page)
        with django_assert_max_num_queries(60) as counted:
            page_of(publisher, page)
        counts.append(len(counted))

    assert counts[0] == counts[1]

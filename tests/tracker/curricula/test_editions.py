"""Editions: a published one never changes, the next one says what became of every key."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, models, transaction

from tests.factories import NOW, make_curriculum, make_milestone, make_module, make_skill
from tracker.curricula import actions
from tracker.curricula.curriculum_rows import shelf_of_all, write_rows
from tracker.curricula.editions import diff_between, publish_rows
from tracker.curricula.models import Curriculum, Milestone, Module, Resource, SkillLevel
from tracker.curricula.row_outlines import outline_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def first() -> Curriculum:
    """Edition 1 of maths, published: vectors, then matrices."""
    draft = make_curriculum("maths", status=Curriculum.Status.DRAFT)
    module = make_module(draft)
    vectors = make_milestone(module, "m.vec", skill=make_skill())
    matrices = make_milestone(module, "m.mat", requires=(vectors,))
    matrices.resources.add(
        Resource.objects.create(
            key="book", title="A book", url="https://example.org", format="book"
        )
    )
    actions.publish_curriculum(curriculum=draft, at=NOW)
    return draft


def published_edition(slug: str) -> Curriculum:
    return Curriculum.objects.published().get(slug=slug)


def next_draft(edition: Curriculum) -> Curriculum:
    return actions.draft_next_edition(curriculum=edition)


def publish(draft: Curriculum) -> Curriculum:
    actions.publish_curriculum(curriculum=draft, at=NOW + timedelta(days=1))
    return draft


def test_the_next_draft_says_what_the_edition_says(first: Curriculum) -> None:
    draft = next_draft(first)

    assert (draft.slug, draft.edition, draft.status) == ("maths", 2, "draft")
    assert diff_between(first, draft).is_empty
    assert next_draft(first) == draft  # asking twice gives the same one


def test_publishing_retires_the_edition_before(first: Curriculum) -> None:
    second = publish(next_draft(first))

    first.refresh_from_db()
    assert first.status == Curriculum.Status.RETIRED
    assert published_edition("maths") == second


def refused(change: models.QuerySet | None, **values: object) -> bool:
    try:
        with transaction.atomic():
            assert change is not None
            change.update(**values) if values else change.delete()
    except DatabaseError as error:
        return "never changes" in str(error)
    return False


def test_the_database_refuses_every_change_of_a_published_edition(first: Curriculum) -> None:
    milestones = Milestone.objects.filter(curriculum=first)
    assert refused(Curriculum.objects.filter(pk=first.pk), title="Other")
    assert refused(Curriculum.objects.filter(pk=first.pk), published_at=None)
    assert refused(Module.objects.filter(curriculum=first), title="Other")
    assert refused(milestones, title="Other")
    assert refused(milestones, effort_minutes=5)
    assert refused(SkillLevel.objects.filter(milestone__in=milestones), proficiency=5)
    assert refused(SkillLevel.objects.filter(milestone__in=milestones))


def test_it_refuses_new_rows_and_lost_ones_too(first: Curriculum) -> None:
    module = first.modules.get()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        make_milestone(module, "m.new")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        first.milestones.get(key="m.mat").prerequisites.clear()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        first.milestones.get(key="m.mat").resources.clear()
    never = pytest.raises(DatabaseError, match="never changes")
    with connection.cursor() as cursor, never, transaction.atomic():
        cursor.execute("DELETE FROM curricula_milestone")


def test_a_retired_edition_stays_sealed(first: Curriculum) -> None:
    publish(next_draft(first))

    assert refused(Milestone.objects.filter(curriculum=first), title="Other")


def test_a_draft_changes_freely(first: Curriculum) -> None:
    draft = next_draft(first)

    Milestone.objects.filter(curriculum=draft, key="m.vec").update(title="Arrows")

    assert [one.key for one in diff_between(first, draft).reworded] == ["m.vec"]


def test_a_key_that_goes_needs_a_word_on_what_takes_its_place(first: Curriculum) -> None:
    draft = next_draft(first)
    draft.milestones.filter(key="m.mat").delete()

    with pytest.raises(actions.CannotPublish) as refusal:
        publish(draft)

    [fault] = refusal.value.faults
    assert "milestone m.mat is gone and nothing says what takes its place" in str(fault)
    assert not Curriculum.objects.get(pk=draft.pk).is_published
    assert published_edition("maths") == first


@pytest.mark.parametrize(
    ("replaced", "message"),
    [
        ({"m.mat": ["m.nowhere"]}, "m.mat is replaced by m.nowhere, which is not there"),
        ({"m.mat": [], "m.vec": []}, "m.vec is said to be replaced but is still there"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_named(
    first: Curriculum, replaced: dict[str, list[str]], message: str
) -> None:
    draft = next_draft(first)
    draft.milestones.filter(key="m.mat").delete()
    draft.replaced_keys = replaced
    draft.save()

    with pytest.raises(actions.CannotPublish, match=message):
        publish(draft)


def test_the_difference_is_said_in_values_and_words(first: Curriculum) -> None:
    draft = next_draft(first)
    module = draft.modules.get()
    other = make_module(draft, "more", title="More")
    draft.milestones.filter(key="m.mat").delete()
    Milestone.objects.filter(curriculum=draft, key="m.vec").update(
        module=other, effort_minutes=90, is_required=False
    )
    make_milestone(module, "m.mat1")
    make_milestone(module, "m.mat2")
    make_milestone(module, "m.eig", effort_minutes=180)
    draft.replaced_keys = {"m.mat": ["m.mat1", "m.mat2"]}
    draft.save()

    diff = diff_between(first, draft)

    assert [one.key for one in diff.added] == ["m.eig"]
    [removal] = diff.removed
    assert [one.key for one in removal.successors] == ["m.mat1", "m.mat2"]
    assert [(move.milestone.key, move.to_module) for move in diff.moved] == [("m.vec", "More")]
    assert [(one.before, one.after) for one in diff.new_efforts] == [(60, 90)]
    assert [one.key for one in diff.now_optional] == ["m.vec"]
    assert diff.in_short == (
        "1 added (3 h), 1 replaced (ticks carried over), 1 moved, 1 with another effort, "
        "1 required or optional now"
    )


def test_a_draft_that_was_overtaken_is_numbered_after_the_newest(first: Curriculum) -> None:
    draft = next_draft(first)
    draft.milestones.filter(key="m.mat").delete()
    draft.replaced_keys = {"m.mat": []}
    draft.save()
    overtaking = published_past_the_draft(first)

    publish(draft)

    assert (overtaking.edition, draft.edition) == (3, 4)


def published_past_the_draft(edition: Curriculum) -> Curriculum:
    """Publish an edition past the draft, as loading a file does."""
    newest = Curriculum(slug=edition.slug, edition=3, status=Curriculum.Status.RETIRED)
    write_rows(newest, outline_of(edition), shelf_of_all())
    publish_rows(newest, follows=edition, at=NOW)
    return newest


def test_a_withdrawn_curriculum_has_followers_too(first: Curriculum) -> None:
    actions.retire_curriculum(curriculum=first)
    draft = next_draft(first)
    draft.milestones.filter(key="m.mat").delete()

    with pytest.raises(actions.CannotPublish, match=r"m\.mat is gone"):
        publish(draft)


def test_the_difference_names_needs_skills_and_resources(first: Curriculum) -> None:
    draft = next_draft(first)
    vectors, matrices = (draft.milestones.get(key=key) for key in ("m.vec", "m.mat"))
    page = Resource.objects.create(key="page", title="A page", url="https://example.org")
    matrices.prerequisites.clear()
    matrices.resources.set([page])
    vectors.skill_levels.update(proficiency=5)
    vectors.skill_levels.create(skill=make_skill("plots"), proficiency=3)

    forth, back = diff_between(first, draft), diff_between(draft, first)

    assert [one.said for one in forth.relinked] == [
        ("leads to linear-algebra 5 rather than 2", "leads to plots 3"),
        (
            "no longer needs “Learn m.vec”",
            "adds the resource “A page”",
            "drops the resource “A book”",
        ),
    ]
    assert [one.said for one in back.relinked] == [
        ("leads to linear-algebra 2 rather than 5", "no longer leads to plots"),
        (
            "needs “Learn m.vec” first",
            "adds the resource “A book”",
            "drops the resource “A page”",
        ),
    ]
    assert not forth.is_empty
    assert forth.in_short == "2 with other links"


def test_a_key_that_lives_elsewhere_is_not_called_retired(first: Curriculum) -> None:
    make_milestone(make_module(make_curriculum("physics")), "m.mat", title="Matrices")
    draft = next_draft(first)
    draft.milestones.filter(key="m.mat").delete()

    diff = diff_between(first, draft)

    assert [removal.lives_in for removal in diff.removed] == [("Physics",)]
    assert diff.in_short == "1 only in other curricula now (ticks count there)"


def test_what_a_milestone_says_of_itself_counts_as_words(first: Curriculum) -> None:
    for said in ({"description": "*So*"}, {"rubric": ["A", "B", "C"]}):
        draft = next_draft(first)
        draft.milestones.filter(key="m.vec").update(**said)
        assert [one.key for one in diff_between(first, draft).reworded] == ["m.vec"]
        draft.delete()

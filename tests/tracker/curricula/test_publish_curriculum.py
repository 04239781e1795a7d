from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.factories import NOW, make_curriculum, make_milestone, make_module, make_skill
from tracker.curricula.actions import CannotPublish, publish_curriculum, retire_curriculum
from tracker.curricula.models import Curriculum

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> Curriculum:
    curriculum = make_curriculum(status=Curriculum.Status.DRAFT, published_at=None)
    make_milestone(make_module(curriculum), "maths.count", skill=make_skill())
    return curriculum


def faults_on_publishing(curriculum: Curriculum) -> list[str]:
    with pytest.raises(CannotPublish) as refusal:
        publish_curriculum(curriculum=curriculum, at=NOW)
    curriculum.refresh_from_db()
    assert not curriculum.is_published
    return [str(fault) for fault in refusal.value.faults]


def test_a_sound_draft_is_published(draft: Curriculum) -> None:
    publish_curriculum(curriculum=draft, at=NOW)

    draft.refresh_from_db()
    assert (draft.status, draft.published_at) == ("published", NOW)


def test_publishing_twice_keeps_the_first_date(draft: Curriculum) -> None:
    publish_curriculum(curriculum=draft, at=NOW)
    publish_curriculum(curriculum=draft, at=NOW + timedelta(days=1))

    draft.refresh_from_db()
    assert draft.published_at == NOW


def test_an_empty_draft_is_refused() -> None:
    empty = make_curriculum(status=Curriculum.Status.DRAFT)

    assert faults_on_publishing(empty) == [
        "curriculum “Maths”: “Maths” has no modules — add a module with at least one milestone"
    ]


def test_every_fault_names_module_and_milestone(draft: Curriculum) -> None:
    module = draft.modules.get()
    make_milestone(module, "maths.add", effort_minutes=2, done_when="")
    make_module(draft, "void")

    assert faults_on_publishing(draft) == [
        "module “Basics”, milestone maths.add: “done_when” is missing or empty — write it",
        "module “Basics”, milestone maths.add: “minutes” is wrong: “2” — make it at least 5",
        "module “Void”: module “Void” has no milestones — add a milestone, or take the module out",
    ]


def test_a_loop_is_printed_whole(draft: Curriculum) -> None:
    module = draft.modules.get()
    first = draft.milestones.get()
    second = make_milestone(module, "maths.add", requires=(first,))
    first.prerequisites.add(second)

    assert faults_on_publishing(draft) == [
        "module “Basics”, milestone maths.add: these milestones wait for one another: "
        "maths.add → maths.count → maths.add — take one of these prerequisites out"
    ]


def test_a_required_milestone_may_not_need_an_optional_one(draft: Curriculum) -> None:
    first = draft.milestones.get()
    first.is_required = False
    first.save()
    make_milestone(draft.modules.get(), "maths.add", requires=(first,))

    (fault,) = faults_on_publishing(draft)
    assert "maths.add is required but needs maths.count, which is optional" in fault


def test_a_prerequisite_of_another_curriculum_is_refused(draft: Curriculum) -> None:
    elsewhere = make_milestone(make_module(make_curriculum("other")), "other.one")
    draft.milestones.get().prerequisites.add(elsewhere)

    (fault,) = faults_on_publishing(draft)
    assert "there is no milestone “other.one”" in fault


def test_two_curricula_may_name_the_same_prerequisites_in_another_order(draft: Curriculum) -> None:
    other = make_module(make_curriculum("other"))
    make_milestone(other, "maths.count", skill=make_skill())
    make_milestone(draft.modules.get(), "maths.add")
    make_milestone(other, "maths.add")
    for module, order in ((draft.modules.get(), (0, 1)), (other, (1, 0))):
        first_two = list(module.milestones.order_by("pk"))
        prove = make_milestone(module, "maths.prove")
        for position in order:
            prove.prerequisites.add(first_two[position])

    publish_curriculum(curriculum=draft, at=NOW)

    assert draft.is_published


def test_a_key_that_says_something_else_elsewhere_is_refused(draft: Curriculum) -> None:
    make_milestone(make_module(make_curriculum("other")), "maths.count", title="Count sheep")

    (fault,) = faults_on_publishing(draft)
    assert fault.startswith("module “Basics”, milestone maths.count: ")
    assert "says something else in “Other”, module “Basics”" in fault


def test_a_rule_out_of_reach_is_refused(draft: Curriculum) -> None:
    draft.modules.update(rule="count", rule_amount=2)

    (fault,) = faults_on_publishing(draft)
    assert "asks for at least 2 milestones, but its required milestones make only 1" in fault


def test_a_path_may_only_credit_what_exists(draft: Curriculum) -> None:
    draft.credited_keys = ["nowhere"]
    draft.save()

    (fault,) = faults_on_publishing(draft)
    assert fault.startswith("curriculum “Maths”: there is no milestone “nowhere”")


def test_checking_needs_the_same_queries_however_many_milestones_there_are(
    draft: Curriculum, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    first, skill = draft.milestones.get(), make_skill()
    for number in range(20):
        make_milestone(draft.modules.get(), f"maths.n{number}", requires=(first,), skill=skill)

    with django_assert_max_num_queries(12):
        publish_curriculum(curriculum=draft, at=NOW)


def test_a_published_curriculum_is_retired(draft: Curriculum) -> None:
    publish_curriculum(curriculum=draft, at=NOW)

    retire_curriculum(curriculum=draft)

    draft.refresh_from_db()
    assert draft.status == "retired"


def test_a_draft_is_not_opened_by_retiring_it(draft: Curriculum) -> None:
    retire_curriculum(curriculum=draft)

    draft.refresh_from_db()
    assert draft.status == "draft"

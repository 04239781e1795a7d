from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from tests.factories import NOW
from tests.tracker.curricula.small_catalogue import change, write_catalogue
from tracker.curricula.actions import draft_next_edition, publish_curriculum
from tracker.curricula.models import (
    Area,
    Background,
    Certification,
    Curriculum,
    Milestone,
    Question,
    Resource,
    RoleProfile,
    Route,
    Skill,
)

pytestmark = pytest.mark.django_db

LOADED_AT = datetime(2027, 1, 4, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stopped_time() -> Iterator[None]:
    with time_machine.travel(LOADED_AT, tick=False):
        yield


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path)


def load(*folder: Path) -> str:
    out = StringIO()
    call_command("load_catalogue", *map(str, folder), stdout=out)
    return out.getvalue()


def all_rows() -> dict[str, list[dict[str, Any]]]:
    models = apps.get_app_config("curricula").get_models(include_auto_created=True)
    return {
        model.__name__: list(model._default_manager.order_by("pk").values()) for model in models
    }


# --- the shipped catalogue --------------------------------------------------------------------


def test_the_shipped_catalogue_loads_whole() -> None:
    load()

    paths = Curriculum.objects.filter(kind=Curriculum.Kind.PATH)
    others = Curriculum.objects.exclude(kind=Curriculum.Kind.PATH)
    assert (paths.count(), others.count()) == (12, 22)
    homes = Milestone.objects.exclude(curriculum__kind=Curriculum.Kind.PATH)
    assert homes.count() == 495
    assert sum(homes.values_list("effort_minutes", flat=True)) == 218_910
    assert Skill.objects.count() == 120
    assert Area.objects.count() == 12
    assert RoleProfile.objects.count() == 8
    assert Resource.objects.count() == 320
    assert Certification.objects.count() == 15
    assert Question.objects.count() >= 250
    tested = homes.filter(key__in=Question.objects.values("milestone_key"))
    assert tested.values("curriculum").distinct().count() >= 12


def test_the_shipped_paths_stand_first_and_are_published() -> None:
    load()

    kinds = [curriculum.kind for curriculum in Curriculum.objects.published()]
    assert kinds[:12] == ["path"] * 12
    assert len(kinds) == 34
    assert set(kinds[12:]) == {"subject", "certification"}


def test_loading_the_shipped_catalogue_twice_changes_no_row() -> None:
    load()
    before = all_rows()

    out = load()

    assert out.startswith("Nothing changed: ")
    assert all_rows() == before


# --- what a load writes -----------------------------------------------------------------------


def test_a_curriculum_is_loaded_as_its_file_says(folder: Path) -> None:
    load(folder)

    maths = Curriculum.objects.get(slug="maths")
    assert (maths.status, maths.published_at, maths.position) == ("published", LOADED_AT, 20)
    basics, more = maths.modules.all()
    assert (basics.rule, basics.rule_amount) == ("count", 2)
    assert (more.rule, more.rule_amount) == ("all", None)
    count, add = basics.milestones.all()
    assert (count.key, count.effort_minutes, count.kind) == ("maths.count", 60, "read")
    assert [needed.key for needed in add.prerequisites.all()] == ["maths.count"]
    assert [(level.skill.key, level.proficiency) for level in add.skill_levels.all()] == [
        ("algebra", 2)
    ]
    assert [resource.key for resource in count.resources.all()] == ["primer"]
    assert not Milestone.objects.get(key="maths.play").is_required


def test_a_path_copies_milestones_under_the_same_keys(folder: Path) -> None:
    load(folder)

    way = Curriculum.objects.get(slug="way")
    home = Curriculum.objects.get(slug="maths")
    copies = {milestone.key: milestone for milestone in way.milestones.all()}
    assert list(copies) == ["maths.add", "maths.prove"]
    assert copies["maths.add"].pk != home.milestones.get(key="maths.add").pk
    assert copies["maths.add"].effort_minutes == 90
    assert copies["maths.add"].skill_levels.get().proficiency == 2


def test_a_copy_keeps_the_prerequisites_that_are_in_the_path(folder: Path) -> None:
    load(folder)

    way = Curriculum.objects.get(slug="way")
    assert not way.milestones.get(key="maths.add").prerequisites.exists()
    needed = way.milestones.get(key="maths.prove").prerequisites.get()
    assert needed == way.milestones.get(key="maths.add")
    assert way.credited_keys == ["maths.count"]


def test_a_path_knows_its_role_background_and_route(folder: Path) -> None:
    load(folder)

    way = Curriculum.objects.get(slug="way")
    assert (way.role, way.background) == (RoleProfile.objects.get(), Background.objects.get())
    assert (way.weeks, way.hours_per_week) == (4, 2)
    assert list(Route.objects.get().paths.all()) == [way]


def test_a_background_that_meets_a_role_assumes_what_the_role_requires(folder: Path) -> None:
    change(folder, "careers.yaml", "note: from anywhere", "note: x\n    meets: helper")

    load(folder)

    assert Background.objects.get().assumed == {"algebra": 2}


def test_a_folder_without_shared_lists_uses_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "subjects").mkdir()
    (tmp_path / "subjects" / "tiny.yaml").write_text(
        "slug: tiny\nkind: subject\ntitle: Tiny\nsummary: Small.\nmodules:\n"
        "  - key: all\n    title: All\n    milestones:\n"
        "      - {key: tiny.one, title: One, kind: read, minutes: 30, done_when: You did,"
        " skills: {python: 1}}\n"
    )

    load(tmp_path)

    assert Milestone.objects.get().skill_levels.get().skill.title == "Python"
    assert Curriculum.objects.count() == 1


def test_steps_and_a_rubric_are_loaded_into_every_copy(folder: Path) -> None:
    more = """\
minutes: 120
        steps:
          - {title: Guess, minutes: 20}
          - {title: Write it down, minutes: 100}
        rubric: [It is written down., Each step follows., It ends.]"""
    change(folder, "subjects/maths.yaml", "minutes: 120", more)

    load(folder)

    for row in Milestone.objects.filter(key="maths.prove"):
        assert row.steps == [
            {"title": "Guess", "minutes": 20},
            {"title": "Write it down", "minutes": 100},
        ]
        assert row.rubric == ["It is written down.", "Each step follows.", "It ends."]
    assert Milestone.objects.filter(key="maths.prove").count() == 2


# --- loading again ----------------------------------------------------------------------------


def test_a_changed_file_becomes_the_next_edition(folder: Path) -> None:
    load(folder)
    change(folder, "subjects/maths.yaml", "title: Add", "title: Add and subtract")

    out = load(folder)

    assert "curricula: 2 updated (way, maths)" in out
    editions = Curriculum.objects.filter(slug="maths").order_by("edition")
    assert [(each.edition, each.status) for each in editions] == [(1, "retired"), (2, "published")]
    titles = Milestone.objects.filter(key="maths.add", curriculum__status="published")
    assert list(titles.values_list("title", flat=True)) == ["Add and subtract"] * 2
    first = Milestone.objects.get(key="maths.add", curriculum=editions[0])
    assert first.title == "Add"


def test_only_the_curriculum_that_changed_is_written(folder: Path) -> None:
    load(folder)
    change(folder, "paths/way.yaml", "weeks: 4", "weeks: 5")

    assert "curricula: 1 updated (way), 1 unchanged" in load(folder)


def test_comments_and_layout_are_no_change(folder: Path) -> None:
    load(folder)
    change(folder, "subjects/maths.yaml", "slug: maths", "# A comment.\n\nslug:   'maths'")

    assert load(folder).startswith("Nothing changed")


def test_fields_new_to_the_format_make_no_old_entry_look_changed(folder: Path) -> None:
    """The digest that this file was loaded with before milestones could have steps and rubrics."""
    load(folder)

    maths = Curriculum.objects.get(slug="maths")
    assert maths.source_digest == "c3f5ea0688da1a05e9cf5b7e5a83e3eb7fb5c08e036bfebd57aba6db1d3fd062"


def test_a_milestone_moves_to_another_module_and_keeps_its_key(folder: Path) -> None:
    load(folder)
    change(folder, "subjects/maths.yaml", "    rule: {at_least: 2}\n", "")
    for old in (
        "  - key: more\n",
        "    title: More\n",
        "    milestones:\n      - key: maths.prove",
    ):
        new = "      - key: maths.prove" if old.endswith("prove") else ""
        change(folder, "subjects/maths.yaml", old, new)
    change(folder, "subjects/maths.yaml", "- key: basics", "- key: everything")

    load(folder)

    now = Curriculum.objects.published().get(slug="maths")
    assert now.milestones.get(key="maths.count").module.key == "everything"
    assert list(now.modules.values_list("key", flat=True)) == ["everything"]


def without_play(folder: Path) -> None:
    text = (folder / "subjects/maths.yaml").read_text()
    (folder / "subjects/maths.yaml").write_text(text[: text.index("      - key: maths.play")])


def test_a_key_that_goes_from_a_file_needs_a_word_on_what_takes_its_place(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(folder)
    without_play(folder)

    with pytest.raises(CommandError, match="Nothing was loaded"):
        load(folder)

    said = capsys.readouterr().err
    assert "subjects/maths.yaml:1: milestone maths.play is gone and nothing says what" in said
    assert Milestone.objects.filter(key="maths.play", curriculum__status="published").exists()


def test_with_that_word_it_goes_from_the_next_edition(folder: Path) -> None:
    load(folder)
    without_play(folder)
    file = folder / "subjects/maths.yaml"
    file.write_text(file.read_text() + "replaced:\n  - key: maths.play\n    by: [maths.prove]\n")

    load(folder)

    now = Curriculum.objects.published().get(slug="maths")
    assert not now.milestones.filter(key="maths.play").exists()
    assert now.replaced_keys == {"maths.play": ["maths.prove"]}


def test_edits_in_the_admin_survive_a_load_of_the_same_files(folder: Path) -> None:
    load(folder)
    draft = draft_next_edition(curriculum=Curriculum.objects.get(slug="way"))
    draft.milestones.filter(key="maths.add").update(title="Edited")
    publish_curriculum(curriculum=draft, at=NOW)
    Resource.objects.update(url="https://example.org/moved")

    load(folder)

    way = Curriculum.objects.published().get(slug="way")
    assert (way.edition, way.milestones.get(key="maths.add").title) == (2, "Edited")
    assert Resource.objects.get().url == "https://example.org/moved"


def test_a_retired_curriculum_stays_retired_when_its_file_changes(folder: Path) -> None:
    load(folder)
    Curriculum.objects.filter(slug="way").update(status=Curriculum.Status.RETIRED)
    change(folder, "paths/way.yaml", "weeks: 4", "weeks: 5")

    load(folder)

    way = Curriculum.objects.get(slug="way")
    assert (way.status, way.weeks) == ("retired", 4)


def test_a_curriculum_gone_from_the_files_stays(folder: Path) -> None:
    load(folder)
    (folder / "routes.yaml").unlink()
    (folder / "paths" / "way.yaml").unlink()

    load(folder)

    assert Curriculum.objects.filter(slug="way").exists()


def test_a_role_whose_entry_changed_requires_what_it_says_now(folder: Path) -> None:
    load(folder)
    change(folder, "roles.yaml", "{algebra: 2}", "{algebra: 3}")

    assert "roles: 1 updated (helper)" in load(folder)
    assert RoleProfile.objects.get().requirements.get().proficiency == 3


def test_a_load_needs_the_same_queries_however_many_milestones_there_are(
    folder: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    extra = "".join(
        f"      - {{key: maths.n{number}, title: N, kind: read, minutes: 30, done_when: You did,"
        f" prerequisites: [maths.count], skills: {{algebra: 1}}, resources: [primer]}}\n"
        for number in range(100)
    )
    with (folder / "subjects/maths.yaml").open("a") as file:
        file.write(extra)

    with django_assert_max_num_queries(100):
        load(folder)


# --- broken files -----------------------------------------------------------------------------


def test_a_broken_file_changes_nothing_and_names_every_fault(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(folder)
    before = all_rows()
    change(folder, "roles.yaml", "title: Helper", "title: Changed")
    first = change(folder, "subjects/maths.yaml", "minutes: 60", "minutes: 2")
    second = change(folder, "paths/way.yaml", "role: helper", "role: hepler")

    with pytest.raises(CommandError, match="Nothing was loaded: faults to mend: 2"):
        load(folder)

    written = capsys.readouterr().err.splitlines()
    assert written == [
        f"paths/way.yaml:{second}: there is no role “hepler” — did you mean “helper”?",
        f"subjects/maths.yaml:{first}: “minutes” is wrong: “2” — make it at least 5",
    ]
    assert all_rows() == before


def test_every_shipped_milestone_has_something_free_to_learn_from() -> None:
    load()

    free = Resource.objects.filter(cost=Resource.Cost.FREE)
    lacking = Milestone.objects.exclude(resources__in=free).values_list("key", flat=True)
    assert set(lacking) == set()

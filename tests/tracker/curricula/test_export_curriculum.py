"""Export: a curriculum of the database as the file it can be loaded from again."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from tests.factories import make_curriculum, make_milestone, make_module, make_skill
from tests.tracker.curricula.small_catalogue import write_catalogue
from tracker.curricula.catalogue_files import SHIPPED, read_catalogue
from tracker.curricula.models import Curriculum, Milestone, Module, Resource
from tracker.curricula.outline import CurriculumOutline
from tracker.curricula.row_outlines import outline_of

pytestmark = pytest.mark.usefixtures("unsealed")

FOLDERS = {"subject": "subjects", "certification": "certifications", "path": "paths"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path / "catalogue")


def load(folder: Path) -> None:
    call_command("load_catalogue", str(folder), stdout=StringIO())


def export(slug: str) -> str:
    out = StringIO()
    call_command("export_curriculum", slug, stdout=out)
    return out.getvalue()


def export_all(folder: Path) -> dict[str, str]:
    """Write every curriculum of the database into a folder; return the texts by file."""
    texts = {}
    for curriculum in Curriculum.objects.all():
        name = f"{FOLDERS[curriculum.kind]}/{curriculum.slug}.yaml"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        call_command("export_curriculum", curriculum.slug, "--output", str(folder / name))
        texts[name] = (folder / name).read_text()
    return texts


def copy_what_curricula_share(source: Path, target: Path) -> None:
    ignored = shutil.ignore_patterns(*FOLDERS.values())
    shutil.copytree(source, target, ignore=ignored)


def rows() -> dict[str, tuple[CurriculumOutline, str, str, int]]:
    return {
        item.slug: (outline_of(item), item.source_digest, item.status, item.position)
        for item in Curriculum.objects.all()
    }


# --- round trip -------------------------------------------------------------------------------


def test_every_shipped_curriculum_survives_the_round_trip(tmp_path: Path) -> None:
    load(SHIPPED)
    copy_what_curricula_share(SHIPPED, tmp_path / "again")
    texts = export_all(tmp_path / "again")
    before = rows()
    Curriculum.objects.all().delete()

    load(tmp_path / "again")

    assert len(texts) == 34
    exported, shipped = read_catalogue(tmp_path / "again"), read_catalogue(SHIPPED)
    assert exported.catalogue.curricula == shipped.catalogue.curricula
    assert rows() == before
    assert export_all(tmp_path / "twice") == texts


def test_an_export_is_laid_out_like_the_shipped_files(folder: Path) -> None:
    load(folder)

    assert export("maths") == (
        "# A curriculum: ordered modules of ordered milestones.  The format: docs/authoring.md.\n"
        "# A milestone's key lives for ever: title, order and module may change, the key never.\n"
        "\n"
        "slug: maths\n"
        "kind: subject\n"
        "title: Mathematics\n"
        "summary: Count and prove.\n"
        "position: 20\n"
        "\n"
        "modules:\n"
        "  - key: basics\n"
        "    title: Basics\n"
        "    rule: {at_least: 2}\n"
        "    milestones:\n"
        "      - key: maths.count\n"
        "        title: Count\n"
        "        kind: read\n"
        "        minutes: 60\n"
        "        done_when: You count to ten\n"
        "        skills: {algebra: 1}\n"
        "        resources: [primer]\n"
        "      - key: maths.add\n"
        "        title: Add\n"
        "        kind: practise\n"
        "        minutes: 90\n"
        "        done_when: You add\n"
        "        prerequisites: [maths.count]\n"
        "        skills: {algebra: 2}\n"
        "\n"
        "  - key: more\n"
        "    title: More\n"
        "    milestones:\n"
        "      - key: maths.prove\n"
        "        title: Prove\n"
        "        kind: project\n"
        "        minutes: 120\n"
        "        done_when: You prove\n"
        "        prerequisites: [maths.add]\n"
        "      - key: maths.play\n"
        "        title: Play\n"
        "        kind: watch\n"
        "        minutes: 30\n"
        "        optional: true\n"
        "        done_when: You played\n"
    )


def test_a_path_is_exported_by_the_keys_it_holds(folder: Path) -> None:
    load(folder)

    exported = yaml.safe_load(export("way"))

    assert exported == yaml.safe_load((folder / "paths/way.yaml").read_text())


AWKWARD_TEXTS = [
    "yes",
    "null",
    "12",
    "2027-01-04",
    "",
    "A: b",
    "It's “quoted” and 'quoted'",
    'Say "hello" \\ twice',
    'Say: "hello" \\ twice',
    "# no comment",
    "- no list",
    "[no, list]",
    "`code` first",
    "ends with a colon:",
    "Ünïcödé → 中文",
    "a\u00a0hard space",
    "Two  spaces " + "and a very long line that has to be written in some way " * 3,
    "word " * 60,
    "x" * 90 + "  after two spaces at the end of a line",
    "x" * 150,
    "First line\nsecond line\n\n  indented\nlast",
    "Trailing space \nand more",
    "A tab\there\nand a line",
    "--- \n...",
]


@pytest.mark.parametrize("text", AWKWARD_TEXTS)
def test_any_text_survives_the_round_trip(folder: Path, text: str) -> None:
    load(folder)
    rubric = [text, "Second.", "Third."]
    steps = [{"title": text, "minutes": 20}, {"title": "Go on", "minutes": 100}]
    add = Milestone.objects.get(key="maths.prove", curriculum__slug="maths")
    add.done_when, add.rubric, add.steps = text, rubric, steps
    add.save()
    maths = Curriculum.objects.get(slug="maths")

    call_command("export_curriculum", "maths", "--output", str(folder / "subjects/maths.yaml"))

    read = read_catalogue(folder)
    assert read.faults == []
    exported = next(item for item in read.catalogue.curricula if item.slug == "maths")
    said = next(item for item in exported.milestones if item.key == "maths.prove")
    assert said.done_when == text.strip()
    assert (said.rubric[0], said.steps[0].title) == (text.strip(), text.strip())
    assert exported.modules[0] == outline_of(maths).modules[0]


def test_a_line_of_an_export_is_no_longer_than_a_hundred_characters(folder: Path) -> None:
    load(folder)
    keys = [f"resource-with-a-long-key-{number}" for number in range(9)]
    for key in keys:
        row = Resource.objects.create(key=key, title=key, url="https://example.org", format="book")
        Milestone.objects.get(key="maths.count").resources.add(row)
    Milestone.objects.filter(key="maths.count").update(done_when="You do it " * 30)

    text = export("maths")

    assert max(map(len, text.splitlines())) <= 100
    milestone = yaml.safe_load(text)["modules"][0]["milestones"][0]
    assert milestone["resources"] == ["primer", *keys]
    assert milestone["done_when"] == ("You do it " * 30).strip()


def test_quotes_are_double_where_they_are_needed(folder: Path) -> None:
    load(folder)
    Milestone.objects.filter(key="maths.count").update(title="One's own: count")

    assert '        title: "One\'s own: count"\n' in export("maths")


def test_a_prerequisite_of_another_curriculum_is_exported(folder: Path) -> None:
    later = (
        "slug: later\nkind: subject\ntitle: Later\nsummary: More.\nmodules:\n"
        "  - key: a\n    title: A\n    milestones:\n"
        "      - {key: later.a, title: A, kind: read, minutes: 30, done_when: You did,"
        " prerequisites: [maths.prove]}\n"
    )
    (folder / "subjects" / "later.yaml").write_text(later)
    load(folder)

    milestone = yaml.safe_load(export("later"))["modules"][0]["milestones"][0]

    assert milestone["prerequisites"] == ["maths.prove"]


# --- what authors made in the admin -----------------------------------------------------------


def test_a_curriculum_made_in_the_admin_can_be_loaded_from_its_export(tmp_path: Path) -> None:
    draft = make_curriculum("knots", title="Knots", status=Curriculum.Status.DRAFT)
    module = make_module(draft, rule=Module.Rule.AT_LEAST_MINUTES, rule_amount=60)
    first = make_milestone(module, "knots.one", effort_minutes=60, skill=make_skill())
    make_milestone(module, "knots.two", effort_minutes=30, requires=(first,), is_required=False)
    before = outline_of(draft)
    (tmp_path / "subjects").mkdir()
    call_command("export_curriculum", "knots", "--output", str(tmp_path / "subjects/knots.yaml"))

    (exported,) = read_catalogue(tmp_path).catalogue.curricula

    assert exported == before


def test_a_draft_without_anything_in_it_is_exported() -> None:
    make_curriculum("void", status=Curriculum.Status.DRAFT)

    assert yaml.safe_load(export("void"))["modules"] == []


def test_a_path_with_milestones_of_its_own_cannot_be_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = make_curriculum("trail", kind=Curriculum.Kind.PATH)
    make_milestone(make_module(path), "trail.one")

    with pytest.raises(CommandError, match="milestones without a home: 1"):
        export("trail")

    assert "trail.one is in no subject or certification" in capsys.readouterr().err


def test_an_edited_copy_is_named_and_its_key_exported(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(folder)
    Milestone.objects.filter(key="maths.add", curriculum__slug="way").update(title="Sum")

    exported = yaml.safe_load(export("way"))

    assert exported["modules"][0]["milestones"] == ["maths.add", "maths.prove"]
    assert "maths.add says something else at home" in capsys.readouterr().err


def test_an_untouched_path_is_exported_without_a_word(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(folder)

    export("way")

    assert capsys.readouterr().err == ""


# --- bad input --------------------------------------------------------------------------------


def test_an_unknown_slug_is_named() -> None:
    with pytest.raises(CommandError, match="There is no curriculum “nowhere”"):
        export("nowhere")


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    make_curriculum("void")

    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        call_command("export_curriculum", "void", "--output", str(tmp_path / "a" / "b.yaml"))


def test_what_replaced_a_key_is_exported_too(folder: Path) -> None:
    load(folder)
    Curriculum.objects.filter(slug="maths").update(
        replaced_keys={"maths.old": ["maths.add", "maths.count"], "maths.gone": []}
    )

    text = export("maths")

    assert yaml.safe_load(text)["replaced"] == [
        {"key": "maths.old", "by": ["maths.add", "maths.count"]},
        {"key": "maths.gone", "by": []},
    ]
    (folder / "subjects" / "maths.yaml").write_text(text)
    assert "Nothing changed" in loaded_again(folder)


def loaded_again(folder: Path) -> str:
    out = StringIO()
    call_command("load_catalogue", str(folder), stdout=out)
    return out.getvalue()


def test_an_older_edition_can_be_named(folder: Path) -> None:
    load(folder)
    Curriculum.objects.filter(slug="maths").update(status=Curriculum.Status.RETIRED)
    make_curriculum("maths", edition=2, title="Mathematics anew")

    assert "title: Mathematics anew\n" in export("maths")
    out = StringIO()
    call_command("export_curriculum", "maths", "--edition", "1", stdout=out)
    assert "title: Mathematics\n" in out.getvalue()

"""Prose in Markdown: written in a file or in the admin, previewed, and read by learners."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client

from tests.factories import make_learner
from tests.tracker.conftest import signed_in
from tests.tracker.curricula.desk import DESK, a_milestone, milestone_row, post, rows
from tests.tracker.curricula.small_catalogue import change, write_catalogue
from tracker.curricula.models import Curriculum, Milestone, Module

pytestmark = pytest.mark.django_db

TEXT = "Counting is *everything*.\n\n- Begin with `fingers`.\n- <b>Never</b> stop."
AS_READ = "curriculum/as-read/"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A catalogue in which a subject and a milestone have a description."""
    folder = write_catalogue(tmp_path / "catalogue")
    lines = "\n".join(f"          {line}".rstrip() for line in TEXT.split("\n"))
    change(folder, "subjects/maths.yaml", "summary: Count and prove.", SUMMARY)
    said = f"done_when: You count to ten\n        description: |-\n{lines}"
    change(folder, "subjects/maths.yaml", "done_when: You count to ten", said)
    return folder


SUMMARY = "summary: Count and prove.\ndescription: For *everybody*."


def load(folder: Path) -> None:
    call_command("load_catalogue", str(folder), stdout=StringIO())


def export(slug: str) -> str:
    out = StringIO()
    call_command("export_curriculum", slug, stdout=out)
    return out.getvalue()


def test_a_file_says_it_and_an_export_says_the_same(folder: Path) -> None:
    load(folder)
    exported = export("maths")

    (folder / "subjects/maths.yaml").write_text(exported)
    load(folder)

    assert Milestone.objects.get(key="maths.count", curriculum__slug="maths").description == TEXT
    assert "description: For *everybody*." in exported
    assert Curriculum.objects.filter(slug="maths").count() == 1
    assert export("maths") == exported


def test_a_path_says_what_its_subject_says(folder: Path) -> None:
    load(folder)

    held = Milestone.objects.filter(key="maths.count").values_list("description", flat=True)

    assert set(held) == {TEXT}


def test_learners_read_it_as_markdown_and_never_as_html(folder: Path, client: Client) -> None:
    load(folder)

    page = client.get("/milestones/maths.count/").content.decode()
    path = client.get("/paths/maths/").content.decode()

    assert "<em>everything</em>" in page
    assert "<code>fingers</code>" in page
    assert "&lt;b&gt;Never" in page
    assert "For <em>everybody</em>." in path


def test_a_published_description_never_changes(folder: Path) -> None:
    load(folder)

    with pytest.raises(IntegrityError, match="never changes"):
        Curriculum.objects.filter(slug="maths").update(description="Other")


def test_an_author_writes_it_with_the_line_ends_of_a_file(author: Client, module: Module) -> None:
    milestone = a_milestone(module, "m.vec")
    said = {"description": "One.\r\n\r\nTwo.", "done_when": "You see\r\nit."}

    page = f"milestone/{milestone.pk}/change/"
    post(author, page, milestone_row("m.vec", **said), rows("skill_levels"))

    milestone.refresh_from_db()
    assert milestone.description == "One.\n\nTwo."
    assert milestone.done_when == "You see\nit."


def test_a_preview_is_what_learners_will_read(author: Client) -> None:
    answer = author.post(f"{DESK}/{AS_READ}", {"text": "*So* <script>alert(1)</script>"})

    assert answer.content.decode() == "<p><em>So</em> &lt;script&gt;alert(1)&lt;/script&gt;</p>\n"


def test_a_preview_is_for_authors(author: Client) -> None:
    staff = signed_in(make_learner("staff@example.org", is_staff=True))

    assert staff.post(f"{DESK}/{AS_READ}", {"text": "x"}).status_code == 403
    assert author.get(f"{DESK}/{AS_READ}").status_code == 405


@pytest.mark.parametrize("kind", ["curriculum", "milestone"])
def test_the_field_knows_where_its_preview_is_made(
    author: Client, module: Module, kind: str
) -> None:
    pk = {"curriculum": module.curriculum_id, "milestone": a_milestone(module, "m.vec").pk}[kind]

    page = author.get(f"{DESK}/{kind}/{pk}/change/").content.decode()

    assert f'data-address="{DESK}/{AS_READ}" data-field="id_description"' in page
    assert "admin_milepost/preview.js" in page

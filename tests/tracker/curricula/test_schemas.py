"""The JSON Schemas published for editors: never other than what the catalogue's reader does."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from tests.tracker.curricula.schema_checks import problems
from tests.tracker.curricula.small_catalogue import change, write_catalogue
from tracker.curricula.catalogue_files import CURRICULUM_FOLDERS, SHIPPED
from tracker.curricula.schemas import as_text, schemas

MATHS, WAY, BANK = "subjects/maths.yaml", "paths/way.yaml", "questions/maths.yaml"


def name_of_schema(file: Path) -> str:
    """Return the schema of a file, which stands in its folder's name or in its own."""
    if file.parent.name in CURRICULUM_FOLDERS:
        return "curriculum.schema.json"
    kind = "questions" if file.parent.name == "questions" else file.stem
    return f"{kind}.schema.json"


def problems_of(file: Path) -> list[str]:
    schema: dict[str, Any] = json.loads((SHIPPED / name_of_schema(file)).read_text())
    return list(problems(yaml.safe_load(file.read_text()), schema))


def test_the_published_schemas_say_what_the_reader_reads() -> None:
    published = {path.name: path.read_text() for path in SHIPPED.glob("*.schema.json")}

    mend = "write them again: python3 manage.py export_schemas"
    assert published == {name: as_text(schema) for name, schema in schemas().items()}, mend


@pytest.mark.parametrize(
    "file",
    [file for file in sorted(SHIPPED.rglob("*.yaml")) if (SHIPPED / name_of_schema(file)).exists()],
    ids=lambda file: file.relative_to(SHIPPED).as_posix(),
)
def test_a_shipped_file_fits_its_schema(file: Path) -> None:
    assert problems_of(file) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        (MATHS, "kind: read", "knd: read", "/modules/0/milestones/0: has an unknown field knd"),
        (MATHS, "kind: read", "kind: dream", "/modules/0/milestones/0/kind: does not fit"),
        (MATHS, "        kind: read\n", "", "/modules/0/milestones/0: lacks kind"),
        (MATHS, "minutes: 60", "minutes: long", "/0/milestones/0/minutes: is no integer"),
        (MATHS, "minutes: 60", "minutes: 2", "/0/milestones/0/minutes: does not fit 5"),
        (MATHS, "minutes: 60", "minutes: 6001", "/0/milestones/0/minutes: does not fit 6000"),
        (MATHS, "algebra: 1", "algebra: 6", "/0/milestones/0/skills/algebra: does not fit 5"),
        (MATHS, "{at_least: 2}", "{at_most: 2}", "/modules/0/rule: fits none of the forms"),
        (MATHS, "optional: true", "optional: 1", "/optional: is no boolean"),
        (MATHS, "[maths.count]", "[Maths Count]", "/prerequisites/0: does not fit"),
        (MATHS, "[maths.count]", "[maths.a, maths.a]", "/prerequisites: does not fit True"),
        (MATHS, "minutes: 120", "minutes: 120\n        steps: []", "/steps: does not fit 2"),
        (MATHS, "You prove", "You prove\n        rubric: [One.]", "/rubric: does not fit 3"),
        (MATHS, "kind: subject\n", "", ": lacks kind"),
        (MATHS, "kind: subject", "kind: path", "/modules/0/milestones/0: is no string"),
        (WAY, "kind: path", "kind: subject", "/modules/0/milestones/0: is no object"),
        (WAY, "role: helper", "role: [helper]", "/role: is no string"),
        (BANK, "right: true", "wright: true", "/choices: has 0 of what it may have once"),
        (BANK, "text: Three", "text: Three\n        right: true", "/choices: has 2 of what"),
        (BANK, "    milestone: maths.add\n", "", "/questions/0: lacks milestone"),
        ("skills.yaml", "    area: math\n", "", "/skills/0: lacks area"),
        ("resources.yaml", "format: book", "cost: dear", "/resources/0/cost: does not fit"),
    ],
)
def test_an_editor_is_told_of_a_slip(
    tmp_path: Path, name: str, old: str, new: str, problem: str
) -> None:
    folder = write_catalogue(tmp_path)
    assert problems_of(folder / name) == []
    change(folder, name, old, new)

    assert [found for found in problems_of(folder / name) if problem in found]


def test_the_schemas_are_written_into_a_folder(tmp_path: Path) -> None:
    out = StringIO()

    call_command("export_schemas", str(tmp_path / "schemas"), stdout=out)

    written = {path.name: path.read_text() for path in (tmp_path / "schemas").iterdir()}
    assert written == {name: as_text(schema) for name, schema in schemas().items()}
    assert out.getvalue().splitlines() == sorted(written)

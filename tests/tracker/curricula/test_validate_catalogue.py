from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.tracker.curricula.planting import Planted, assert_named, faults_of
from tests.tracker.curricula.small_catalogue import MATHS, change, write_catalogue
from tracker.curricula.catalogue_files import SHIPPED, read_catalogue
from tracker.curricula.models import Milestone

MATHS_FILE = "subjects/maths.yaml"
WAY_FILE = "paths/way.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_catalogue(tmp_path)


def test_the_shipped_catalogue_has_no_faults() -> None:
    out = StringIO()

    call_command("validate_catalogue", stdout=out)

    assert out.getvalue() == "The catalogue is fit to load.\n"


def test_the_small_catalogue_has_no_faults(folder: Path) -> None:
    assert faults_of(folder) == []


STEPS = """minutes: 120
        steps:
          - {title: Guess, minutes: 20}
          - {title: Write it down, minutes: 100}"""
RUBRIC = """You prove
        rubric: [It ends., It is short., It is right.]"""
PLANTED = {
    "unknown skill": Planted(
        MATHS_FILE, "{algebra: 1}", "{algebr: 1}", "no skill “algebr”", "did you mean “algebra”?"
    ),
    "unknown area": Planted(
        "skills.yaml", "area: math", "area: zoo", "no area “zoo”", "add that area"
    ),
    "no area": Planted("skills.yaml", "    area: math\n", "", "“area” is missing", "write", -1),
    "unknown resource": Planted(
        MATHS_FILE, "[primer]", "[primr]", "no resource “primr”", "did you mean “primer”?"
    ),
    "unknown role": Planted(WAY_FILE, "role: helper", "role: boss", "no role “boss”", "add"),
    "unknown background": Planted(
        WAY_FILE, "background: newcomer", "background: x", "no background “x”", "add"
    ),
    "unknown skill of a role": Planted(
        "roles.yaml", "{algebra: 2}", "{zoology: 2}", "no skill “zoology”", "add that skill"
    ),
    "unknown path of a route": Planted(
        "routes.yaml", "[way]", "[wai]", "no curriculum “wai”", "did you mean “way”?"
    ),
    "unknown curriculum of a certification": Planted(
        "certifications.yaml",
        "status: current",
        "curriculum: maps\n    status: current",
        "no curriculum “maps”",
        "did you mean “maths”?",
    ),
    "unknown rung": Planted(
        "careers.yaml", "note: first step", "after: [zero]", "no rung or role “zero”", "add"
    ),
    "path with an unknown milestone": Planted(
        WAY_FILE, "- maths.prove", "- maths.proove", "“maths.proove”", "“maths.prove”?"
    ),
    "credited milestone that is unknown": Planted(
        WAY_FILE, "credited:", "credited:\n  - nothing", "no milestone “nothing”", "add", 1
    ),
    "prerequisite outside the path": Planted(
        WAY_FILE, "credited:\n  - maths.count\n", "", "needs maths.count", "“credited”", -2
    ),
    "duplicate slug": Planted(
        MATHS_FILE, "slug: maths", "slug: way", "“way” is there twice", "another key"
    ),
    "duplicate module": Planted(
        MATHS_FILE, "key: more", "key: basics", "module “basics” is there twice", "another key"
    ),
    "duplicate milestone": Planted(
        MATHS_FILE, "key: maths.play", "key: maths.add", "“maths.add” is there twice", "another"
    ),
    "milestone twice in a path": Planted(
        WAY_FILE, "- maths.prove", "- maths.add", "“maths.add” is there twice", "keep one"
    ),
    "duplicate prerequisite": Planted(
        MATHS_FILE, "[maths.count]", "[maths.count, maths.count]", "there twice", "keep one"
    ),
    "duplicate skill": Planted(
        "skills.yaml",
        "skills:",
        "skills:\n  - {key: algebra, area: math, title: A, definition: A}",
        "skill “algebra” is there twice",
        "another key",
        2,
    ),
    "prerequisite missing": Planted(
        MATHS_FILE, "[maths.add]", "[maths.ad]", "no milestone “maths.ad”", "“maths.add”?"
    ),
    "prerequisites in a loop": Planted(
        MATHS_FILE,
        "        skills: {algebra: 1}\n",
        "        prerequisites: [maths.prove]\n",
        "maths.add → maths.count → maths.prove → maths.add",
        "take one",
        7,
    ),
    "milestone that needs itself": Planted(
        MATHS_FILE, "[maths.count]", "[maths.add]", "maths.add → maths.add", "take one"
    ),
    "minutes missing": Planted(MATHS_FILE, "        minutes: 60\n", "", "“minutes”", "write", -3),
    "too few minutes": Planted(MATHS_FILE, "minutes: 60", "minutes: 4", "“4”", "at least 5"),
    "too many minutes": Planted(
        MATHS_FILE, "minutes: 60", "minutes: 6001", "“6001”", "at most 6000"
    ),
    "rule beyond the milestones": Planted(
        MATHS_FILE, "{at_least: 2}", "{at_least: 3}", "asks for at least 3", "at most 2"
    ),
    "rule beyond the minutes": Planted(
        MATHS_FILE, "{at_least: 2}", "{at_least_minutes: 151}", "only 150", "at most 150"
    ),
    "rule without an amount": Planted(
        MATHS_FILE, "{at_least: 2}", "{at_least: 0}", "how many milestones", "above zero"
    ),
    "rule of both kinds": Planted(
        MATHS_FILE, "{at_least: 2}", "{at_least: 1, at_least_minutes: 5}", "not both", "keep one"
    ),
    "unknown rule": Planted(MATHS_FILE, "{at_least: 2}", "some", "rule “some”", "{at_least: 3}"),
    "empty title": Planted(MATHS_FILE, "title: Add", "title: ''", "“title”", "write it"),
    "long title": Planted(
        MATHS_FILE, "title: Add", f"title: {'a' * 161}", "161 characters", "to 160"
    ),
    "empty done_when": Planted(
        MATHS_FILE, "done_when: You add", "done_when:", "“done_when” is missing", "write it"
    ),
    "unknown kind": Planted(MATHS_FILE, "kind: read", "kind: dream", "“dream”", "read, watch"),
    "bad key": Planted(
        MATHS_FILE, "key: maths.play", "key: Maths Play", "“Maths Play”", "lower-case"
    ),
    "no modules": Planted(WAY_FILE, "modules:", "modules: []\nextra:", "has no modules", "add"),
    "no milestones": Planted(
        WAY_FILE,
        "    milestones:\n      - maths.add\n      - maths.prove\n",
        "",
        "has no milestones",
        "add",
        -2,
    ),
    "bad address": Planted(
        "resources.yaml", "https://example.org/primer", "htp:/primer", "“htp:/primer”", "https://"
    ),
    "proficiency too high": Planted(
        MATHS_FILE, "{algebra: 1}", "{algebra: 6}", "proficiency 6", "from 1 to 5"
    ),
    "proficiency too low": Planted(
        MATHS_FILE, "{algebra: 1}", "{algebra: 0}", "proficiency 0", "from 1 to 5"
    ),
    "required on optional": Planted(
        MATHS_FILE,
        "prerequisites: [maths.add]",
        "prerequisites: [maths.add, maths.play]",
        "maths.prove is required but needs maths.play",
        "make maths.play required",
    ),
    "unknown field": Planted(
        MATHS_FILE, "kind: read", "knd: read", "unknown field “knd”", "did you mean “kind”?"
    ),
    "duplicate YAML key": Planted(
        MATHS_FILE, "title: Add", "title: Add\n        title: Sum", "a second time", "keep one", 1
    ),
    "text instead of a number": Planted(
        MATHS_FILE, "minutes: 60", "minutes: an hour", "not a whole number", "digits"
    ),
    "flag that is none": Planted(
        MATHS_FILE, "optional: true", "optional: maybe", "neither true nor false", "true or false"
    ),
    "list instead of text": Planted(
        MATHS_FILE, "title: Add", "title: [Add]", "“title” is not text", "write one text"
    ),
    "boolean instead of text": Planted(
        MATHS_FILE, "title: Add", "title: yes", "“title” is not text", "quotes"
    ),
    "text instead of a list": Planted(
        MATHS_FILE, "[maths.count]", "maths.count", "not a list", "before each item"
    ),
    "text instead of fields": Planted(
        MATHS_FILE, "{algebra: 1}", "algebra", "has no fields", "name: value"
    ),
    "too long without steps": Planted(
        MATHS_FILE,
        "minutes: 120",
        "minutes: 721",
        "maths.prove takes 721 minutes and has no steps",
        "2 to 8 steps",
    ),
    "steps that do not add up": Planted(
        MATHS_FILE,
        "minutes: 120",
        STEPS.replace("100", "90"),
        "the steps of maths.prove take 110 minutes, not 120",
        "add up",
        1,
    ),
    "one step": Planted(
        MATHS_FILE,
        "minutes: 120",
        "minutes: 120\n        steps: [{title: Go, minutes: 120}]",
        "maths.prove has 1 step",
        "2 to 8",
        1,
    ),
    "nine steps": Planted(
        MATHS_FILE,
        "minutes: 120",
        f"minutes: 120\n        steps: [{', '.join(['{title: Go, minutes: 10}'] * 9)}]",
        "maths.prove has 9 steps",
        "2 to 8",
        1,
    ),
    "step without a title": Planted(
        MATHS_FILE, "minutes: 120", STEPS.replace("title: Guess, ", ""), "“title”", "write it", 2
    ),
    "step without minutes": Planted(
        MATHS_FILE, "minutes: 120", STEPS.replace(", minutes: 20", ""), "“minutes”", "write it", 2
    ),
    "unknown field of a step": Planted(
        MATHS_FILE, "minutes: 120", STEPS.replace("title", "tile", 1), "“tile”", "“title”?", 2
    ),
    "rubric of a kind that has none": Planted(
        MATHS_FILE,
        "You add",
        RUBRIC.replace("prove", "add"),
        "maths.add has a rubric",
        "project, assessment, exam",
        1,
    ),
    "rubric too short": Planted(
        MATHS_FILE,
        "You prove",
        RUBRIC.replace(", It is right.", ""),
        "the rubric of maths.prove has 2 sentences",
        "3 to 6",
        1,
    ),
    "rubric too long": Planted(
        MATHS_FILE,
        "You prove",
        RUBRIC.replace("It ends.", "A., B., C., D., E."),
        "the rubric of maths.prove has 7 sentences",
        "3 to 6",
        1,
    ),
    "empty sentence in a rubric": Planted(
        MATHS_FILE, "You prove", RUBRIC.replace("It ends.", "''"), "is empty", "write it", 1
    ),
    "sentence twice in a rubric": Planted(
        MATHS_FILE, "You prove", RUBRIC.replace("ends", "is short"), "twice", "keep one", 1
    ),
    "syntax error": Planted(MATHS_FILE, "title: Add", "title: 'Add", "not YAML", "mend"),
    "no mapping": Planted(MATHS_FILE, MATHS, "- a list\n", "holds no fields", "start with"),
    "empty file": Planted(MATHS_FILE, MATHS, "", "holds no fields", "start with"),
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=list(PLANTED))
def test_a_fault_is_named_with_file_line_and_mend(folder: Path, planted: Planted) -> None:
    assert_named(folder, planted)


def test_twelve_hours_need_no_steps(folder: Path) -> None:
    change(folder, MATHS_FILE, "minutes: 120", "minutes: 720")

    assert faults_of(folder) == []


def test_every_shipped_project_and_assessment_says_how_it_is_judged() -> None:
    judged = [
        milestone
        for curriculum in read_catalogue(SHIPPED).catalogue.curricula
        for milestone in curriculum.milestones
        if milestone.kind in {Milestone.Kind.PROJECT, Milestone.Kind.ASSESSMENT}
    ]

    assert judged
    assert sorted({milestone.key for milestone in judged if not milestone.rubric}) == []


def test_steps_that_add_up_and_a_rubric_are_no_fault(folder: Path) -> None:
    change(folder, MATHS_FILE, "minutes: 120", STEPS)
    change(folder, MATHS_FILE, "You prove", RUBRIC)

    assert faults_of(folder) == []


def test_one_fault_is_named_once_although_a_path_copies_it(folder: Path) -> None:
    change(folder, MATHS_FILE, "minutes: 90", "minutes: 1")

    assert len(faults_of(folder)) == 1


def test_an_unreadable_file_does_not_accuse_those_that_refer_to_it(folder: Path) -> None:
    change(folder, MATHS_FILE, "slug: maths", "slug: 'maths")

    assert [fault["place"].split(":")[0] for fault in faults_of(folder)] == [MATHS_FILE]


def test_all_faults_are_named_at_once_in_the_order_of_the_files(folder: Path) -> None:
    lines = [
        change(folder, MATHS_FILE, "minutes: 60", "minutes: 1"),
        change(folder, MATHS_FILE, "minutes: 90", "minutes: 1"),
        change(folder, MATHS_FILE, "title: Prove", "title: ''"),
    ]
    way_lines = [
        change(folder, WAY_FILE, "title: The way", "title: ''"),
        change(folder, WAY_FILE, "title: Start", "title: ''"),
    ]

    places = [fault["place"] for fault in faults_of(folder)]

    assert places == [
        *(f"{WAY_FILE}:{line}" for line in way_lines),
        *(f"{MATHS_FILE}:{line}" for line in lines),
    ]


def test_two_curricula_may_not_define_a_key_differently(folder: Path) -> None:
    other = MATHS.replace("slug: maths", "slug: other").replace("title: Add", "title: Sum")
    (folder / "subjects" / "other.yaml").write_text(other)

    faults = faults_of(folder)

    assert [fault["place"] for fault in faults] == ["subjects/other.yaml:18"]
    assert "“maths.add” says something else in “Mathematics”" in faults[0]["message"]


def test_two_curricula_may_share_a_milestone_that_says_the_same(folder: Path) -> None:
    (folder / "subjects" / "other.yaml").write_text(MATHS.replace("slug: maths", "slug: other"))

    assert faults_of(folder) == []


def test_every_loop_is_printed(folder: Path) -> None:
    change(
        folder, MATHS_FILE, "        skills: {algebra: 1}\n", "        prerequisites: [maths.add]\n"
    )
    change(folder, MATHS_FILE, "You played", "You played\n        prerequisites: [maths.play]")

    loops = [fault["message"] for fault in faults_of(folder) if "→" in fault["message"]]

    assert sorted(loop.split(": ")[1] for loop in loops) == [
        "maths.add → maths.count → maths.add",
        "maths.play → maths.play",
    ]


def test_a_prerequisite_may_stand_in_another_curriculum(folder: Path) -> None:
    later = "slug: later\nkind: subject\ntitle: Later\nsummary: More.\nmodules:\n"
    later += (
        "  - key: a\n    title: A\n    milestones:\n      - {key: later.a, title: A, kind: read,"
    )
    later += " minutes: 30, done_when: You did, prerequisites: [maths.prove]}\n"
    (folder / "subjects" / "later.yaml").write_text(later)

    assert faults_of(folder) == []


def test_a_folder_without_curricula_is_a_fault(tmp_path: Path) -> None:
    faults = faults_of(tmp_path)

    assert faults[0]["place"] == str(tmp_path)
    assert "no curriculum" in faults[0]["message"]


def test_faults_in_text_are_one_to_a_line(folder: Path) -> None:
    out = StringIO()
    line = change(folder, MATHS_FILE, "minutes: 60", "minutes: 1")

    with pytest.raises(CommandError, match="Faults to mend: 1"):
        call_command("validate_catalogue", str(folder), stdout=out)

    assert out.getvalue() == (
        f"{MATHS_FILE}:{line}: “minutes” is wrong: “1” — make it at least 5\n"
    )

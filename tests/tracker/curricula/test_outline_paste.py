"""What an author pastes, read: Markdown and CSV, their lengths of time, their faults."""

import pytest

from tracker.curricula.models import validate_key
from tracker.curricula.outline_paste import About, Pasted, minutes_in, read_pasted, with_new_keys

MARKDOWN = """# Linear algebra

Count in many
directions.

## Vectors
- Add vectors (part 1) (90 min, read): done when you add two
  by hand
- Norms (1 h 30, practise, optional): done when you compute three
  - needs: add vectors (part 1); stats.mean
  - skills: algebra 2; vectors: 3
  - resources: book

## Matrices
* Multiply (2 h): You multiply two by hand
  - key: math.la.mul
"""
CSV = """module,key,title,kind,minutes,optional,done_when,prerequisites,skills,resources
Vectors,,Add vectors,read,90 min,,"You add two, by hand",,,
,,Norms,,1 h 30,yes,You compute three,Add vectors; stats.mean,algebra 2,book
Matrices,math.la.mul,Multiply,,2 h,no,You multiply,,,
"""


def read(text: str, **about: str) -> Pasted:
    return read_pasted(text, About(**about))


def faults_in(text: str, **about: str) -> list[tuple[str, str]]:
    return [(fault.place, fault.message) for fault in read(text, **about).faults]


def test_markdown_says_all_of_a_curriculum() -> None:
    pasted = read(MARKDOWN)
    outline = pasted.outline
    add, norms, multiply = outline.milestones

    assert not pasted.faults
    assert (outline.title, outline.slug) == ("Linear algebra", "linear-algebra")
    assert outline.summary == "Count in many directions."
    assert [module.key for module in outline.modules] == ["vectors", "matrices"]
    assert (add.title, add.minutes, add.kind) == ("Add vectors (part 1)", 90, "read")
    assert add.done_when == "You add two by hand"
    assert add.is_required
    assert (norms.minutes, norms.is_required) == (90, False)
    assert [needed.key for needed in norms.prerequisites] == [add.key, "stats.mean"]
    assert [(aim.key, aim.proficiency) for aim in norms.skills] == [("algebra", 2), ("vectors", 3)]
    assert [resource.key for resource in norms.resources] == ["book"]
    assert (multiply.key, multiply.kind, multiply.minutes) == ("math.la.mul", "practise", 120)


def test_csv_says_the_same() -> None:
    pasted = read(CSV, title="Linear algebra", summary="Count.")
    add, norms, multiply = pasted.outline.milestones

    assert not pasted.faults
    assert [module.title for module in pasted.outline.modules] == ["Vectors", "Matrices"]
    assert add.key == "linear-algebra.vectors.add-vectors"
    assert add.done_when == "You add two, by hand"
    assert [needed.key for needed in norms.prerequisites] == [add.key, "stats.mean"]
    assert (norms.is_required, multiply.is_required) == (False, True)
    assert (norms.minutes, multiply.key) == (90, "math.la.mul")


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        *(("90", 90), ("90 min", 90), ("90m", 90), ("1 h 30", 90), ("1h30", 90)),
        *(("1 h 30 min", 90), ("2 h", 120), ("1.5 h", 90), ("3 hours", 180), (" 45  MIN ", 45)),
        *(("", None), ("h", None), ("two hours", None), ("2 days", None), ("-5", None)),
    ],
)
def test_a_length_of_time_is_understood(text: str, minutes: int | None) -> None:
    assert minutes_in(text) == minutes


def test_every_fault_of_markdown_names_its_line() -> None:
    text = """stray before
# A title
## Basics
- One (soon, read): X
- Two (2 x)
## Basics
### Deep
# Again
  - colour: blue

nowhere
"""
    assert faults_in(text) == [
        ("line 4", "“soon” is not understood"),
        ("line 6", "module “Basics” is there twice"),
        ("line 7", "“### Deep” is not a heading of an outline"),
        ("line 8", "there is a second title"),
        ("line 9", "“colour: blue” says nothing we know about the milestone above"),
        ("line 11", "this line belongs to nothing"),
        ("line 5", "“2 x” is no length of time"),
    ]


def test_every_fault_of_csv_names_its_line() -> None:
    text = """module,title,minutes,done_when,optional,colour
Basics,One,soon,"Two
lines",maybe,
Basics,Two,90,a,b,c,d
,Three,90,X,,
"""
    assert faults_in(text) == [
        ("line 1", "there is no column “colour”"),
        ("line 4", "this row has 7 cells, the header only 6"),
        ("line 2", "“soon” is no length of time"),
        ("line 2", "“maybe” in “optional”"),
    ]


def test_a_milestone_before_any_module_is_a_fault() -> None:
    assert ("line 1", "this milestone is in no module") in faults_in("- One (90 min): X")
    assert ("line 2", "this milestone is in no module") in faults_in(
        "module,title,minutes,done_when\n,One,90,X"
    )


def test_a_column_that_is_missing_is_named() -> None:
    assert faults_in("module,title\nBasics,One") == [
        ("line 1", "the column “minutes” is missing"),
        ("line 1", "the column “done_when” is missing"),
    ]


def test_keys_made_of_titles_are_keys_and_differ() -> None:
    long = "A very long title of a milestone that goes on and on and never comes to an end at all"
    titles = ["Same", "Same", "Größe_x", "微积分", "微积分", long, long]
    lines = "".join(f"- {title} (90 min): X\n" for title in titles)

    outline = read(f"# {long}\n## {long}\n{lines}").outline
    keys = [milestone.key for milestone in outline.milestones]

    assert len(set(keys)) == len(titles)
    for key in [*keys, *(module.key for module in outline.modules)]:
        validate_key(key)
        assert len(key) <= 80


def test_a_generated_key_never_takes_one_that_is_written() -> None:
    text = "# A\n## B\n- C (90 min): X\n- D (90 min): X\n  - key: a.b.c\n"

    assert [milestone.key for milestone in read(text).outline.milestones] == ["a.b.c-2", "a.b.c"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["math.la.vec", "math.la.mul"], ["new.la.vec", "new.la.mul"]),
        (["math.vec", "stats.vec"], ["new.math.vec", "new.stats.vec"]),
        (["math", "math.vec"], ["new.math", "new.math.vec"]),
        (["vec"], ["new.vec"]),
    ],
)
def test_new_keys_begin_with_the_new_address_and_differ(
    keys: list[str], expected: list[str]
) -> None:
    lines = "".join(f"- T{key} (90 min): X\n  - key: {key}\n" for key in keys)
    lines += f"  - needs: {keys[0]}; far.away\n"

    renamed = with_new_keys(read(f"# A\n## B\n{lines}").outline, "new").milestones

    assert [milestone.key for milestone in renamed] == expected
    assert [needed.key for needed in renamed[-1].prerequisites] == [expected[0], "far.away"]


def test_a_description_comes_along() -> None:
    below = read("# A\n\nB.\n\n## M\n- T (1 h): done when x\n  - description: Why: *so*.\n")
    table = read(
        "module,title,minutes,done_when,description\nM,T,60,x,Why: *so*.\n", title="A", summary="B."
    )

    assert not below.faults + table.faults
    for pasted in (below, table):
        assert [item.description for item in pasted.outline.milestones] == ["Why: *so*."]

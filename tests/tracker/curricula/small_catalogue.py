"""A catalogue small enough to read, for tests to break line by line."""

from pathlib import Path

SKILLS = """\
areas:
  - key: math
    title: Mathematics
    summary: The language.
skills:
  - key: algebra
    area: math
    title: Algebra
    definition: Works with letters.
    aliases: [letters]
"""
ROLES = """\
roles:
  - key: helper
    title: Helper
    kind: level
    summary: Helps out.
    daily: [help]
    requires: {algebra: 2}
"""
CAREERS = """\
ladder:
  - key: junior
    title: Junior
    note: first step
backgrounds:
  - key: newcomer
    title: Newcomer
    note: from anywhere
"""
ROUTES = """\
routes:
  - key: alone
    title: Alone
    duration: open
    product_help: a plan
    paths: [way]
"""
RESOURCES = """\
resources:
  - key: primer
    title: A primer
    url: https://example.org/primer
    format: book
"""
CERTIFICATIONS = """\
certifications:
  - key: exam
    title: An exam
    provider: A vendor
    status: current
    as_of: 2026-10-05
    confidence: high
"""
MATHS = """\
slug: maths
kind: subject
title: Mathematics
summary: Count and prove.
position: 20
modules:
  - key: basics
    title: Basics
    rule: {at_least: 2}
    milestones:
      - key: maths.count
        title: Count
        kind: read
        minutes: 60
        done_when: You count to ten
        skills: {algebra: 1}
        resources: [primer]
      - key: maths.add
        title: Add
        kind: practise
        minutes: 90
        done_when: You add
        prerequisites: [maths.count]
        skills: {algebra: 2}
  - key: more
    title: More
    milestones:
      - key: maths.prove
        title: Prove
        kind: project
        minutes: 120
        done_when: You prove
        prerequisites: [maths.add]
      - key: maths.play
        title: Play
        kind: watch
        minutes: 30
        optional: true
        done_when: You played
"""
WAY = """\
slug: way
kind: path
title: The way
summary: From nowhere to somewhere.
position: 1
background: newcomer
role: helper
weeks: 4
hours_per_week: 2
modules:
  - key: start
    title: Start
    milestones:
      - maths.add
      - maths.prove
credited:
  - maths.count
"""
QUESTIONS = """\
questions:
  - key: maths.add.q1
    milestone: maths.add
    prompt: What do two and two make?
    choices:
      - text: Three
        why: That is one too few.
      - text: Four
        right: true
        why: Two and two more make four.
      - text: Twenty-two
        why: Writing them side by side is not adding.
  - key: maths.prove.q1
    milestone: maths.prove
    prompt: What does one counterexample do to a claim?
    choices:
      - text: It refutes the claim
        right: true
        why: A claim about all cases fails with one.
      - text: It weakens the claim
        why: A claim about all cases cannot be nearly true.
      - text: It proves the claim
        why: It does the opposite.
"""
FILES = {
    "skills.yaml": SKILLS,
    "roles.yaml": ROLES,
    "careers.yaml": CAREERS,
    "routes.yaml": ROUTES,
    "resources.yaml": RESOURCES,
    "certifications.yaml": CERTIFICATIONS,
    "subjects/maths.yaml": MATHS,
    "paths/way.yaml": WAY,
    "questions/maths.yaml": QUESTIONS,
}


def write_catalogue(folder: Path) -> Path:
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def change(folder: Path, name: str, old: str, new: str) -> int:
    """Replace the first occurrence; return the line it stands on."""
    text = (folder / name).read_text()
    assert old in text, f"{old!r} is not in {name}"
    (folder / name).write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1

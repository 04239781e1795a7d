"""Measure the catalogue at scale: `python -m bench.catalogue`.

200 curricula with 20,000 milestones are written into a folder, checked, loaded into a database of
their own, loaded again unchanged, and checked for publishing.  Each is compared with a floor of
the same run: parsing the same files and nothing else, or inserting the same milestones with one
bulk insert each curriculum.  The figures to compare are the ratios; the rest gives a feeling.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import django
import yaml
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

CURRICULA, MODULES, MILESTONES = 200, 10, 10
TOTAL = CURRICULA * MODULES * MILESTONES
NOW = datetime(2027, 1, 4, tzinfo=UTC)


def write_folder(folder: Path) -> None:
    chance = random.Random(2027)  # noqa: S311  repeatable, not secret
    (folder / "subjects").mkdir(parents=True)
    for number in range(CURRICULA):
        lines = [f"slug: c{number:03}", "kind: subject", f"title: Curriculum {number}"]
        lines += ["summary: Made to be measured.", f"position: {number}", "modules:"]
        for module in range(MODULES):
            lines += [f"  - key: m{module}", f"    title: Module {module}", "    milestones:"]
            for at in range(module * MILESTONES, (module + 1) * MILESTONES):
                lines += milestone_lines(f"c{number:03}.n", at, chance)
        (folder / "subjects" / f"c{number:03}.yaml").write_text("\n".join(lines) + "\n")


def milestone_lines(stem: str, at: int, chance: random.Random) -> list[str]:
    needed = sorted({chance.randrange(max(0, at - 20), at) for _ in range(2)} if at else ())
    return [
        f"      - key: {stem}{at}",
        f"        title: Learn thing {at}",
        "        kind: practise",
        f"        minutes: {chance.randrange(30, 600, 15)}",
        "        done_when: You show it to a stranger and it works",
        f"        prerequisites: [{', '.join(f'{stem}{other}' for other in needed)}]",
        "        skills: {python: 2, sql: 1}",
        "        resources: [3b1b-la]",
    ]


def seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def use_own_database(folder: Path) -> None:
    os.environ |= {"DEBUG": "true", "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    # In debug mode Django would keep every query of the run in memory.
    settings.DEBUG = False
    call_command("migrate", verbosity=0)


def parse(folder: Path) -> None:
    for file in sorted((folder / "subjects").glob("*.yaml")):
        yaml.compose(file.read_text(), yaml.CSafeLoader)


def insert() -> None:
    """Insert as many milestones as plainly as possible, and take them out again."""
    from tracker.curricula.models import Curriculum, Milestone, Module

    with transaction.atomic():
        for number in range(CURRICULA):
            home = Curriculum.objects.create(slug=f"floor{number}", title="Floor", summary="-")
            module = Module.objects.create(curriculum=home, key="all", title="All")
            details = {"title": "Learn", "effort_minutes": 60, "done_when": "You do it"}
            Milestone.objects.bulk_create(
                Milestone(curriculum=home, module=module, key=f"floor{number}.n{at}", **details)
                for at in range(MODULES * MILESTONES)
            )
        transaction.set_rollback(True)


def validate(folder: Path) -> None:
    from tracker.curricula.catalogue_files import read_catalogue
    from tracker.curricula.catalogue_validation import faults_in_catalogue

    assert faults_in_catalogue(read_catalogue(folder)) == []


def load(folder: Path) -> None:
    from tracker.curricula.actions import load_catalogue

    load_catalogue(folder=folder, at=NOW)


def check_for_publishing(*slugs: str) -> None:
    from tracker.curricula.models import Curriculum
    from tracker.curricula.validation import faults_of

    for curriculum in Curriculum.objects.filter(slug__in=slugs):
        assert faults_of(curriculum) == []


def measure(folder: Path) -> None:
    parsing, inserting = seconds(partial(parse, folder)), seconds(insert)
    report("parse (floor)", parsing, parsing)
    report("insert (floor)", inserting, inserting)
    report("validate", seconds(partial(validate, folder)), parsing)
    report("load", seconds(partial(load, folder)), parsing + inserting)
    report("load, unchanged", seconds(partial(load, folder)), parsing)
    slugs = [f"c{number:03}" for number in range(CURRICULA)]
    report("publish check", seconds(partial(check_for_publishing, *slugs)), inserting)
    with CaptureQueriesContext(connection) as queries:
        check_for_publishing(slugs[CURRICULA // 2])
    print(f"queries of one publish check among {CURRICULA} curricula: {len(queries)}")


def report(what: str, took: float, floor: float) -> None:
    print(f"{what:<16} {took:>8.2f} s {TOTAL / took:>12,.0f} /s {took / floor:>12.1f}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        use_own_database(folder)
        write_folder(folder)
        print(f"{CURRICULA} curricula, {TOTAL:,} milestones")
        print(f"{'':<16} {'took':>10} {'milestones':>15} {'times floor':>12}")
        measure(folder)


if __name__ == "__main__":
    main()

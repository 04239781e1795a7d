"""The facts about exams: from the file to the rows, and what is wrong with them named."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.tracker.curricula.small_catalogue import change, write_catalogue
from tracker.curricula.catalogue_files import SHIPPED, read_catalogue
from tracker.curricula.catalogue_validation import faults_in_catalogue
from tracker.curricula.models import Certification

CERTIFICATIONS = "certifications.yaml"
# The programme was closed; what its vendor offers now is another thing.
WITHOUT_SUCCESSOR = {"tf-dev"}
NEXT = """\
    confidence: high
  - key: next
    title: The next exam
    provider: A vendor
    status: current
    as_of: 2026-10-05
    confidence: high
"""


def load(folder: Path) -> Certification:
    call_command("load_catalogue", str(folder))
    return Certification.objects.get(key="exam")


@pytest.mark.django_db
def test_days_numbers_and_successor_become_fields(tmp_path: Path) -> None:
    folder = write_catalogue(tmp_path)
    facts = "status: retired\n    retired_on: 2026-03-31\n    successor: next\n"
    change(folder, CERTIFICATIONS, "status: current\n", f"{facts}    validity_months: 36\n")
    change(folder, CERTIFICATIONS, "    confidence: high\n", NEXT)

    exam = load(folder)

    assert exam.retired_on == date(2026, 3, 31)
    assert exam.validity_months == 36
    assert exam.successor == Certification.objects.get(key="next")


@pytest.mark.django_db
def test_loading_again_changes_and_takes_back_what_the_file_says(tmp_path: Path) -> None:
    folder = write_catalogue(tmp_path)
    change(folder, CERTIFICATIONS, "    confidence: high\n", f"    successor: next\n{NEXT}")
    load(folder)
    change(folder, CERTIFICATIONS, "    successor: next\n", "")

    assert load(folder).successor is None


@pytest.mark.django_db
def test_versions_keep_their_days(tmp_path: Path) -> None:
    folder = write_catalogue(tmp_path)
    versions = "versions: [{title: Second, starts_on: 2026-09-29, note: Beta}]"
    change(folder, CERTIFICATIONS, "status: current\n", f"status: current\n    {versions}\n")

    assert load(folder).versions == [
        {"title": "Second", "starts_on": "2026-09-29", "ends_on": None, "note": "Beta"}
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("domains: [{title: Data, weight: most}]", "the weight of “Data” is wrong: “most”"),
        ("retired_on: 2026-03-31", "has a day of retirement but is not retired"),
        ("retires_on: soon", "“retires_on” is wrong: “soon”"),
        ("vendor_url: example", "“vendor_url” is wrong: “example”"),
        ("validity_months: long", "“validity_months” is not a whole number"),
        ("successor: exam", "is its own successor"),
        ("successor: exan", "there is no certification “exan”"),
        ("versions: [{note: Beta}]", "“title” is missing or empty"),
        ("versions: [{title: X, ends_on: 2026-02-30}]", "“ends_on” is wrong: “2026-02-30”"),
    ],
)
def test_what_is_wrong_with_an_exam_is_named(tmp_path: Path, line: str, problem: str) -> None:
    folder = write_catalogue(tmp_path)
    change(folder, CERTIFICATIONS, "status: current\n", f"status: current\n    {line}\n")

    [fault] = faults_in_catalogue(read_catalogue(folder))

    assert problem in fault.message
    assert fault.place.startswith(CERTIFICATIONS)


def test_the_shipped_exams_say_what_a_candidate_needs() -> None:
    exams = read_catalogue(SHIPPED).catalogue.certifications
    retired = [exam for exam in exams if exam.status == "retired"]
    changing = [exam for exam in exams if exam.status == "in transition"]

    assert len(exams) >= 15
    assert [exam.key for exam in exams if not exam.vendor_url.startswith("https://")] == []
    assert {exam.key for exam in retired if exam.successor is None} == WITHOUT_SUCCESSOR
    assert [exam.key for exam in changing if not exam.versions] == []

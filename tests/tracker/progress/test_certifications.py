"""Vendors' exams: the list, and what a page says of each."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from tests.factories import make_curriculum
from tests.tracker.progress.pages import words
from tracker.curricula.models import Certification


def make_exam(key: str = "exam", **facts: Any) -> Certification:
    facts = {
        "title": f"The {key}",
        "provider": "Vendor",
        "status": "current",
        "as_of": "2026-10-05",
        "confidence": "high",
        **facts,
    }
    return Certification.objects.create(key=key, **facts)


# --- the list ---------------------------------------------------------------------------------


def test_the_list_puts_those_that_can_be_taken_first(client: Client, db: None) -> None:
    make_exam("old", status="retired", retired_on="2026-03-31", successor=make_exam("new"))
    make_exam("ibm", status="unknown")

    page = words(client.get("/certifications/"))

    taken, closed = page.split("Retired or doubtful")
    assert "Open to take 1 The new Current Vendor" in taken
    assert "The old Retired Vendor Retired on 31 March 2026 Take instead: The new" in closed
    assert "The ibm Unknown" in closed


def test_filters_work_by_their_address(client: Client, db: None) -> None:
    make_exam("a", provider="AWS")
    make_exam("b", provider="AWS", status="retired")
    make_exam("c", provider="CNCF", status="retired")

    response = client.get("/certifications/?provider=AWS&status=retired")

    page = words(response)
    assert "1 certification Retired or doubtful 1 The b" in page
    assert "The a" not in page
    assert "The c" not in page
    assert '<option value="AWS" selected>' in response.content.decode()


def test_a_filter_without_a_match_can_be_cleared(client: Client, db: None) -> None:
    make_exam("a", provider="AWS")

    page = words(client.get("/certifications/?provider=AWS&status=retired"))

    assert "No certification matches" in page


def test_a_filter_that_makes_no_sense_is_named_and_left_out(client: Client, db: None) -> None:
    make_exam("a")

    page = words(client.get("/certifications/?status=broken"))

    assert "Select a valid choice" in page
    assert "The a" in page


# --- one exam ---------------------------------------------------------------------------------


def test_an_exam_shows_its_facts_their_day_and_where_to_check(client: Client, db: None) -> None:
    make_exam(
        questions="65 (50 scored)",
        minutes="130",
        price_usd="150",
        passing="720/1000",
        validity="3 years",
        vendor_url="https://example.org/exam",
        curriculum=make_curriculum("cert"),
    )

    response = client.get("/certifications/exam/")

    page = words(response)
    assert (
        "Questions 65 (50 scored) Minutes 130 Price, USD 150 To pass 720/1000 Valid for 3 years"
    ) in page
    assert "Check before you book" in page
    assert "As of 2026-10-05 . Confidence: high." in page
    assert 'href="https://example.org/exam"' in response.content.decode()
    assert 'href="/paths/cert/"' in response.content.decode()


def test_a_weight_is_drawn_and_a_range_of_weights_too(client: Client, db: None) -> None:
    make_exam(domains=[{"title": "Data", "weight": "28"}, {"title": "Models", "weight": "25-30"}])

    response = client.get("/certifications/exam/")

    drawn = response.content.decode()
    assert "Domain % Data 28 Models 25-30" in words(response)
    assert 'class="weight__most" width="28"' in drawn
    assert 'class="weight__least" width="25"' in drawn
    assert 'class="weight__most" width="30"' in drawn


def test_a_retired_exam_points_to_its_successor(client: Client, db: None) -> None:
    make_exam("old", status="retired", retired_on="2026-03-31", successor=make_exam("new"))

    page = words(client.get("/certifications/old/"))

    assert "This exam is retired Retired on 31 March 2026. Take instead: The new" in page
    assert "It follows The old" in words(client.get("/certifications/new/"))


def test_a_retired_exam_without_a_successor_says_so(client: Client, db: None) -> None:
    make_exam("old", status="retired", status_note="closed May 2024")

    assert "Closed May 2024. No successor is known." in words(client.get("/certifications/old/"))


def test_an_exam_that_retires_says_when(client: Client, db: None) -> None:
    make_exam(status="retiring", retires_on="2026-12-01")

    assert "Retiring Retires on 1 December 2026" in words(client.get("/certifications/exam/"))


def test_an_exam_in_transition_says_what_to_take_until_when(
    clock: Traveller, client: Client, db: None
) -> None:
    make_exam(
        status="in transition",
        versions=[
            {"title": "C02", "starts_on": "2026-03-03", "ends_on": None, "note": "Beta"},
            {"title": "C01", "starts_on": None, "ends_on": "2026-03-02", "note": ""},
        ],
    )

    assert (
        "What to take until when C02 Still ahead From 3 March 2026 Beta. "
        "C01 Open now Until 2 March 2026"
    ) in words(client.get("/certifications/exam/"))

    clock.shift(24 * 3600)

    page = words(client.get("/certifications/exam/"))
    assert "C02 Open now From" in page
    assert "C01 Over Until" in page


def test_a_curriculums_page_leads_to_its_exam_and_to_the_successor(
    client: Client, db: None
) -> None:
    curriculum = make_curriculum("cert")
    make_exam(
        "old",
        status="retired",
        retired_on="2026-03-31",
        successor=make_exam("new"),
        curriculum=curriculum,
    )

    response = client.get("/paths/cert/")

    assert "Take instead: The new" in words(response)
    assert 'href="/certifications/old/"' in response.content.decode()


def test_an_unknown_exam_is_not_found(client: Client, db: None) -> None:
    assert client.get("/certifications/nothing/").status_code == 404


@pytest.mark.parametrize(("path", "budget"), [("/certifications/", 4), ("/certifications/a0/", 4)])
def test_more_exams_cost_no_more_queries(client: Client, db: None, path: str, budget: int) -> None:
    fill(range(1))
    small = queries_of(client, path)
    fill(range(1, 6))

    assert queries_of(client, path) == small <= budget


def fill(numbers: range) -> None:
    for number in numbers:
        after = make_exam(f"a{number}", curriculum=make_curriculum(f"c{number}"))
        make_exam(f"b{number}", status="retired", successor=after)


def queries_of(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)
